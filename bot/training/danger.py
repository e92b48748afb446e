"""Learning the second net of safety: its two machines, and its bounds by cross-validation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from sklearn.svm import SVC, LinearSVC

from bot.knowledge.danger import (
    NET_FILE,
    Bounds,
    Example,
    Kind,
    Learnt,
    Meaning,
    Wording,
    fingerprint,
    read_examples,
    save,
)
from bot.knowledge.danger.net import Looked, look, pieces
from bot.knowledge.danger.wording import BUCKETS, buckets
from bot.knowledge.library import Library
from bot.knowledge.semantic import Embedder, prepared
from bot.knowledge.smalltalk import PLEAS
from bot.knowledge.understanding import DANGER_TOPICS

Say = Callable[[str], None]

FOLDS = 5
SEED = 20261125

AXES = 256
"""So many directions of the embedding are kept: with 128 of them 3 % more danger is missed, with all 384 no less."""

STRENGTH, WIDTH, KIND_STRENGTH, WORD_STRENGTH = 3.0, 1.5, 4.0, 1.0
"""Of the fits: the machine's C and the width of its kernel, the C by which a crisis is told from an emergency, and that
of the machine on words."""

REPEATS = 2
"""So often everything is divided into folds anew: one division alone would leave the bounds to chance."""

FALSE_ALARMS = 0.003
"""The share of the library's own questions, unseen, that may set off the alarm: this chooses the bound. The aim is 1 %
of what people ask; docs/decisions/safety.md has what other shares would give."""

WARY = 0.02
"""The share of them that may get the numbers beside their answer."""

TAKEN_BACK = 0.02
"""The share of examples of danger, unseen, that may lie below the bound of what is surely harmless."""

ALIKE = 0.5
"""Examples at least so alike (cosine of centred embeddings, on average) are one situation, so they share a fold."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learnt from, as columns; `everyday` marks the library's own questions among the harmless."""

    texts: tuple[str, ...]
    kinds: NDArray[np.str_]
    everyday: NDArray[np.bool_]

    @property
    def danger(self) -> NDArray[np.bool_]:
        """Which of them are danger."""
        grave: NDArray[np.bool_] = self.kinds != Kind.HARMLESS
        return grave

    def only(self, chosen: NDArray[np.bool_]) -> "Lesson":
        """Return a part of it."""
        return Lesson(tuple(np.array(self.texts)[chosen].tolist()), self.kinds[chosen], self.everyday[chosen])


def lesson_of(library: Library, examples: Sequence[Example]) -> Lesson:
    """Return the examples of danger and the library's questions, each message once and in a fixed order.

    Questions of the topics about danger, and pleas, count only where they stand among the examples: they may ask for a
    number, or for help.
    """
    kind_of: dict[str, tuple[Kind, bool]] = {prepared(one.text): (one.kind, False) for one in examples}
    questions = [text for label, _, text in library.examples() if label not in DANGER_TOPICS]
    talk = [
        text
        for name, entries in library.smalltalk.items()
        if name not in PLEAS
        for entry in entries.values()
        for text in entry.questions
    ]
    for text in (*questions, *talk):
        kind_of.setdefault(prepared(text), (Kind.HARMLESS, True))
    texts = sorted(text for text in kind_of if text)
    return Lesson(
        tuple(texts),
        np.array([str(kind_of[text][0]) for text in texts]),
        np.array([kind_of[text][1] for text in texts]),
    )


def situations(lesson: Lesson, embedder: Embedder) -> NDArray[np.int64]:
    """Return the situation that each message is about: translations and look-alikes among the examples share one."""
    vectors = embedder.embed(lesson.texts)
    found = np.arange(len(lesson.texts))
    examples = np.flatnonzero(~lesson.everyday)
    centred = vectors[examples] - vectors.mean(axis=0)
    found[examples] = found.size + fcluster(linkage(centred, "average", metric="cosine"), 1 - ALIKE, "distance")
    return np.unique(found, return_inverse=True)[1]


def fit_meaning(lesson: Lesson, embedder: Embedder) -> Meaning:
    """Return what the embeddings of these messages teach; the same input gives the same.

    A story of danger is taught as a whole, for most of its sentences are harmless; of a harmless one every piece is, so
    that a sentence that only sounds grave is known.
    """
    taught: list[tuple[str, str]] = []
    for text, kind in zip(lesson.texts, lesson.kinds, strict=True):
        seen = pieces(text)
        taught += [(piece, kind) for piece in (seen.all if kind == Kind.HARMLESS else seen.whole[:1])]
    vectors = embedder.embed([piece for piece, _ in taught])
    kinds = np.array([kind for _, kind in taught])
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    _, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = directions[:, ::-1][:, :AXES].astype(np.float32)
    turned = centred @ axes
    danger = kinds != Kind.HARMLESS
    machine = SVC(C=STRENGTH, gamma=WIDTH, cache_size=1000).fit(turned, danger)
    kind = LogisticRegression(C=KIND_STRENGTH, max_iter=400).fit(turned[danger], kinds[danger] == Kind.CRISIS)
    return Meaning(
        mean=mean.astype(np.float32),
        axes=axes,
        supports=machine.support_vectors_.astype(np.float32),
        weights=machine.dual_coef_[0].astype(np.float32),
        bias=float(machine.intercept_[0]),
        width=WIDTH,
        kind_weights=kind.coef_[0].astype(np.float32),
        kind_bias=float(kind.intercept_[0]),
    )


def fit_wording(lesson: Lesson) -> Wording:
    """Return what the words of these messages teach; the same input gives the same."""
    found = [buckets(text) for text in lesson.texts]
    ends = np.cumsum([0, *map(len, found)])
    columns = np.concatenate(found).astype(np.int64)
    known = np.bincount(columns, minlength=BUCKETS)
    rarity = (np.log((1 + len(found)) / (1 + known)) + 1).astype(np.float32)
    rows = normalize(csr_matrix((rarity[columns], columns, ends), shape=(len(found), BUCKETS)))
    machine = LinearSVC(C=WORD_STRENGTH, max_iter=5000, random_state=SEED).fit(rows, lesson.danger)
    return Wording(rarity, machine.coef_[0].astype(np.float32), float(machine.intercept_[0]))


def judged(meaning: Meaning, wording: Wording, texts: Sequence[str], embedder: Embedder) -> list[Looked]:
    """Return how grave these messages are, as the net will look at them."""
    return [
        look(meaning, wording, text, seen, embedder.embed(seen.all))
        for text, seen in zip(texts, map(pieces, texts), strict=True)
    ]


def cross_validated(
    lesson: Lesson, embedder: Embedder
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return what is said of every message when neither it nor its situation was taught, a row for each repeat.

    These are the margins for an alarm, the likely margins, and whether it would be a crisis.
    """
    situation = situations(lesson, embedder)
    generator = np.random.default_rng(SEED)
    shape = (REPEATS, len(lesson.texts))
    margins, likely, crisis = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    for repeat in range(REPEATS):
        fold = generator.permutation(np.arange(situation.max() + 1) % FOLDS)[situation]
        for number in range(FOLDS):
            taught, asked = lesson.only(fold != number), np.flatnonzero(fold == number)
            meaning, wording = fit_meaning(taught, embedder), fit_wording(taught)
            looked = judged(meaning, wording, [lesson.texts[row] for row in asked], embedder)
            margins[repeat, asked] = [one.margin for one in looked]
            likely[repeat, asked] = [one.likely for one in looked]
            crisis[repeat, asked] = [one.crisis for one in looked]
    return margins, likely, crisis


def learn_and_write(content: Path, library: Library, embedder: Embedder, folder: Path, say: Say) -> None:
    """Learn and write danger.npz."""
    examples = read_examples(content)
    lesson = lesson_of(library, examples)
    danger, everyday = lesson.danger, lesson.everyday
    say(f"{danger.sum()} examples of danger, {(~danger & ~everyday).sum()} of harmless talk.")
    margins, likely, crisis = cross_validated(lesson, embedder)
    bounds = Bounds(
        alarm_from=round(float(np.quantile(margins[:, everyday], 1 - FALSE_ALARMS)), 3),
        wary_from=round(float(np.quantile(likely[:, everyday], 1 - WARY)), 3),
        harmless_below=round(float(np.quantile(likely[:, danger], TAKEN_BACK)), 3),
    )
    noticed = margins >= bounds.alarm_from
    for kind in (Kind.CRISIS, Kind.EMERGENCY):
        of_kind = lesson.kinds == kind
        right = crisis[:, of_kind][noticed[:, of_kind]] == (kind is Kind.CRISIS)
        share = _share(noticed[:, of_kind].ravel())
        say(f"  {kind}: noticed by meaning alone {share}, of these as {kind} {_share(right)}")
    say(f"  false alarms: {_share(noticed[:, ~danger & ~everyday].ravel())} of the harmless examples")
    near = _share((noticed | (likely >= bounds.wary_from))[:, danger].ravel())
    say(f"  numbers beside the answer, or an alarm: {near} of the danger")
    say(f"  {bounds}")
    learnt = Learnt(fit_meaning(lesson, embedder), fit_wording(lesson), bounds, fingerprint(examples))
    save(learnt, folder / NET_FILE)


def _share(hits: NDArray[np.bool_]) -> str:
    """The share of true values, in words."""
    return f"{hits.mean():.1%}" if len(hits) else "–"
