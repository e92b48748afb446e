import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.masking import masked


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
    ],
)
def test_an_ordinary_question_stays_as_it_is(question: str) -> None:
    assert masked(question) == question


@given(st.integers(min_value=100_000_000, max_value=999_999_999), st.sampled_from(["", " ", "-", "."]))
def test_no_spelling_of_a_nine_digit_number_gets_through(number: int, between: str) -> None:
    digits = str(number)
    spelt = between.join((digits[:3], digits[3:6], digits[6:]))
    assert not any(letter.isdigit() for letter in masked(f"mijn nummer is {spelt} dank u"))
