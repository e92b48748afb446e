import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.skeleton import skeleton


@pytest.mark.parametrize(
    "spellings",
    [
        ("подати заяву", "podaty zayavu", "PODATY  ZAIAVU!", "подати заяву."),
        ("п'ять", "п’ять", "пʼять", "п`ять", "пять"),
        ("гроші", "groshi", "hroshi", "грошi"),
        ("хлопчик", "khlopchyk", "hlopchyk"),
        ("ёлка", "елка"),
        ("синє", "сінє"),
        ("oudercafé", "oudercafe", "Oudercafe"),
        ("цікаво", "tsikavo", "cikavo"),
        ("що", "shcho"),
        ("Wmo-loket", "wmo loket"),
        ("huisarts", "huiisarts"),
    ],
)
def test_spellings_of_one_thing_have_one_skeleton(spellings: tuple[str, ...]) -> None:
    assert len({skeleton(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), [("школа", "лікар"), ("leefgeld", "leeftijd"), ("dokter", "dochter")])
def test_different_words_keep_different_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=200))
def test_any_text_has_a_skeleton_of_plain_words_and_it_is_stable(text: str) -> None:
    folded = skeleton(text)
    assert all(word.isascii() and word.isalnum() for word in folded.split())
    assert skeleton(folded) == folded
