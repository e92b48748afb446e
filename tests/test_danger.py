"""Danger is known by its meaning too, beside the words; and the words go before it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.errors import ContentError
from bot.knowledge.danger import (
    FILE,
    NET_FILE,
    Bounds,
    Learnt,
    Meaning,
    SecondNet,
    Weighed,
    Wording,
    fingerprint,
    read_examples,
    save,
)
from bot.knowledge.danger.net import pieces
from bot.knowledge.danger.wording import BUCKETS, buckets
from bot.knowledge.fusion import FusedFinder
from bot.knowledge.library import Library
from bot.knowledge.nearness import Nearness
from bot.knowledge.safety import Alarm, SafetyNet, Sign
from bot.knowledge.semantic import Remembering, SemanticPart, SemanticUnavailable, prepared
from bot.knowledge.understanding import Kind, Understanding
from tests.conftest import CONTENT, ScriptedFinder
from tests.test_safety import EVERYDAY, STILL_MISSED, cases

np = pytest.importorskip("numpy")
if TYPE_CHECKING:
    from bot.knowledge.semantic import Vectors

BENCH = Path(__file__).resolve().parents[1] / "bench"
WEIGHTS = Path(__file__).resolve().parents[1] / "bot" / "knowledge" / "weights"
DANGER = (Kind.CRISIS, Kind.EMERGENCY)


# --- what decides: a net of three directions (a crisis, an emergency, harmless talk), and an embedder that is told ----


class Told:
    """Puts a text where the test says, elsewhere among harmless talk; counts what it is asked for."""

    def __init__(self, **where: tuple[float, float, float]) -> None:
        self.where = where
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> "Vectors":
        self.asked += texts
        vectors: Vectors = np.array(
            [next((at for key, at in self.where.items() if key in text), HARMLESS) for text in texts], dtype=np.float32
        )
        return vectors


A_CRISIS, AN_EMERGENCY, HARMLESS = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
UNSURE, CALM = (0.9, 0.9, 1.0), (0.5, 0.5, 1.0)


def learnt(**words: float) -> Learnt:
    meaning = Meaning(
        mean=np.zeros(3, dtype=np.float32),
        axes=np.eye(3, dtype=np.float32),
        supports=np.eye(3, dtype=np.float32),
        weights=np.array([1.5, 1.5, -1.5], dtype=np.float32),
        bias=0.0,
        width=2.0,
        kind_weights=np.array([1.0, -1.0, 0.0], dtype=np.float32),
        kind_bias=0.0,
    )
    weights = np.zeros(BUCKETS, dtype=np.float32)
    for word, weight in words.items():
        weights[buckets(word)] = weight
    wording = Wording(np.ones(BUCKETS, dtype=np.float32), weights, 0.0)
    return Learnt(meaning, wording, Bounds(alarm_from=0.5, wary_from=0.1, harmless_below=-1.0), "these")


def net(embedder: Told) -> SecondNet:
    return SecondNet(learnt(), embedder)


@pytest.mark.parametrize(
    ("sign", "where", "weighed"),
    [
        (None, A_CRISIS, Weighed(Alarm.CRISIS)),
        (None, AN_EMERGENCY, Weighed(Alarm.EMERGENCY)),
        (None, HARMLESS, Weighed(None, harmless=True)),
        (None, CALM, Weighed(None)),
        (None, UNSURE, Weighed(None, wary=True)),
        (Sign(Alarm.CRISIS), HARMLESS, Weighed(Alarm.CRISIS)),
        (Sign(Alarm.EMERGENCY), HARMLESS, Weighed(Alarm.EMERGENCY)),
        (Sign(Alarm.EMERGENCY), A_CRISIS, Weighed(Alarm.EMERGENCY)),
        (Sign(Alarm.CRISIS, weak=True), HARMLESS, Weighed(None, wary=True)),
        (Sign(Alarm.CRISIS, weak=True), UNSURE, Weighed(Alarm.CRISIS)),
    ],
)
def test_meaning_adds_to_the_words_and_takes_back_only_what_is_weak_and_surely_harmless(
    sign: Sign | None, where: tuple[float, float, float], weighed: Weighed
) -> None:
    assert net(Told(message=where)).weigh("a message", sign) == weighed


@pytest.mark.parametrize("message", ["", "?!", "112", "👍"])
def test_without_a_letter_there_is_no_meaning_to_look_at(message: str) -> None:
    embedder = Told()
    assert net(embedder).weigh(message, None) == Weighed(None)
    assert embedder.asked == []


@pytest.mark.parametrize(
    ("weight", "weighed"), [(2.0, Weighed(Alarm.EMERGENCY)), (0.0, Weighed(None, wary=True)), (-2.0, Weighed(None))]
)
def test_a_telling_word_decides_where_the_meaning_is_unsure(weight: float, weighed: Weighed) -> None:
    second = SecondNet(learnt(telling=weight), Told(message=UNSURE))
    assert second.weigh("a telling message", None) == weighed


def test_words_are_known_by_their_beginnings_too_in_any_script() -> None:
    assert set(buckets("помираю")) & set(buckets("pomyraty"))
    assert buckets("?!") == []


def test_one_sentence_in_a_long_story_is_enough() -> None:
    story = EVERYDAY["en"] * 3
    second = net(Told(farewell=A_CRISIS))
    assert second.weigh(story, None) == Weighed(None, harmless=True)
    told = SecondNet(learnt(), OnlyAlone("farewell"))
    assert told.weigh(f"{story}This is my farewell to all of you. {story}", None).alarm is Alarm.CRISIS


class OnlyAlone(Told):
    """Hears a word only in a short text, as a model of meaning does."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def embed(self, texts: Sequence[str]) -> "Vectors":
        heard = [A_CRISIS if self._word in text and len(text) < 250 else HARMLESS for text in texts]
        vectors: Vectors = np.array(heard, dtype=np.float32)
        return vectors


@pytest.mark.parametrize("message", ["x " * 2000, "a. " * 1333, "слово " * 666, EVERYDAY["uk"] * 30])
def test_of_no_message_much_is_looked_at(message: str) -> None:
    assert sum(map(len, pieces(message).all)) <= 5 * 1000


def test_veiled_words_and_words_of_exhaustion_are_weak_and_all_others_are_not(safety: SafetyNet) -> None:
    assert safety.sign("ik kan niet meer") == Sign(Alarm.CRISIS, weak=True)
    assert safety.sign("mijn laatste brief") == Sign(Alarm.CRISIS, weak=True)
    assert safety.sign("ik wil niet meer leven") == Sign(Alarm.CRISIS)
    assert safety.sign("ik kan niet meer, er is brand in de keuken") == Sign(Alarm.EMERGENCY)
    assert safety.sign("er is brand in de keuken") == Sign(Alarm.EMERGENCY)


def test_small_talk_is_not_weighed(library: Library, safety: SafetyNet, finder: ScriptedFinder) -> None:
    embedder = Told(goodbye=A_CRISIS)
    understanding = Understanding(library, safety, finder, second=net(embedder))
    assert understanding.understand("goodbye").smalltalk
    assert embedder.asked == []


@pytest.mark.parametrize("text", ["goodbye, that is everything", "have a nice eveniing goodbye", "goodbyye all"])
def test_what_only_resembles_small_talk_is_weighed(
    library: Library, safety: SafetyNet, finder: ScriptedFinder, text: str
) -> None:
    understanding = Understanding(library, safety, finder, second=net(Told(good=A_CRISIS, evening=A_CRISIS)))
    assert understanding.understand(text).kind is Kind.CRISIS


def test_without_a_second_net_the_words_decide_alone(
    library: Library, safety: SafetyNet, finder: ScriptedFinder
) -> None:
    veiled = "a veiled message that no pattern knows"
    assert Understanding(library, safety, finder).understand(veiled).kind is Kind.NONE
    with_second = Understanding(library, safety, finder, second=net(Told(veiled=A_CRISIS)))
    assert with_second.understand(veiled).kind is Kind.CRISIS


@pytest.mark.parametrize(
    ("crisis", "where", "offered"),
    [(0.4, CALM, False), (0.4, UNSURE, True), (0.75, CALM, True), (0.95, HARMLESS, False)],
    ids=["only a likeness", "the net is unsure too", "very like", "very like, but surely harmless"],
)
def test_nobody_is_asked_about_suicide_for_a_likeness_where_the_second_net_is_calm(
    library: Library, safety: SafetyNet, crisis: float, where: tuple[float, float, float], offered: bool
) -> None:
    finder = ScriptedFinder({"some message": {"crisis": crisis, "coa": 0.2}})
    verdict = Understanding(library, safety, finder, second=net(Told(message=where))).understand("some message")
    assert verdict.kind is Kind.CHOICES
    assert ("crisis" in verdict.offers) is offered
    assert verdict.wary is offered


def test_a_message_is_embedded_once_though_two_parts_ask() -> None:
    model = Told()
    shared = Remembering(model)
    for message in ("how do I find a doctor", "where is the school"):
        SecondNet(learnt(), shared).weigh(message, None)
        near = Nearness(np.zeros(3), np.ones((1, 3), dtype=np.int8), np.ones((1, 1)), np.zeros(1))
        SemanticPart(("dokter",), np.ones((3, 1)), np.zeros(1), near, shared).scores(message)
    assert model.asked == ["how do i find a doctor", "where is the school"]


def test_what_was_learnt_is_kept_in_a_file(tmp_path: Path) -> None:
    save(learnt(), tmp_path / NET_FILE)
    loaded = SecondNet.load(tmp_path / NET_FILE, Told(farewell=A_CRISIS))
    assert loaded.learnt_from == "these"
    assert loaded.margin("farewell") == pytest.approx(net(Told(farewell=A_CRISIS)).margin("farewell"), abs=0.01)


@pytest.mark.parametrize("damage", [b"", b"PK no archive"])
def test_a_damaged_file_is_reported(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / NET_FILE).write_bytes(damage)
    with pytest.raises(SemanticUnavailable, match="wegwijzer train"):
        SecondNet.load(tmp_path / NET_FILE, Told())


# --- the examples in content/ --------------------------------------------------------------------------------


def test_the_weights_were_learnt_from_the_examples_that_are_there() -> None:
    assert SecondNet.load(WEIGHTS / NET_FILE, Told()).learnt_from == fingerprint(read_examples(CONTENT))


def test_nothing_was_learnt_from_what_judges_the_net() -> None:
    rows = (BENCH / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = ("direct", "veiled", "emergency", "harmless")
    judges = {prepared(line) for kind in kinds for line in held_out(kind)} | {
        prepared(json.loads(row)["text"]) for row in rows if row.strip()
    }
    seen_before = len(judges & {prepared(example.text) for example in read_examples(CONTENT)})
    assert seen_before == 0  # a number: nobody who mends the net should read these lines


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("crisis: [a\n", r"en/danger-examples\.yaml:\d+: cannot be read"),
        ("crisis: [a]\nemergency: [b]\n", r"exactly the keys crisis, emergency, harmless"),
        ("crisis: [a]\nemergency: [b]\nharmless: c\n", r"harmless: each entry is one message"),
        ("crisis: [a]\nemergency: [112]\nharmless: [c]\n", r"emergency: each entry is one message"),
        ("crisis: [a]\nemergency: [b]\nharmless: [A]\n", r"'A' stands under two kinds"),
    ],
)
def test_a_broken_file_of_examples_is_named(tmp_path: Path, text: str, finding: str) -> None:
    path = tmp_path / "content" / "en" / FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=finding):
        read_examples(tmp_path / "content")


# --- both nets together, where the semantic part is installed ------------------------------------------------


@pytest.fixture(scope="module")
def both(library: Library, safety: SafetyNet) -> Understanding:
    try:
        semantic = SemanticPart.load(WEIGHTS / "semantic.npz")
    except SemanticUnavailable as error:
        pytest.skip(str(error))
    second = SecondNet.load(WEIGHTS / NET_FILE, semantic.embedder)
    return Understanding(library, safety, FusedFinder.load(library, WEIGHTS, semantic), second=second)


def held_out(kind: str) -> Iterator[str]:
    """The lines of the table from which nothing was ever learnt."""
    for of, name, line in cases():
        if of == kind and name.startswith("held_out_4"):
            yield line.removeprefix(STILL_MISSED)


@pytest.mark.parametrize(
    ("kind", "at_least", "at_most"),
    [("direct", 0.97, 1), ("veiled", 0.92, 1), ("emergency", 0.95, 1), ("harmless", 0, 0.08)],
)
def test_danger_in_words_never_seen_is_noticed_and_few_hard_lines_are_taken_for_it(
    both: Understanding, kind: str, at_least: float, at_most: float
) -> None:
    raised = [both.understand(line).kind in DANGER for line in held_out(kind)]
    assert at_least <= sum(raised) / len(raised) <= at_most


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("er is niets meer wat me hier houdt, ik heb alles al weggegeven en morgen ben ik weg", Kind.CRISIS),
        ("my neighbour told me calmly that she has made her peace and nobody will see her after tonight", Kind.CRISIS),
        ("сусід раптом осів на підлогу, губи сині", Kind.EMERGENCY),
        ("из-под двери соседей валит чёрное и пахнет гарью, там дети", Kind.EMERGENCY),
    ],
)
def test_danger_is_known_in_words_that_nobody_wrote_a_pattern_for(
    both: Understanding, message: str, kind: Kind
) -> None:
    assert both.understand(message).kind is kind


@pytest.mark.parametrize("language", EVERYDAY)
def test_a_calm_story_is_no_danger(both: Understanding, language: str) -> None:
    assert both.understand(EVERYDAY[language] * 4).kind not in DANGER
