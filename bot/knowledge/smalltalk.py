"""Small talk: messages that are nothing but a greeting, thanks, a cry for help and the like (content/*/smalltalk).

A message is small talk if it is one phrase, a misspelt one, or can be cut into phrases without anything left over
("ok, thank you, bye"). Emoji are phrases like words. What is repeated counts once: "help help", 🙏🙏.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.library import Library
from bot.knowledge.skeleton import skeleton

Units = tuple[str, ...]
"""A text as the skeletons of its words, or as its signs where it has no words."""

SWEARING = "swearing"
"""The small talk of swear words."""
PLEAS = frozenset({"cry", "sad"})
"""The small talk of who may be in need: the numbers to call belong beside it."""
_COURTESIES = frozenset({"greeting", "thanks", "goodbye"})
"""The small talk that is often one word, and often misspelt."""

# Small talk is short.
_MOST_LETTERS = 80
# So many letters must a message have to be taken for a phrase with so many slips in it, and a lone word for a courtesy
# with one. Of shorter words, or without a look at the last letter, ordinary words are taken for small talk: "mourning"
# for "morning", «привез» for «привет».
_FORGIVEN = ((14, 2), (6, 1))
_WORD_FORGIVEN = 8
_PART_LETTERS = 3
# Whitespace, and what only says how the emoji before it is drawn: variation selectors and skin tones.
_UNSEEN = re.compile("[\\s\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


class SmallTalk:
    """Recognises the small talk of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def is_phrase(self, text: str) -> bool:
        """Return whether a whole message is a phrase as it stands."""
        return _units(text) in self._phrases

    def find(self, text: str) -> str | None:
        """Return the id of the small talk that a whole message is, if it is."""
        units = _units(text)
        if not units or sum(map(len, units)) > _MOST_LETTERS:
            return None
        return self._phrases.get(units) or self._cut(units) or self._misspelt(" ".join(units))

    def without_swearing(self, text: str) -> str:
        """Return a text without its swear words: what else somebody says."""
        return " ".join(word for word in text.split() if _spelt(word) not in self._swear_words)

    def _cut(self, units: Units) -> str | None:
        """Return the small talk of the phrase that counts most, if a message is made of phrases alone."""
        phrases_until: dict[int, tuple[Units, ...]] = {0: ()}
        for end in range(1, len(units) + 1):
            for start in range(max(0, end - self._longest), end):
                phrase = units[start:end]
                if start in phrases_until and phrase in self._phrases and _is_a_part(phrase):
                    phrases_until[end] = (*phrases_until[start], phrase)
                    break
        found = phrases_until.get(len(units))
        if found is None:
            return None
        weightiest = max(found, key=lambda phrase: (self._phrases[phrase] in PLEAS, sum(map(len, phrase))))
        return self._phrases[weightiest]

    def _misspelt(self, folded: str) -> str | None:
        """Return the small talk that a message misspells.

        A slip is made in a word that nobody knows, and seldom in its first letter, or the last of a lone word. An
        apology for swearing to somebody who did not swear would be worse than none for who did.
        """
        slips = next((slips for letters, slips in _FORGIVEN if len(folded) >= letters), 0)
        if not slips:
            return None
        likely: Sequence[str] = self._by_first_letter.get(folded[0], ())
        if " " not in folded:
            slips = 1
            likely = [phrase for phrase in likely if self._may_be_one_word(phrase, folded)]
        match = process.extractOne(folded, likely, scorer=OSA.distance, score_cutoff=slips)
        if match is None or all(word in self._ordinary_words for word in folded.split()):
            return None
        return self._phrases[tuple(match[0].split())]

    def _may_be_one_word(self, phrase: str, word: str) -> bool:
        """Whether a word is so long, and ends so, that it may be a courtesy misspelt."""
        courtesy = self._phrases[tuple(phrase.split())] in _COURTESIES
        return courtesy and phrase[-1] == word[-1] and min(len(phrase), len(word)) >= _WORD_FORGIVEN

    @cached_property
    def _phrases(self) -> Mapping[Units, str]:
        return {
            units: entry_id
            for entry_id, entries in self._library.smalltalk.items()
            for entry in entries.values()
            for question in entry.questions
            if (units := _units(question))
        }

    @cached_property
    def _swear_words(self) -> frozenset[tuple[str, bool]]:
        entries = self._library.smalltalk.get(SWEARING, {}).values()
        return frozenset(_spelt(phrase) for entry in entries for phrase in entry.questions if skeleton(phrase))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._phrases), default=0)

    @cached_property
    def _by_first_letter(self) -> Mapping[str, tuple[str, ...]]:
        """The phrases that may be misspelt: in words, and no swearing."""
        phrases = sorted(" ".join(units) for units, entry in self._phrases.items() if entry != SWEARING)
        return {letter: tuple(found) for letter, found in groupby(phrases, key=lambda phrase: phrase[0])}

    @cached_property
    def _ordinary_words(self) -> frozenset[str]:
        """The words of everything that people ask and read."""
        texts = (text for entry in self._library.entries.values() for text in (entry.title, *entry.parts.values()))
        return _words(texts) | _words(question for _, _, question in self._library.examples())


def _spelt(word: str) -> tuple[str, bool]:
    """How a word is spelt and whether in Latin letters: «гад» is a swear word, and Dutch "had" is none."""
    return skeleton(word), word.isascii()


def _is_a_part(phrase: Units) -> bool:
    """Whether a phrase may be a part of a message: "no" and «не» alone are small talk, before a word they turn it."""
    return sum(map(len, phrase)) >= _PART_LETTERS or not phrase[0].isalnum()


def _units(text: str) -> Units:
    return tuple(unit for unit, _ in groupby(skeleton(text).split() or _UNSEEN.sub("", text)))


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in skeleton(text).split())
