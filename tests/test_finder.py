"""The finder from the taught questions to a probability: nearness, the weights, and what they reach together."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.knowledge.fusion import ALL, LIGHT, FusedFinder, Weights, WeightsProblem, dump, weights_from
from bot.knowledge.library import OUTSIDE, Library
from bot.knowledge.light import LightPart, grams
from bot.knowledge.semantic import SemanticPart, SemanticUnavailable
from bot.training.fusion import Evidence, fit_weights, probabilities
from bot.training.learning import Examples, cross_validated
from bot.training.semantic import Vectors, fit

TAUGHT = {
    "dokter": ("waar is de huisarts", "ik zoek een dokter", "mijn kind is ziek", "hoe meld ik me aan bij de huisarts",
               "is er een huisarts in de buurt", "de dokter bellen", "kan een arts komen", "ik ben ziek welke dokter"),
    "zwemles": ("zwemles voor mijn dochter", "leren zwemmen", "waar is het zwembad", "wat kost zwemles",
                "een diploma zwemmen halen", "zwemmen met kinderen", "mijn zoon wil zwemmen", "zwembad in de buurt"),
    OUTSIDE: ("wat voor weer wordt het", "uitslag van ajax", "recept voor appeltaart", "hoofdstad van peru",
              "vertel een mop", "zing een lied", "koers van bitcoin", "hoe laat is het in tokio"),
}  # fmt: skip
ROWS = [(label, "nl", text) for label, texts in TAUGHT.items() for text in texts]


class LettersEmbedder:
    """Embeds by n-grams of letters: no meaning, but the same text always gives the same vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in grams(text):
                row[sum(ord(letter) * 31**place for place, letter in enumerate(gram)) % 64] += 1
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture(scope="module")
def semantic() -> SemanticPart:
    return fit([text for _, _, text in ROWS], [label for label, _, _ in ROWS], LettersEmbedder())


@pytest.fixture(scope="module")
def learnt() -> tuple[Weights, Weights]:
    labels, languages, texts = zip(*sorted(ROWS), strict=True)
    light, both = cross_validated(Examples(labels, languages, texts), LettersEmbedder(), lambda _line: None)
    return fit_weights(light), fit_weights(both)


def test_a_taught_question_is_near_its_own_label_only(semantic: SemanticPart) -> None:
    near = dict(zip(semantic.labels, semantic.scores("wat kost zwemles").near, strict=True))
    assert near["zwemles"] > 0.6
    assert max(near["dokter"], near[OUTSIDE]) < 0.3


def test_the_semantic_part_says_the_same_after_saving(semantic: SemanticPart, tmp_path: Path) -> None:
    semantic.save(tmp_path / "semantic.npz")
    again = SemanticPart.load(tmp_path / "semantic.npz", LettersEmbedder())
    for question in ("waar is het zwembad dan", "een arts zoeken"):
        assert again.scores(question).near == pytest.approx(semantic.scores(question).near, abs=1e-5)
        assert again.scores(question).linear == pytest.approx(semantic.scores(question).linear, abs=0.02)


def test_weights_that_lack_the_nearness_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "semantic.npz", labels=np.array(["a"]), weights=np.ones((2, 1)), bias=np.ones(1))
    with pytest.raises(SemanticUnavailable, match="wegwijzer train"):
        SemanticPart.load(tmp_path / "semantic.npz", LettersEmbedder())


def test_of_a_story_both_views_count(semantic: SemanticPart) -> None:
    story = "Wij zijn hier pas kort en alles is nieuw voor ons, de straten, de taal en de mensen. " * 3
    asked = semantic.scores(f"{story} Wat kost zwemles?").near
    told = semantic.scores(story).near
    assert asked[semantic.labels.index("zwemles")] > told[semantic.labels.index("zwemles")]


def test_the_fusion_learns_how_far_to_trust_each_part() -> None:
    generator = np.random.default_rng(1)
    right = generator.integers(4, size=600)
    truth = np.eye(4)[right]
    good, noise = truth + generator.normal(0, 0.4, truth.shape), generator.normal(0, 1, truth.shape)
    evidence = Evidence(("a", "b", OUTSIDE, "z"), (good, noise), right)
    weights = fit_weights(evidence)
    assert weights.label[0] > 10 * abs(weights.label[1])
    chances = probabilities(weights, evidence)
    assert chances.sum(axis=1) == pytest.approx(np.ones(600))
    said, reached = chances.max(axis=1).mean(), (chances.argmax(axis=1) == right).mean()
    assert said == pytest.approx(reached, abs=0.03)  # calibrated: as often right as it says


def test_ranking_and_training_compute_the_same_probabilities(library: Library, learnt: tuple[Weights, Weights]) -> None:
    light, question = LightPart(ROWS), "zwemmen bij de dokter"
    found = FusedFinder(library, light, learnt[0]).rank(question)
    seen = Evidence(light.labels, (np.array([light.scores(question)]),), np.array([0]))
    chances = probabilities(learnt[0], seen)[0]
    for ranked in found.best:
        assert ranked.probability == pytest.approx(chances[light.labels.index(ranked.label)])
    assert found.nothing == pytest.approx(chances[light.labels.index(OUTSIDE)])


@pytest.mark.parametrize("with_semantic", [False, True])
@pytest.mark.parametrize(
    ("question", "label"), [("is er een huisarts", "dokter"), ("zwemles voor kinderen", "zwemles")]
)
def test_a_question_in_other_words_finds_its_topic(
    library: Library,
    learnt: tuple[Weights, Weights],
    semantic: SemanticPart,
    question: str,
    label: str,
    *,
    with_semantic: bool,
) -> None:
    part = semantic if with_semantic else None
    found = FusedFinder(library, LightPart(ROWS), learnt[with_semantic], part).rank(question)
    assert found.best[0].label == label
    assert sum(ranked.probability for ranked in found.best) + found.nothing == pytest.approx(1)


def test_the_weights_are_read_as_they_were_written(tmp_path: Path, learnt: tuple[Weights, Weights]) -> None:
    dump(*learnt, tmp_path / "fusion.json", "abc")
    stored = json.loads((tmp_path / "fusion.json").read_text(encoding="utf-8"))
    assert (weights_from(stored["light"], LIGHT), weights_from(stored["semantic"], ALL)) == learnt


def test_weights_of_an_older_form_ask_to_be_learnt_anew(library: Library, tmp_path: Path) -> None:
    (tmp_path / "fusion.json").write_text('{"light": {"light": 15.0}}', encoding="utf-8")
    with pytest.raises(WeightsProblem, match="wegwijzer train"):
        FusedFinder.load(library, tmp_path, None)
