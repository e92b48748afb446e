"""In which of our languages a message is written, short ones and Latin-letter Ukrainian included.

Letters that only one language has decide first; then a naive Bayes of character 1- to 3-grams, taught by the
example questions and small talk in content/, weighs the rest (docs/decisions/finder.md has the measurements). It must
choose among our languages, so it is not asked about a script that none of them is written in, and Latin letters are
Ukrainian or Russian only where they look it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, tee
from typing import Self

from bot.knowledge.library import Library
from bot.knowledge.transliterate import looks_like_latin_cyrillic

# Letters that Ukrainian or Russian has and the other lacks.
_UKRAINIAN = frozenset("іїєґ")
_RUSSIAN = frozenset("ыэъё")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z\u00df-\u024f]")
_WORDS = re.compile(r"[^\W\d_]+")
_SMOOTHING = 0.3
# Latin letters are Ukrainian or Russian from this likeness on; of fewer letters nothing can be said ("ja", "da").
_SLAVIC_FROM = 0.6
_SLAVIC_LETTERS = 4

_GREETINGS_COUNT = 6
"""How many times small talk is taught: a greeting must be known for sure, short as it is."""


class LanguageGuesser:
    """Tells languages apart by what the example questions taught it."""

    def __init__(self, examples: Iterable[tuple[str, str]]) -> None:
        """Learn from (language, question) pairs."""
        words: dict[tuple[str, bool], Counter[str]] = {}
        for (language, question), times in Counter(examples).items():
            counter = words.setdefault((language, _is_cyrillic(question)), Counter())
            for word in _words(question):
                counter[word] += times
        counts = {key: _grams(counter) for key, counter in words.items()}
        self._models = {key: _logarithms(counter) for key, counter in counts.items() if counter.total() > 2000}

    @classmethod
    def taught_by(cls, library: Library) -> Self:
        """Return a guesser that knows the example questions of a library and its small talk: greetings come first."""
        talk = (
            (entry.language, question)
            for entries in library.smalltalk.values()
            for entry in entries.values()
            for question in entry.questions
        )
        questions = ((language, question) for _, language, question in library.examples())
        return cls(chain(questions, *tee(talk, _GREETINGS_COUNT)))

    def probabilities(self, text: str) -> Mapping[str, float]:
        """Return how likely (0 to 1) each language is; nothing if few letters of the text are Latin or Cyrillic."""
        if _in_another_script(text):
            return {}
        grams = _grams(Counter(_words(text)))
        cyrillic = _is_cyrillic(text)
        slavic = _may_be_slavic(text)
        scores = {
            (language, in_cyrillic): sum(model.get(gram, model[""]) * count for gram, count in grams.items())
            for (language, in_cyrillic), model in self._models.items()
            if in_cyrillic == cyrillic and (slavic or (language, True) not in self._models)
        }
        if not grams or not scores:
            return {}
        if cyrillic:
            letters = set(text.casefold())
            for (language, _), own in ((("uk", True), _UKRAINIAN), (("ru", True), _RUSSIAN)):
                if (language, True) in scores:
                    scores[language, True] += 8.0 * len(letters & own)
        # Neighbouring n-grams say the same thing thrice, so the evidence is tempered before it is normalised.
        best = max(scores.values())
        powers = {language: math.exp((score - best) / 3) for (language, _), score in scores.items()}
        return {language: power / sum(powers.values()) for language, power in powers.items()}

    def knows(self, text: str, language: str) -> bool:
        """Return whether a text is plainly of ours, so that a guess at its language may be believed.

        Half of its words must stand in the examples of the language: of Turkish or Polish far fewer do, and the
        probabilities do not tell, since they only weigh our languages. Ukrainian and Russian are known by their
        letters.
        """
        if _may_be_slavic(text):
            return True
        model, words = self._models.get((language, False), {}), _words(text)
        return sum(f"={word}" in model for word in words) * 2 >= len(words)

    def likeness(self, text: str) -> float:
        """Return how much a text looks like any of the languages in its script: a mean log-probability."""
        grams = _grams(Counter(_words(text)))
        models = [model for key, model in self._models.items() if key[1] == _is_cyrillic(text)]
        if not grams or not models:
            return -math.inf
        return max(sum(model.get(gram, model[""]) * count for gram, count in grams.items()) for model in models) / sum(
            grams.values()
        )


def _is_cyrillic(text: str) -> bool:
    lowered = text.casefold()
    return len(_CYRILLIC.findall(lowered)) > len(_LATIN.findall(lowered))


def _in_another_script(text: str) -> bool:
    """Whether fewer than half of the letters are Latin or Cyrillic."""
    lowered = text.casefold()
    ours = len(_CYRILLIC.findall(lowered)) + len(_LATIN.findall(lowered))
    return ours * 2 < sum(map(str.isalpha, lowered))


def _may_be_slavic(text: str) -> bool:
    """Whether a text holds Cyrillic letters, or Latin ones that read like Ukrainian or Russian."""
    if _CYRILLIC.search(text.casefold()):
        return True
    return sum(map(str.isalpha, text)) >= _SLAVIC_LETTERS and looks_like_latin_cyrillic(text) >= _SLAVIC_FROM


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def _grams(words: Mapping[str, int]) -> Counter[str]:
    """The n-grams of words that occur so many times each."""
    grams: Counter[str] = Counter()
    for word, times in words.items():
        padded = f" {word} "
        for size in (1, 2, 3):
            for start in range(len(padded) - size + 1):
                grams[padded[start : start + size]] += times
        grams[f"={word}"] += times
    grams.pop(" ", None)
    return grams


def _logarithms(counter: Counter[str]) -> Mapping[str, float]:
    total = sum(counter.values()) + _SMOOTHING * 20_000
    model = {gram: math.log((count + _SMOOTHING) / total) for gram, count in counter.items()}
    model[""] = math.log(_SMOOTHING / total)
    return model
