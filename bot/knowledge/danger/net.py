"""The net itself: how grave a message is, by its meaning and its wording together."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from bot.knowledge.danger.meaning import Meaning
from bot.knowledge.danger.wording import Wording
from bot.knowledge.safety import Alarm, Sign
from bot.knowledge.semantic import Embedder, SemanticUnavailable, prepared, views

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]


NET_FILE = "danger.npz"
"""Beside the weights of the finder: what the net learnt."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The alarm that a message raises.

    `wary`: it raises none, but lies so near that numbers belong in the reply; `harmless`: it surely is no danger.
    """

    alarm: Alarm | None
    wary: bool = False
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """From the margin `alarm_from` it is danger, from `wary_from` it may be; below `harmless_below` surely not."""

    alarm_from: float
    wary_from: float
    harmless_below: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the net learnt, and from which examples (their fingerprint)."""

    meaning: Meaning
    wording: Wording
    bounds: Bounds
    learnt_from: str = ""


# A sentence of a story may be danger though the whole is mostly something else: of a longer message the last pieces
# of about so many letters, at most so many of them, are looked at on their own too.
_PIECE = 200
_PIECES = 6
# A piece torn from its story sounds graver than it is: so much is taken off its margin before it sounds the alarm. The
# numbers above the answer do not ask for that.
_TORN = 0.25
# The wording's margin counts so much beside that of the meaning.
_WORDING = 0.4
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """What of a text is looked at: as `whole` what the finder looks at, and of a long story its sentences, `torn`."""

    whole: tuple[str, ...]
    torn: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, the whole first."""
        return self.whole + self.torn


def pieces(text: str) -> Pieces:
    """Return what of a text is looked at."""
    whole = views(text)
    if len(whole) == 1:
        return Pieces(whole)
    packed: list[str] = []
    for sentence in reversed(_SENTENCES.split(prepared(text))):
        if packed and len(packed[-1]) + len(sentence) < _PIECE:
            packed[-1] = f"{sentence} {packed[-1]}"
        else:
            packed.append(sentence)
    torn = dict.fromkeys(piece[: 2 * _PIECE] for piece in packed[:_PIECES] if piece)
    return Pieces(whole, tuple(piece for piece in torn if piece not in whole))


@dataclass(frozen=True, slots=True)
class Looked:
    """How grave a message is.

    `margin` decides about the alarm, `likely` is the margin of its gravest piece as it stands, `crisis` tells whether
    that piece is about a crisis rather than an emergency.
    """

    margin: float
    likely: float
    crisis: bool


def look(meaning: Meaning, wording: Wording, text: str, seen: Pieces, vectors: "Numbers") -> Looked:
    """Return how grave a text is whose pieces have these embeddings; in a story the gravest piece counts."""
    turned = meaning.turned(vectors)
    margins = meaning.margins(turned)
    worded = _WORDING * wording.margin(text)
    likely = float(margins.max()) + worded
    margins[len(seen.whole) :] -= _TORN
    gravest = int(margins.argmax())
    return Looked(float(margins[gravest]) + worded, likely, bool(meaning.crises(turned)[gravest] > 0))


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
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                meaning = Meaning(
                    mean=stored["mean"].astype(np.float32),
                    axes=stored["axes"].astype(np.float32),
                    supports=stored["supports"].astype(np.float32) * float(stored["scale"]),
                    weights=stored["weights"].astype(np.float32),
                    bias=float(stored["bias"]),
                    width=float(stored["width"]),
                    kind_weights=stored["kind_weights"].astype(np.float32),
                    kind_bias=float(stored["kind_bias"]),
                )
                wording = Wording(
                    rarity=stored["rarity"].astype(np.float32),
                    weights=stored["word_weights"].astype(np.float32),
                    bias=float(stored["word_bias"]),
                )
                bounds = Bounds(*map(float, stored["bounds"]))
                learnt = Learnt(meaning, wording, bounds, str(stored["learnt_from"]))
                one = np.ones((1, len(meaning.mean)), dtype=np.float32)
                look(meaning, wording, "a try", Pieces(("a try",)), one)
        except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError, BadZipFile) as error:
            raise SemanticUnavailable("the examples of danger are not learnt; run  wegwijzer train") from error
        return cls(learnt, embedder)

    def margin(self, text: str) -> float:
        """Return how far on the side of danger a message lies; of a story its gravest piece, less what it is torn."""
        return self._look(text).margin

    def weigh(self, text: str, sign: Sign | None) -> Weighed:
        """Return the alarm that a message raises, after what the first net found in it.

        What the first net found is never taken back, but for a weak sign in what is surely harmless.
        """
        if (sign is not None and not sign.weak) or not _LETTER.search(text):
            return Weighed(sign.alarm if sign else None)
        bounds, looked = self._learnt.bounds, self._look(text)
        if sign is not None:
            return Weighed(None, wary=True) if looked.likely < bounds.harmless_below else Weighed(sign.alarm)
        if looked.margin >= bounds.alarm_from:
            return Weighed(Alarm.CRISIS if looked.crisis else Alarm.EMERGENCY)
        return Weighed(None, wary=looked.likely >= bounds.wary_from, harmless=looked.likely < bounds.harmless_below)

    def _look(self, text: str) -> Looked:
        seen = pieces(text)
        return look(self._learnt.meaning, self._learnt.wording, text, seen, self._embedder.embed(seen.all))


_LEVELS = 127


def save(learnt: Learnt, path: Path) -> None:
    """Write what was learnt: the examples as whole numbers of one byte, the other matrices in half precision."""
    import numpy as np

    meaning, wording, bounds = learnt.meaning, learnt.wording, learnt.bounds
    scale = float(np.abs(meaning.supports).max()) / _LEVELS
    np.savez_compressed(
        path,
        mean=meaning.mean,
        axes=meaning.axes.astype(np.float16),
        supports=np.round(meaning.supports / scale).astype(np.int8),
        scale=np.array(scale),
        weights=meaning.weights,
        bias=np.array(meaning.bias),
        width=np.array(meaning.width),
        kind_weights=meaning.kind_weights.astype(np.float16),
        kind_bias=np.array(meaning.kind_bias),
        rarity=wording.rarity.astype(np.float16),
        word_weights=wording.weights.astype(np.float16),
        word_bias=np.array(wording.bias),
        bounds=np.array([bounds.alarm_from, bounds.wary_from, bounds.harmless_below]),
        learnt_from=np.array(learnt.learnt_from),
    )
