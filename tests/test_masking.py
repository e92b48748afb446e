import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.masking import masked

BENCH = Path(__file__).parent.parent / "bench"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mail me op olena.k@example.com aub", "mail me op [e-mail] aub"),
        ("bel 06-12345678 of +31 6 1234 5678", "bel [number] of [number]"),
        ("тел. 067 123 45 67 будь ласка", "тел. [number] будь ласка"),
        ("mijn BSN is 123456782 kan dat?", "mijn BSN is [number] kan dat?"),
        ("V-nummer 2912345678", "V-nummer [number]"),
        ("паспорт FH123456 закінчився", "паспорт [number] закінчився"),
        ("IBAN NL91 ABNA 0417 1643 00 klopt dat", "IBAN [number] klopt dat"),
        ("geboren 12-03-1985 in Lviv", "geboren [date] in Lviv"),
        ("ik woon op Kerkstraat 12a in Haarlem", "ik woon op [address] in Haarlem"),
        ("2106 BT 15 graag", "[address] graag"),
        ("Hallo, ik ben Olena Kovalenko en ik zoek werk", "Hallo, ik ben [name] en ik zoek werk"),
        ("Доброго дня, мене звати Олена Коваленко, де школа?", "Доброго дня, мене звати [name], де школа?"),
        ("Здравствуйте, меня зовут Иван, где врач", "Здравствуйте, меня зовут [name], где врач"),
        ("My name is John Smith. Where is the school?", "My name is [name]. Where is the school?"),
        ("wie is de voogd? groeten van Anna de Vries", "wie is de voogd? groeten van [name]"),
        (
            "Waar is de school?\n\nMet vriendelijke groet,\nJan Jansen",
            "Waar is de school?\n\nMet vriendelijke groet,\n[name]",
        ),
        ("ik zoek een tandarts, groet Piet", "ik zoek een tandarts, groet [name]"),
        ("ik zoek een tandarts gr. Piet de Vries", "ik zoek een tandarts gr. [name]"),
        ("Добрий день! Я Олена Петренко, шукаю школу", "Добрий день! Я [name], шукаю школу"),
        ("шукаю школу, я Олена Петренко з Києва", "шукаю школу, я [name] з Києва"),
        ("Де школа? Дякую, Олена", "Де школа? Дякую, [name]"),
        ("Where is the school? Thanks, John", "Where is the school? Thanks, [name]"),
        # names in small letters, as most people type them
        ("mijn naam is jan de vries en ik zoek werk", "mijn naam is [name] en ik zoek werk"),
        ("mijn naam is anna maria van der berg", "mijn naam is [name]"),
        ("ik heet piet jansen, waar is de school?", "ik heet [name], waar is de school?"),
        ("mijn zoon heet jan", "mijn zoon heet [name]"),
        ("Naam: jan de vries", "Naam: [name]"),
        ("ik ben Jan van den Berg en zoek werk", "ik ben [name] en zoek werk"),
        ("bel de heer Bakker", "bel de heer [name]"),
        ("my name is anna petrova. where is the school?", "my name is [name]. where is the school?"),
        ("hello my name's john, i need a doctor", "hello my name's [name], i need a doctor"),
        ("name: anna petrova", "name: [name]"),
        ("I'm Anna Petrova and I look for work", "I'm [name] and I look for work"),
        ("My name is Anna Maria van der Berg", "My name is [name]"),
        ("мене звати олена коваленко, де школа?", "мене звати [name], де школа?"),
        ("звуть мене Олена", "звуть мене [name]"),
        ("сина звати іван", "сина звати [name]"),
        ("моє ім’я — олена", "моє ім’я — [name]"),
        ("ПІБ: Коваленко Олена", "ПІБ: [name]"),
        ("mene zvaty olena", "mene zvaty [name]"),
        ("меня зовут оля иванова", "меня зовут [name]"),
        ("меня зовут оля нужен врач", "меня зовут [name] нужен врач"),
        ("моего мужа зовут Иван Петров", "моего мужа зовут [name]"),
        ("menya zovut olga ivanova", "menya zovut [name]"),
        # addresses in Cyrillic letters, and e-mail in words
        ("живу на вулиця Херенвег 12 кв 3", "живу на [address]"),
        ("Херенвег 12, другий поверх", "[address], другий поверх"),
        ("вул. Шевченка, буд. 5", "[address]"),
        ("ул. Ленина, д. 10, кв. 5", "[address]"),
        ("olena dot k at gmail dot com", "[e-mail]"),
        ("anna punt k apenstaartje ziggo punt nl graag", "[e-mail] graag"),
        ("write to anna at gmail.com", "write to [e-mail]"),
        ("schrijf @olenka_k of https://t.me/olenka", "schrijf [name] of [link]"),
    ],
)
def test_what_points_to_a_person_is_masked(typed: str, kept: str) -> None:
    assert masked(typed) == kept


@pytest.mark.parametrize(
    "question",
    [
        "Krijg ik 175 of 475 euro voor sport?",
        "дитині 4 роки, куди записати?",
        "wanneer is Herenweg 55 open?",
        "ik ben moe en ik ben zwanger",
        "opvang voor 16 kinderen van 13 en 14 jaar",
        "is 112 gratis? en 0800?",
        "Я Українка, де записатися на курс?",
        "Дякую за курс, де наступний?",
        "mijn naam is verkeerd gespeld in de brief",
        "mijn naam is niet goed geschreven",
        "hoe heet de coördinator?",
        "het programma heet Eropuit",
        "my name is wrong on the letter",
        "my name is not on the list",
        "I'm Dutch and want to help",
        "I am Ukrainian. Where is the school?",
        "as I look at school for a place dot",
        "моє ім'я написано неправильно",
        "як звати координатора?",
        "Як вас звати?",
        "на Херенвег 55 немає світла",
        "вулиця Херенвег 55",
        "на вулиці холодно, у мене 2 дитини",
        "листопад 5",
        "как вас зовут?",
        "как зовут директора школы",
        "меня зовут на собеседование",
        "на улице 5 градусов",
    ],
)
def test_an_ordinary_question_stays_as_it_is(question: str) -> None:
    assert masked(question) == question


@given(st.integers(min_value=100_000_000, max_value=999_999_999), st.sampled_from(["", " ", "-", "."]))
def test_no_spelling_of_a_nine_digit_number_gets_through(number: int, between: str) -> None:
    digits = str(number)
    spelt = between.join((digits[:3], digits[3:6], digits[6:]))
    assert not any(letter.isdigit() for letter in masked(f"mijn nummer is {spelt} dank u"))


def test_nobody_in_the_bench_loses_a_word() -> None:
    rows = (BENCH / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [row for row in map(masked, rows) if re.search(r"\[(?:name|address|e-mail|link)\]", row)] == []
