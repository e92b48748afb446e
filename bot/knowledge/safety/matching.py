"""Patterns, and the places of a text where they match: sets of places, one bit a word."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

# So many different words of another language make a text foreign.
ENOUGH_FOREIGN = 2

# How many words may stand between, how far "near" reaches, and the empty places between two sentences.
GAPS = {"..": 3, "...": 8}
NEAR = 6
_UNLESS = 6
_AROUND = 10
BREAK = 12

Phrase = tuple[int, ...]
"""Atoms that follow one another."""

Found = dict[int, int]
"""Where phrases begin, one bit a place, by the number of their words."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next item of a pattern, and how far before and after it the one before may stand.

    Where a pause may stand for the item (`or_pause` is then the item of `$`), it must follow directly.
    """

    item: int
    ahead: int = 0
    back: int = 0
    or_pause: int = -1


Chain = tuple[Step, ...]

# The place of the rules of which no item is necessary.
ANY = -1


@dataclass(frozen=True, slots=True)
class Pattern:
    """Chains of steps that must all be found, and patterns that must not be near."""

    chains: tuple[Chain, ...]
    unless: "tuple[Pattern, ...]" = ()
    source: str = ""

    def items(self) -> Iterator[int]:
        """All items of the pattern."""
        return (step.item for chain in self.chains for step in chain)

    def needed(self) -> frozenset[int]:
        """The items without which the pattern cannot match; a pause may stand for the others."""
        return frozenset(step.item for chain in self.chains for step in chain if step.or_pause < 0)


def _spread(places: int, width: int) -> int:
    """Each place and the `width` places after it."""
    done = 0
    while done < width:
        step = min(done + 1, width - done)
        places |= places << step
        done += step
    return places


def _spread_back(places: int, width: int) -> int:
    done = 0
    while done < width:
        step = min(done + 1, width - done)
        places |= places >> step
        done += step
    return places


class Reading:
    """One text as one family of languages reads it: where each item stands."""

    def __init__(self, found: Mapping[int, Found]) -> None:
        self._found = found

    @property
    def items(self) -> Set[int]:
        """The items that are somewhere in the text."""
        return self._found.keys()

    def ends(self, chain: Chain) -> list[int]:
        """Where each step of a chain ends; the last is 0 if the chain is not there."""
        ends: list[int] = []
        here = 0
        for number, step in enumerate(chain):
            reach, pauses = -1, 0
            if number:
                pauses = (here << 1) & self._found.get(step.or_pause, {}).get(1, 0)
                reach = _spread(here << 1, step.ahead)
                if step.back:
                    reach |= _spread_back(here >> 1, step.back)
            here = pauses
            for length, begins in self._found.get(step.item, {}).items():
                here |= (begins & reach) << (length - 1)
            ends.append(here)
            if not here:
                break
        return ends

    def cover(self, pattern: Pattern) -> int:
        """The places of all words that a pattern matches."""
        covered = 0
        for chain in pattern.chains:
            ends = self.ends(chain)
            if not ends[-1]:
                return 0
            good = ends[-1]
            for number in range(len(chain) - 1, -1, -1):
                step = chain[number]
                pauses = begins_here = good & self._found.get(step.or_pause, {}).get(1, 0)
                for length, begins in self._found.get(step.item, {}).items():
                    hit = begins & (good >> (length - 1))
                    begins_here |= hit
                    covered |= _spread(hit, length - 1)
                if number:
                    before = _spread_back(begins_here >> 1, step.ahead) | pauses >> 1
                    if step.back:
                        before |= _spread(begins_here << 1, step.back)
                    good = ends[number - 1] & before
        return covered

    def matches(self, pattern: Pattern, silenced: int = 0) -> bool:
        """Whether a pattern is there, outside the places that are silenced."""
        for one in pattern.unless:
            covered = self.cover(one)
            if covered:
                silenced |= around(covered, _UNLESS)
        return all(self.ends(chain)[-1] & ~silenced for chain in pattern.chains)

    def without(self, covered: int) -> "Reading":
        """The same text with some words taken out of the game."""
        if not covered:
            return self
        return Reading(
            {
                item: {length: begins & ~_spread_back(covered, length - 1) for length, begins in places.items()}
                for item, places in self._found.items()
            }
        )


def around(places: int, width: int = _AROUND) -> int:
    """Return the places at most so many words before or after some."""
    return _spread(places, width) | _spread_back(places, width)
