"""Learning the second net for danger from the tables of the safety net's tests and from harmless example questions."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from bot.knowledge.danger import HARMLESS, SecondNet
from bot.knowledge.library import Library
from bot.knowledge.semantic import Embedder, prepared

TABLES = ("developed", "developed_2", "held_out", "held_out_2", "held_out_3", "known_gaps")
"""The tables that are learnt from. The newest held-out table and the bench's questions stay apart, to judge by."""

STRENGTH = 0.02
"""Of the regression's fit (C): chosen by cross-validation, docs/decisions/safety.md."""

_CLASSES = {"direct": "crisis", "veiled": "crisis", "emergency": "emergency", "harmless": HARMLESS}
_ABOUT_DANGER = frozenset({"crisis", "noodgeval", "huiselijk-geweld"})
_MISSED = "? "


def danger_lines(tables: Path, library: Library) -> list[tuple[str, str]]:
    """Return what is learnt from as (class, line), in a fixed order."""
    return sorted({*_of_tables(tables), *_of_library(library)})


def fingerprint(lines: Sequence[tuple[str, str]]) -> str:
    """Return a short hash of what is learnt from."""
    return hashlib.sha256("\n".join(f"{kind}\t{text}" for kind, text in lines).encode()).hexdigest()[:16]


def fit_danger(lines: Sequence[tuple[str, str]], embedder: Embedder, *, seed: int = 0) -> SecondNet:
    """Return the net that these lines teach; the same lines give the same net."""
    kinds = np.array([kind for kind, _ in lines])
    vectors = embedder.embed([prepared(text) for _, text in lines])
    mean = vectors.mean(axis=0)
    spread = float((vectors - mean).std(axis=0).mean())
    weight = {HARMLESS: 1.0, "crisis": 2.0, "emergency": 2.0}
    model = LogisticRegression(C=STRENGTH, max_iter=400, random_state=seed, class_weight=weight)
    model.fit((vectors - mean) / spread, kinds)
    weights = (model.coef_.T / spread).astype(np.float32)
    bias = (model.intercept_ - mean @ weights).astype(np.float32)
    return SecondNet(tuple(map(str, model.classes_)), weights, bias, embedder, fingerprint(lines))


def _of_tables(tables: Path) -> Iterator[tuple[str, str]]:
    for name in TABLES:
        table = yaml.safe_load((tables / f"{name}.yaml").read_text(encoding="utf-8"))
        for kind, languages in table.items():
            for block in languages.values():
                for line in block.strip().splitlines():
                    yield _CLASSES[kind], line.strip().removeprefix(_MISSED)


def _of_library(library: Library) -> Iterator[tuple[str, str]]:
    for label, _, question in library.examples():
        if label not in _ABOUT_DANGER:
            yield HARMLESS, question
