"""Ukrainian and Russian typed in Latin letters: recognised, and written back in Cyrillic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.library import Library
from bot.knowledge.semantic import prepared
from bot.knowledge.transliterate import looks_like_latin_cyrillic, to_cyrillic

UKRAINIAN = {
    "yak otrymaty hroshi": "як отримати гроші",
    "jak otrymaty hroshi": "як отримати гроші",
    "dobryi den": "добрий ден",
    "pryvit": "привіт",
    "de likar": "де лікар",
    "ya ne rozumiyu": "я не розумію",
    "moya dytyna khvora": "моя дитина хвора",
    "potribna dopomoha": "потрібна допомога",
    "shcho robyty": "що робити",
    "sho robyty": "шо робити",
    "de shkola dlia dytyny": "де школа для дитини",
    "mozhna pracyuvaty": "можна працювати",
    "dyakuyu": "дякую",
    "jak zapysatysia do likaria": "як записатися до лікаря",
    "eropuit yak podaty": "eropuit як подати",
    "yak podaty na leefgeld": "як подати на leefgeld",
    "de vzyaty BSN": "де взяти BSN",
}
RUSSIAN = {
    "kak poluchit dengi": "как получит денги",
    "gde vrach": "где врач",
    "spasibo": "спасибо",
    "privet": "привет",
    "mne nuzhna pomosch": "мне нужна помощ",
    "mozhno rabotat": "можно работат",
}


@pytest.mark.parametrize(("typed", "meant"), [*UKRAINIAN.items(), *RUSSIAN.items()])
def test_it_is_recognised_and_written_back(typed: str, meant: str) -> None:
    assert looks_like_latin_cyrillic(typed) >= 0.6
    assert to_cyrillic(typed) == meant
    assert prepared(typed) == meant.lower()


@pytest.mark.parametrize(
    "text",
    [
        "Ik heb hulp nodig van de gemeente", "How do I get help", "waar is de huisarts", "my child is ill", "school",
        "hoi", "ik woon in de opvang", "Eropuit", "DigiD", "COA", "leefgeld", "the doctor", "mijn zoon wil zwemmen",
        "yes please", "my way", "they say so", "goedemiddag mevrouw", "vrijwilligerswerk", "the city hall",
    ],
)  # fmt: skip
def test_dutch_and_english_stay_as_they_are(text: str) -> None:
    assert looks_like_latin_cyrillic(text) < 0.6
    assert prepared(text) == text.lower()


def test_hardly_any_dutch_or_english_question_is_taken_for_it(library: Library) -> None:
    asked = [text for _, language, text in library.examples() if language in ("nl", "en")]
    wrong = [text for text in asked if looks_like_latin_cyrillic(text) >= 0.6]
    # What is left are questions of a single word or name.
    assert len(wrong) / len(asked) < 0.005


@pytest.mark.parametrize("text", ["де лікар", "yak отримати", "", " ", "112", "?!", "👍"])
def test_a_text_with_cyrillic_or_without_letters_is_not_it(text: str) -> None:
    assert looks_like_latin_cyrillic(text) == 0


@pytest.mark.parametrize("spellings", [("zhinka", "ZHINKA", "Zhinka"), ("n'ogo", "n’ogo", "nʼogo", "n`ogo")])
def test_capitals_and_kinds_of_apostrophes_do_not_matter(spellings: tuple[str, ...]) -> None:
    # A whole word in capitals is an abbreviation inside a sentence, but not for the score.
    assert len({looks_like_latin_cyrillic(spelling) for spelling in spellings}) == 1


@given(st.text(max_size=80))
def test_any_text_has_a_score_and_comes_back(text: str) -> None:
    assert 0 <= looks_like_latin_cyrillic(text) <= 1
    written = to_cyrillic(text)
    assert len(written.split()) == len(text.split())
    assert to_cyrillic(written) == written or not written.isascii()


@given(st.text(alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюя' 0123456789.,!?", max_size=60))
def test_cyrillic_is_never_changed(text: str) -> None:
    assert to_cyrillic(text) == text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ABCDEFGHIJ'’0123456789", max_size=60))
def test_digits_and_spaces_stay_where_they_are(text: str) -> None:
    kept = [letter for letter in text if letter.isdigit() or letter == " "]
    assert [letter for letter in to_cyrillic(text) if letter.isdigit() or letter == " "] == kept
