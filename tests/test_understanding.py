"""What a message turns out to be, by the finder's probabilities."""

from collections.abc import Mapping

import pytest

from bot.knowledge.library import Library
from bot.knowledge.safety import SafetyNet
from bot.knowledge.understanding import Kind, Understanding
from tests.conftest import ScriptedFinder

ASKED = "een vraag die alleen in deze toets bestaat"


@pytest.mark.parametrize(
    ("probabilities", "kind", "label", "offers"),
    [
        ({"dokter": 0.95}, Kind.ANSWER, "dokter", ()),
        ({"dokter": 0.6, "specialist": 0.3, "zorgkosten": 0.02}, Kind.ANSWER, "dokter", ("specialist",)),
        ({"dokter": 0.6, "afval": 0.3}, Kind.ANSWER, "dokter", ("afval",)),
        ({"zwemles": 0.45, "specialist": 0.4}, Kind.CHOICES, "", ("zwemles", "specialist")),
        ({"afval": 0.7, "schoonmaak": 0.2}, Kind.ELSEWHERE, "afval", ("schoonmaak",)),
        ({"afval": 0.55, "schoonmaak": 0.3}, Kind.CHOICES, "", ("afval", "schoonmaak")),
        ({"zwemles": 0.05, "specialist": 0.05}, Kind.CHOICES, "", ("zwemles", "specialist")),
        ({"dokter": 0.03, "specialist": 0.02}, Kind.NONE, "", ()),
        ({"noodgeval": 0.9}, Kind.ANSWER, "noodgeval", ()),
        ({"crisis": 0.75}, Kind.CRISIS, "crisis", ()),
        ({"crisis": 0.6, "mentale-hulp": 0.3}, Kind.CHOICES, "", ("crisis", "mentale-hulp")),
        ({"coa": 0.2, "crisis": 0.1}, Kind.CHOICES, "", ("coa",)),
        ({"coa": 0.2, "afval": 0.005}, Kind.CHOICES, "", ("coa",)),
    ],
)
def test_the_surer_the_finder_the_plainer_the_verdict(
    library: Library,
    safety: SafetyNet,
    probabilities: Mapping[str, float],
    kind: Kind,
    label: str,
    offers: tuple[str, ...],
) -> None:
    understanding = Understanding(library, safety, ScriptedFinder({ASKED: probabilities}))
    verdict = understanding.understand(ASKED)
    assert (verdict.kind, verdict.label) == (kind, label)
    assert tuple(offer for offer in verdict.offers if offer in probabilities) == offers


@pytest.mark.parametrize(
    ("probabilities", "wary"),
    [
        ({"mentale-hulp": 0.3, "huiselijk-geweld": 0.2}, True),
        ({"crisis": 0.4, "mentale-hulp": 0.3}, True),
        ({"coa": 0.2, "crisis": 0.1}, False),
        ({"huiselijk-geweld": 0.9}, False),
    ],
    ids=["choices with violence", "choices with a crisis", "a slight likeness", "the answer has the numbers itself"],
)
def test_where_danger_is_likely_but_not_sure_the_numbers_belong_in_the_reply(
    library: Library, safety: SafetyNet, probabilities: Mapping[str, float], wary: bool
) -> None:
    verdict = Understanding(library, safety, ScriptedFinder({ASKED: probabilities})).understand(ASKED)
    assert verdict.wary is wary


@pytest.mark.parametrize(
    ("text", "probability", "label"),
    [("jij bent echt een klootzak", 0.1, "swearing"), ("fuck you stupid bot thing", 0.2, "swearing"),
     ("waar blijft mijn geld godverdomme", 0.4, ""), ("jij bent echt een vogel", 0.1, "")],
)  # fmt: skip
def test_swearing_gets_a_calm_word_unless_there_is_a_question_in_it(
    library: Library, safety: SafetyNet, text: str, probability: float, label: str
) -> None:
    verdict = Understanding(library, safety, ScriptedFinder({text: {"leefgeld": probability}})).understand(text)
    assert verdict.label == label


def test_what_is_left_without_the_swear_words_is_understood(library: Library, safety: SafetyNet) -> None:
    text, rest = "kut, mijn sleutel kwijt", "mijn sleutel kwijt"
    finder = ScriptedFinder({text: {"locatiemanagement": 0.27}, rest: {"locatiemanagement": 0.41}})
    verdict = Understanding(library, safety, finder).understand(text)
    assert (verdict.kind, verdict.offers[:1]) == (Kind.CHOICES, ("locatiemanagement",))


def test_danger_in_plain_words_needs_no_finder(library: Library, safety: SafetyNet) -> None:
    assert Understanding(library, safety, ScriptedFinder()).understand("ik wil niet meer leven").kind is Kind.CRISIS


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("I hate refugees", "en"), ("They get everything for free!", "en"), ("send refugees back", "en"),
        ("vluchtelingen moeten weg", "nl"), ("Eigen volk eerst!", "nl"), ("ik haat buitenlanders", "nl"),
        ("ненавиджу арабів", "uk"), ("чому їм дають більше, ніж нам?", "uk"), ("понаехали тут", "uk"),
        ("ненавижу беженцев", "uk"),
    ],
)  # fmt: skip
def test_hate_and_envy_get_a_calm_word_and_no_help_with_stress_or_with_leaving(
    understanding: Understanding, typed: str, language: str
) -> None:
    verdict = understanding.understand(typed)
    assert verdict.smalltalk
    assert (verdict.label, verdict.language) == ("prejudice", language)


@pytest.mark.parametrize(
    "typed",
    [
        "do refugees have to go home?",
        "I hate grammar",
        "ik haat nederlands",
        "мені важко, всі злі",
        "where do refugees go",
    ],
)
def test_a_question_of_a_refugee_is_not_taken_for_hate(understanding: Understanding, typed: str) -> None:
    assert understanding.understand(typed).label != "prejudice"
