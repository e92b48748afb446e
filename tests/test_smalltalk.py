"""Small talk: what is nothing but a greeting, thanks, a cry for help and the like, and what is not."""

import re

import pytest

from bot.knowledge.library import OUTSIDE, Library
from bot.knowledge.smalltalk import SmallTalk
from tests.conftest import CONTENT

# Here words are patterns, or examples of how danger is spoken of.
_OF_DANGER = frozenset({"safety.yaml", "danger-examples.yaml"})


@pytest.fixture(scope="module")
def talk(library: Library) -> SmallTalk:
    return SmallTalk(library)


def test_no_word_of_the_content_is_taken_for_misspelt_small_talk(talk: SmallTalk) -> None:
    files = [path for path in CONTENT.rglob("*.*") if path.parent.name != "smalltalk" and path.name not in _OF_DANGER]
    words = {word for path in files for word in re.findall(r"[^\W\d_]{2,}", path.read_text("utf-8").casefold())}
    assert len(words) > 10_000
    assert [word for word in sorted(words) if talk.find(word) and not talk.is_phrase(word)] == []


def test_no_example_question_is_small_talk_but_the_emergency_number(talk: SmallTalk, library: Library) -> None:
    asked = {question for label, _, question in library.examples() if label != OUTSIDE}
    assert {question for question in asked if talk.find(question)} == {"113"}


@pytest.mark.parametrize(
    "word",
    ["gewelddadig", "threat", "болять", "болят", "wanneer?", "waneer", "wakker", "bread", "count", "шість", "mogen",
     "може", "privé", "krijgt", "mourning", "moaning", "гараж", "прибьет", "привез", "неможливо", "невозможно",
     "papam", "поїзда", "скука", "o.a.", "n.d."],
)  # fmt: skip
def test_an_ordinary_word_is_no_small_talk(talk: SmallTalk, word: str) -> None:
    assert talk.find(word) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("goedemorgn", "greeting"), ("thnak you", "thanks"), ("здравствуйтте", "greeting"), ("до побаченя", "goodbye"),
     ("hartelijk bedankd", "thanks"), ("who are yuo", "who-are-you"), ("добрий дннь", "greeting"),
     ("dyakuju", "thanks")],
)  # fmt: skip
def test_a_slip_in_a_phrase_is_forgiven(talk: SmallTalk, text: str, found: str) -> None:
    assert talk.find(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thank you very much for your help, have a nice day", "thanks"),
        ("дуже дякую за допомогу, гарного дня вам", "thanks"),
        ("ок дякую бувай", "thanks"),
        ("привіт, як справи?", "how-are-you"),
        ("hello hello hello", "greeting"),
        ("🙏🙏", "thanks"),
        ("🙏 ❤️ 🙏", "thanks"),
        ("👍🏽", "ok"),
        ("👎", "wrong-answer"),
        ("😭😭😭", "sad"),
        ("sorry", "sorry"),
        ("перепрошую", "sorry"),
        ("извините", "sorry"),
        ("never mind, thanks", "sorry"),
        ("dat is niet wat ik vroeg", "wrong-answer"),
        ("не те питала", "wrong-answer"),
        ("onduidelijk", "wrong-answer"),
        ("незрозуміло", "wrong-answer"),
        ("hallo, help mij", "cry"),
        ("ok bye", "goodbye"),
        ("не поняла", "wrong-answer"),
        ("no good", None),
        ("не хорошо", None),
        ("thank you, where is it exactly", None),
        ("hello, my son is ill", None),
        ("🎉", None),
        ("?!", None),
        ("", None),
    ],
)
def test_a_message_made_of_phrases_is_what_counts_most_in_it(talk: SmallTalk, text: str, found: str | None) -> None:
    assert talk.find(text) == found


def test_a_dutch_word_is_no_russian_swear_word(talk: SmallTalk) -> None:
    assert talk.without_swearing("ik had een vraag") == "ik had een vraag"
    assert talk.without_swearing("Kut, waar is гад mijn sleutel, VERDOMME!") == "waar is mijn sleutel,"
