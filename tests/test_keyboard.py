"""What was typed with the wrong keyboard layout on is understood, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.keyboard import retyped
from bot.knowledge.language import LanguageGuesser
from bot.knowledge.library import Library

# The keys of three keyboards in the same order, without and with Shift.
LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
UKRAINIAN = "йцукенгшщзхїфівапролджєячсмитьбю'" + "ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮʼ"
RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"


@pytest.fixture(scope="module")
def guesser(library: Library) -> LanguageGuesser:
    return LanguageGuesser.taught_by(library)


def typed(meant: str, keys: str, layout: str) -> str:
    """What comes out when somebody types on `keys` while `layout` is on."""
    return meant.translate(str.maketrans(keys, layout))


@pytest.mark.parametrize(
    "meant",
    [
        "привіт", "Привіт", "дякую", "як отримати гроші", "де лікар", "школа", "допомога", "мені потрібна допомога",
        "є робота", "доброго дня", "Де можна вчити мову", "запис до лікаря", "хочу в школу", "безкоштовна їжа",
    ],
)  # fmt: skip
def test_ukrainian_on_a_latin_layout(guesser: LanguageGuesser, meant: str) -> None:
    assert retyped(typed(meant, UKRAINIAN, LATIN), guesser) == meant


@pytest.mark.parametrize(
    "meant",
    ["привет", "как получить деньги", "где врач", "мне нужна помощь", "школа для ребенка", "съехать",
     "хочу выучить язык"],
)  # fmt: skip
def test_russian_on_a_latin_layout(guesser: LanguageGuesser, meant: str) -> None:
    assert retyped(typed(meant, RUSSIAN, LATIN), guesser) == meant


@pytest.mark.parametrize("layout", [UKRAINIAN, RUSSIAN], ids=["ukrainian", "russian"])
@pytest.mark.parametrize(
    "meant",
    ["hello", "where is the doctor", "waar is de huisarts", "help", "school", "I need help", "hoe kom ik aan geld",
     "huisarts", "dokter", "Goedemorgen", "leefgeld", "how do I find work here"],
)  # fmt: skip
def test_dutch_and_english_on_a_cyrillic_layout(guesser: LanguageGuesser, meant: str, layout: str) -> None:
    assert retyped(typed(meant, LATIN, layout), guesser) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "?", "112", "...", "👍", "ok", "ja", "nee", "хм", "ну", "еге ж", "Eropuit", "DigiD", "BSN", "COA",
        "mijn kind heeft koorts", "'s avonds", "foto's", "o.a. school", "e-mail: a@b.nl", "https://www.heemstede.nl",
        "як справи", "шо робить", "yak otrymaty hroshi", "kak poluchit dengi", "NT2", "www.coa.nl", "dr. Jansen",
        "qwerty", "школа eropuit", "asdfghjkl",
    ],
)  # fmt: skip
def test_what_was_meant_as_it_stands_is_left_alone(guesser: LanguageGuesser, text: str) -> None:
    assert retyped(text, guesser) is None


def test_no_example_question_is_taken_for_a_wrong_layout(guesser: LanguageGuesser, library: Library) -> None:
    talk = [
        question for entries in library.smalltalk.values() for one in entries.values() for question in one.questions
    ]
    asked = [question for _, _, question in library.examples()] + talk
    assert [text for text in asked if retyped(text, guesser) is not None] == []


def test_nearly_all_short_ukrainian_questions_are_recovered(guesser: LanguageGuesser, library: Library) -> None:
    short = [
        text for _, language, text in library.examples()
        if language == "uk" and 2 <= len(text.split()) <= 8 and all(letter in UKRAINIAN + " " for letter in text)
    ]  # fmt: skip
    found = [retyped(typed(text, UKRAINIAN, LATIN), guesser) for text in short]
    right = sum(got == text for got, text in zip(found, short, strict=True))
    assert len(short) > 300
    assert right / len(short) > 0.96


@given(text=st.text(max_size=60))
def test_any_text_gives_a_text_of_the_same_length_or_nothing(guesser: LanguageGuesser, text: str) -> None:
    found = retyped(text, guesser)
    assert found is None or (len(found) == len(text) and found != text)


def test_a_long_text_is_never_changed(guesser: LanguageGuesser) -> None:
    assert retyped("ghbdsn " * 13, guesser) is None
