"""Learning the finder's weights: the same questions give the same weights, and the check sees when they are stale."""

import hashlib
import itertools
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.checking import check_weights
from bot.knowledge.fusion import FusedFinder
from bot.knowledge.library import load
from bot.knowledge.semantic import SemanticPart
from tests.small_content import small_content

np = pytest.importorskip("numpy")
learning = pytest.importorskip("bot.training.learning")


class Hashing:
    """An embedding without any model: the letters of a text, thrown into 64 boxes three by three."""

    def embed(self, texts: Sequence[str]) -> Any:
        """Return one row per text."""
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for start in range(len(text)):
                row[hashlib.sha256(text[start : start + 3].encode()).digest()[0] % 64] += 1
        return rows


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small content folder and the weights that were learnt from it."""
    folder = tmp_path_factory.mktemp("training")
    content, weights = small_content(folder), folder / "weights"
    learning.learn_and_write(content, weights, lambda _: None, Hashing())
    return content, weights


@pytest.fixture
def copied(learnt: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copies that may be broken."""
    return tuple(Path(shutil.copytree(path, tmp_path / path.name)) for path in learnt)  # type: ignore[return-value] # two


def test_learning_again_from_the_same_content_gives_the_same_files(learnt: tuple[Path, Path], tmp_path: Path) -> None:
    content, weights = learnt
    learning.learn_and_write(content, tmp_path, lambda _: None, Hashing())
    for name in ("fusion.json", "semantic.npz"):
        assert (tmp_path / name).read_bytes() == (weights / name).read_bytes()


def test_what_was_learnt_finds_what_was_taught(learnt: tuple[Path, Path]) -> None:
    content, weights = learnt
    library = load(content)
    finder = FusedFinder.load(library, weights, SemanticPart.load(weights / "semantic.npz", Hashing()))
    taught = [(label, question) for label, _, question in library.examples() if label in library.topics]
    found = sum(finder.rank(question).best[0].label == label for label, question in taught)
    assert found / len(taught) > 0.95


def test_weights_of_today_are_in_order(learnt: tuple[Path, Path]) -> None:
    assert check_weights(*learnt) == []


def test_a_new_question_makes_the_weights_stale(copied: tuple[Path, Path]) -> None:
    content, weights = copied
    topic = content / "en/topics/eropuit.md"
    topic.write_text(topic.read_text(encoding="utf-8") + "- who pays for the judo club?\n", encoding="utf-8")
    assert [str(finding) for finding in check_weights(content, weights)] == [
        f"{weights / name}: was learnt from other examples than those of now: run  make train"
        for name in ("fusion.json", "semantic.npz")
    ]


def test_a_new_example_of_danger_makes_the_second_safety_net_stale(copied: tuple[Path, Path]) -> None:
    content, weights = copied
    examples = content / "en/danger-examples.yaml"
    text = examples.read_text(encoding="utf-8")
    examples.write_text(text.replace("crisis: [", "crisis: [I want it all to be over, "), encoding="utf-8")
    assert [str(finding) for finding in check_weights(content, weights)] == [
        f"{weights / 'danger.npz'}: was learnt from other examples than those of now: run  make train"
    ]


def test_a_changed_text_leaves_the_weights_as_they_are(copied: tuple[Path, Path]) -> None:
    content, weights = copied
    topic = content / "en/topics/eropuit.md"
    topic.write_text(topic.read_text(encoding="utf-8").replace("## anderen\n", "## anderen\nMore. "), encoding="utf-8")
    assert check_weights(content, weights) == []


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        *itertools.product(["fusion.json", "semantic.npz", "danger.npz"], [None, b"", b"nonsense", b"[]"]),
        *itertools.product(["fusion.json", "semantic.npz"], [b"PK\x03\x04 and no more"]),
    ],
)
def test_weights_that_are_missing_or_damaged_are_named(
    copied: tuple[Path, Path], name: str, inside: bytes | None
) -> None:
    content, weights = copied
    (weights / name).unlink()
    if inside is not None:
        (weights / name).write_bytes(inside)
    assert [str(finding) for finding in check_weights(content, weights)] == [
        f"{weights / name}: is missing or damaged: run  make train"
    ]


def test_the_files_say_what_they_were_learnt_from(learnt: tuple[Path, Path]) -> None:
    _, weights = learnt
    stored = json.loads((weights / "fusion.json").read_text(encoding="utf-8"))
    assert set(stored) == {"learnt_from", "light", "semantic"}
