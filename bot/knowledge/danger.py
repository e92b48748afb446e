"""The second net of safety: it knows danger by its meaning, where the first (bot.knowledge.safety) goes by words.

Whoever is in danger finds words that nobody wrote a pattern for. This net learnt from examples of danger and of
harmless talk (content/<language>/danger-examples.yaml, and all example questions as harmless talk): a support vector
machine on the embedding of the message, which `wegwijzer train` makes. It adds to the first net, and takes an alarm
back only where the first found nothing but words of exhaustion. It needs the semantic part; without that the first
net works alone. docs/decisions/safety.md tells what was compared and how the bounds were chosen.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import yaml

from bot.errors import ContentError, Finding
from bot.knowledge.safety import Alarm, Sign
from bot.knowledge.semantic import Embedder, SemanticUnavailable, prepared, views

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

FILE = "danger-examples.yaml"
"""The examples of a language, content/<language>/danger-examples.yaml."""


class Kind(StrEnum):
    """What an example is an example of."""

    CRISIS = "crisis"
    EMERGENCY = "emergency"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A message somebody might write, in one language."""

    kind: Kind
    language: str
    text: str


def read_examples(content: Path) -> tuple[Example, ...]:
    """Return the examples of all languages, in a fixed order.

    Raises:
        ContentError: with every finding, if a file cannot be used.

    """
    examples, findings = gather(content)
    if findings:
        raise ContentError([str(finding) for finding in findings])
    return examples


def gather(content: Path) -> tuple[tuple[Example, ...], list[Finding]]:
    """Return the examples that can be read, and what is wrong with the files.

    Each must be a list of messages under each of the three kinds, and no message may stand under two of them.
    """
    findings: list[Finding] = []
    examples: list[Example] = []
    kind_of: dict[str, Kind] = {}
    for path in sorted(content.glob(f"*/{FILE}")):
        name = path.relative_to(content.parent).as_posix()
        for example in _read(path, name, findings):
            if kind_of.setdefault(prepared(example.text), example.kind) is not example.kind:
                findings.append(Finding(name, 1, f"{example.text!r} stands under two kinds"))
            examples.append(example)
    return tuple(sorted(examples)), findings


def _read(path: Path, name: str, findings: list[Finding]) -> Iterator[Example]:
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        findings.append(Finding(name, mark.line + 1 if mark else 1, f"cannot be read: {error}"))
        return
    kinds = ", ".join(Kind)
    if not isinstance(tree, dict) or set(tree) != set(Kind):
        findings.append(Finding(name, 1, f"here belong exactly the keys {kinds}"))
        return
    for kind in Kind:
        lines = tree[kind]
        if not isinstance(lines, list) or not all(isinstance(line, str) and line.strip() for line in lines):
            findings.append(Finding(name, 1, f"{kind}: each entry is one message in words (quote a number)"))
            continue
        yield from (Example(kind, path.parent.name, line.strip()) for line in lines)


def fingerprint(examples: Iterable[Example]) -> str:
    """Return a short hash of the examples of danger and harmless talk: what the net was taught."""
    lines = sorted(f"{one.kind}\t{one.language}\t{one.text}" for one in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The alarm that a message raises; `wary`: it raises none, but lies so near that numbers belong in the reply."""

    alarm: Alarm | None
    wary: bool = False


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the net learnt.

    A vector is centred by `mean`, brought to length 1, and turned onto `axes`. Its margin is `bias` and, over all
    `supports`, `weights` times exp(-`width` · squared distance). `kind_weights` and `kind_bias` tell a crisis (above
    0) from an emergency. From the margin `alarm_from` it is danger, from `wary_from` it may be, and below
    `harmless_below` it surely is none.
    `learnt_from` is the fingerprint of the examples.
    """

    mean: "Numbers"
    axes: "Numbers"
    supports: "Numbers"
    weights: "Numbers"
    bias: float
    width: float
    kind_weights: "Numbers"
    kind_bias: float
    alarm_from: float
    wary_from: float
    harmless_below: float
    learnt_from: str = ""

    def turned(self, vectors: "Numbers") -> "Numbers":
        """Return embeddings as the net looks at them."""
        import numpy as np

        centred = vectors - self.mean
        turned: Numbers = (centred / np.linalg.norm(centred, axis=1, keepdims=True)) @ self.axes
        return turned

    def margins(self, turned: "Numbers") -> "Numbers":
        """Return how far on the side of danger each row lies (1: like a clear example of it; below 0: harmless)."""
        import numpy as np

        apart = (turned**2).sum(axis=1)[:, None] + (self.supports**2).sum(axis=1) - 2 * turned @ self.supports.T
        margins: Numbers = np.exp(-self.width * apart) @ self.weights + self.bias
        return margins


# A sentence of a story may be danger though the whole is mostly something else: of a longer message the last pieces
# of about so many letters, at most so many of them, are looked at on their own too.
_PIECE = 200
_PIECES = 6
# A piece torn from its story sounds graver than it is: so much is taken off its margin before it sounds the alarm. The
# numbers above the answer do not ask for that.
_TORN = 0.25
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
_LETTER = re.compile(r"[^\W\d_]")


def pieces(text: str) -> tuple[str, ...]:
    """Return what of a text is looked at: what the finder looks at, and the sentences of a long story."""
    seen = views(text)
    if len(seen) == 1:
        return seen
    packed: list[str] = []
    for sentence in reversed(_SENTENCES.split(prepared(text))):
        if packed and len(packed[-1]) + len(sentence) < _PIECE:
            packed[-1] = f"{sentence} {packed[-1]}"
        else:
            packed.append(sentence)
    return tuple(dict.fromkeys((*seen, *(piece[: 2 * _PIECE] for piece in packed[:_PIECES] if piece))))


class SecondNet:
    """Recognises danger by its meaning."""

    def __init__(self, learnt: Learnt, embedder: Embedder) -> None:
        self.learnt_from = learnt.learnt_from
        self._learnt = learnt
        self._embedder = embedder

    @classmethod
    def load(cls, path: Path, embedder: Embedder) -> "SecondNet":
        """Return the net with what was learnt in a file.

        Raises:
            SemanticUnavailable: if numpy or the file are missing, or if the file is damaged.

        """
        try:
            import numpy as np
        except ImportError as error:
            raise SemanticUnavailable("numpy is not installed") from error
        try:
            with np.load(path, allow_pickle=False) as stored:
                learnt = Learnt(
                    mean=stored["mean"].astype(np.float32),
                    axes=stored["axes"].astype(np.float32),
                    supports=stored["supports"].astype(np.float32) * float(stored["scale"]),
                    weights=stored["weights"].astype(np.float32),
                    bias=float(stored["bias"]),
                    width=float(stored["width"]),
                    kind_weights=stored["kind_weights"].astype(np.float32),
                    kind_bias=float(stored["kind_bias"]),
                    alarm_from=float(stored["alarm_from"]),
                    wary_from=float(stored["wary_from"]),
                    harmless_below=float(stored["harmless_below"]),
                    learnt_from=str(stored["learnt_from"]),
                )
                learnt.margins(learnt.turned(np.ones((1, len(learnt.mean)), dtype=np.float32)))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise SemanticUnavailable("the examples of danger are not learnt; run  wegwijzer train") from error
        return cls(learnt, embedder)

    def margin(self, text: str) -> float:
        """Return how far on the side of danger a message lies; of a story its gravest piece, less what it is torn."""
        return self._look(text)[0]

    def weigh(self, text: str, sign: Sign | None) -> Weighed:
        """Return the alarm that a message raises, after what the first net found in it.

        What the first net found is never taken back, but for a weak sign in what is surely harmless.
        """
        if (sign is not None and not sign.weak) or not _LETTER.search(text):
            return Weighed(sign.alarm if sign else None)
        margin, likely, kind = self._look(text)
        if sign is not None:
            return Weighed(None, wary=True) if likely < self._learnt.harmless_below else Weighed(sign.alarm)
        if margin >= self._learnt.alarm_from:
            return Weighed(kind)
        return Weighed(None, wary=likely >= self._learnt.wary_from)

    def _look(self, text: str) -> tuple[float, float, Alarm]:
        """Return the margin for an alarm, the margin of the gravest piece as it stands, and which alarm it would be."""
        learnt, whole = self._learnt, len(views(text))
        turned = learnt.turned(self._embedder.embed(pieces(text)))
        margins = learnt.margins(turned)
        likely = float(margins.max())
        margins[whole:] -= _TORN
        gravest = int(margins.argmax())
        crisis = float(turned[gravest] @ learnt.kind_weights) + learnt.kind_bias > 0
        return float(margins[gravest]), likely, Alarm.CRISIS if crisis else Alarm.EMERGENCY


_LEVELS = 127


def save(learnt: Learnt, path: Path) -> None:
    """Write what was learnt: the examples as whole numbers of one byte, the other matrices in half precision."""
    import numpy as np

    scale = float(np.abs(learnt.supports).max()) / _LEVELS
    np.savez_compressed(
        path,
        mean=learnt.mean,
        axes=learnt.axes.astype(np.float16),
        supports=np.round(learnt.supports / scale).astype(np.int8),
        scale=np.array(scale),
        weights=learnt.weights,
        bias=np.array(learnt.bias),
        width=np.array(learnt.width),
        kind_weights=learnt.kind_weights.astype(np.float16),
        kind_bias=np.array(learnt.kind_bias),
        alarm_from=np.array(learnt.alarm_from),
        wary_from=np.array(learnt.wary_from),
        harmless_below=np.array(learnt.harmless_below),
        learnt_from=np.array(learnt.learnt_from),
    )
