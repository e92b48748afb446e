"""Cross-validation of both parts, the weights of the fusion, and the final parts, in one reproducible run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.fusion import Weights, dump
from bot.knowledge.library import OUTSIDE, Library, fingerprint, load
from bot.knowledge.light import LightPart
from bot.knowledge.skeleton import skeleton
from bot.training import danger
from bot.training.fusion import Evidence, fit_weights, probabilities
from bot.training.semantic import CachingEmbedder, fit

FOLDS = 5
SEED = 20261124

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Examples:
    """The example questions as columns."""

    labels: tuple[str, ...]
    languages: tuple[str, ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def rows(self, chosen: Sequence[int] | NDArray[np.int64]) -> list[tuple[str, str, str]]:
        """Return some of the examples as (label, language, question)."""
        return [(self.labels[i], self.languages[i], self.texts[i]) for i in chosen]


def examples_of(library: Library) -> Examples:
    """Return the example questions of a library in a fixed order."""
    labels, languages, texts = zip(*sorted(library.examples()), strict=True)
    return Examples(labels, languages, texts)


def folds(examples: Examples) -> NDArray[np.int64]:
    """Return the fold of every example: spread within each topic and language, look-alikes together."""
    generator = np.random.default_rng(SEED)
    fold_of: dict[str, int] = {}
    groups: dict[tuple[str, str], list[str]] = {}
    for label, language, text in zip(examples.labels, examples.languages, examples.texts, strict=True):
        groups.setdefault((label, language), []).append(skeleton(text))
    for keys in groups.values():
        start = int(generator.integers(FOLDS))
        for number, key in enumerate(generator.permutation(sorted(set(keys)))):
            fold_of.setdefault(str(key), (start + number) % FOLDS)
    return np.array([fold_of[skeleton(text)] for text in examples.texts])


def cross_validated(examples: Examples, embedder: CachingEmbedder | None, say: Say) -> Evidence:
    """Return what the parts say about every example when they have not been taught it."""
    labels = tuple(sorted(set(examples.labels)))
    fold = folds(examples)
    light = np.zeros((len(examples), len(labels)))
    semantic = np.zeros_like(light) if embedder is not None else None
    for number in range(FOLDS):
        taught, asked = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        part = LightPart(examples.rows(taught))
        for row in asked:
            light[row] = part.scores(examples.texts[row])
        if semantic is not None and embedder is not None:
            model = fit([examples.texts[i] for i in taught], [examples.labels[i] for i in taught], embedder, seed=SEED)
            semantic[asked] = model.scores_many([examples.texts[i] for i in asked])
        say(f"  fold {number + 1} of {FOLDS}")
    right = np.array([labels.index(label) for label in examples.labels])
    return Evidence(labels, light, semantic, right)


def learn_and_write(content: Path, folder: Path, say: Say) -> None:
    """Learn and write fusion.json, semantic.npz and danger.npz."""
    library = load(content)
    examples = examples_of(library)
    say(f"{len(examples)} example questions, {len(set(examples.labels))} labels.")
    embedder = CachingEmbedder()
    say("Cross-validation:")
    evidence = cross_validated(examples, embedder, say)
    alone = Evidence(evidence.labels, evidence.light, None, evidence.right)
    light, both = fit_weights(alone), fit_weights(evidence)
    for name, weights, seen in (("light", light, alone), ("light + semantic", both, evidence)):
        say(f"{name}: {', '.join(report(weights, seen))}")
    final = fit(examples.texts, examples.labels, embedder, seed=SEED, fingerprint=fingerprint(library))
    folder.mkdir(parents=True, exist_ok=True)
    final.save(folder / "semantic.npz")
    dump(light, both, folder / "fusion.json", fingerprint(library))
    danger.learn_and_write(content, library, embedder, folder, say)


def report(weights: Weights, evidence: Evidence) -> Iterator[str]:
    """Yield how good the probabilities are on the evidence, in words."""
    chances = probabilities(weights, evidence)
    outside = evidence.labels.index(OUTSIDE)
    best = np.argsort(-chances, axis=1)
    inside = evidence.right != outside
    first = best[:, 0] == evidence.right
    third = (best[:, :3] == evidence.right[:, None]).any(axis=1)
    yield f"right at once {first[inside].mean():.1%}"
    yield f"among three {third[inside].mean():.1%}"
    yield f"outside noticed {first[~inside].mean():.1%}"
    top = chances.max(axis=1)
    yield f"mean certainty {top.mean():.1%} for {first.mean():.1%} right"
