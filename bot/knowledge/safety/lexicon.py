"""Finding the words of the patterns in a text, with one slip forgiven where a word is long enough."""

from collections.abc import Iterator

_FUZZY_FROM = 6
_SWAP_FROM = 4
SHORTEST_STEM = 3
_LONGEST = 24
NUMBER = "<number>"
# Marks the spellings that stand for a Cyrillic word only where somebody writes in Latin letters.
LATIN = "~"


def _without_one(word: str) -> Iterator[str]:
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _one_slip(one: str, other: str) -> bool:
    """Whether two different words are one letter more, less, other or swapped apart."""
    start = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        start += 1
    one, other = one[start:], other[start:]
    if len(one) > len(other):
        return one[1:] == other
    if len(one) < len(other):
        return one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


class Lexicon:
    """Which atoms (words and stems of the data) a word of a text stands for."""

    def __init__(self) -> None:
        self._words: dict[str, set[int]] = {}
        self._stems: dict[str, set[tuple[str, int]]] = {}
        self._near_words: dict[str, set[str]] = {}
        self._near_stems: dict[str, set[str]] = {}
        self._known: set[str] = set()
        self._stem_lengths: list[int] = []

    def add(self, key: str, end: str | None, atom: int) -> None:
        """Let `key` stand for an atom: as a whole word, or as a begin that is followed by anything and `end`."""
        if end is None:
            self._words.setdefault(key, set()).add(atom)
        else:
            self._stems.setdefault(key, set()).add((end, atom))

    def add_lookalike(self, key: str) -> None:
        """Never take `key` for a misspelling of another word."""
        self._known.add(key)

    def seal(self, forgiving: frozenset[int]) -> None:
        """Prepare the looking up; nothing is added afterwards. A slip is forgiven only to `forgiving` atoms."""
        words = (
            key
            for key, atoms in self._words.items()
            if len(key) >= _SWAP_FROM and not key.startswith(LATIN) and atoms & forgiving
        )
        stems = (
            key
            for key, ends in self._stems.items()
            if len(key) >= _FUZZY_FROM
            and not key.startswith(LATIN)
            and any(atom in forgiving and not end for end, atom in ends)
        )
        for keys, near in ((words, self._near_words), (stems, self._near_stems)):
            for key in keys:
                for shorter in (key, *_without_one(key)):
                    near.setdefault(shorter, set()).add(key)
        self._stem_lengths = sorted({len(key) for key in self._stems})

    def look_up(self, key: str, *, latin: bool = False) -> frozenset[int]:
        """Return the atoms that a word stands for; a slip is forgiven only if it stands for none as it is.

        A word in Latin letters may stand for Cyrillic ones in more than one way.
        """
        found = self._exact(key)
        if latin:
            found |= self._exact(LATIN + key)
        if key.isdigit():
            found |= self._words.get(NUMBER, set())
        elif not found and _SWAP_FROM <= len(key) <= _LONGEST and key not in self._known:
            found = self._forgiving(key)
        return frozenset(found)

    def _exact(self, key: str) -> set[int]:
        return self.stems(key).union(self._words.get(key, ()))

    def stems(self, key: str) -> set[int]:
        """Return the atoms of the stems that a word begins with."""
        found = set()
        for length in self._stem_lengths:
            if length > len(key):
                break
            for end, atom in self._stems.get(key[:length], ()):
                if key.endswith(end, length):
                    found.add(atom)
        return found

    def _forgiving(self, key: str) -> set[int]:
        found: set[int] = set()
        for shorter in (key, *_without_one(key)):
            for word in self._near_words.get(shorter, ()):
                long_enough = min(len(word), len(key) + 1) >= _FUZZY_FROM
                swapped = len(word) == len(key) and sorted(word) == sorted(key)
                if (long_enough or swapped) and _one_slip(word, key):
                    found |= self._words[word]
        for length in range(
            _FUZZY_FROM - 1, min(len(key), self._stem_lengths[-1] + 1 if self._stem_lengths else 0) + 1
        ):
            begin = key[:length]
            for shorter in (begin, *_without_one(begin)):
                for stem in self._near_stems.get(shorter, ()):
                    if abs(len(stem) - length) <= 1 and stem[-2:] == begin[-2:] and _one_slip(stem, begin):
                        found |= {atom for end, atom in self._stems[stem] if not end}
        return found
