"""Follow-ups: "and for my child?", "how much?" ask on about what was read last, and name no topic of their own."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.knowledge.understanding import SAFETY_TOPICS, Kind, Verdict
from bot.knowledge.words import Words

_WORD = re.compile(r"\w+")
_MOST_WORDS = 6
_CLEAR = 0.9
"""So probable a topic must be to be the answer although the message begins as a follow-up does."""
_OFFERED = 3


class FollowUps:
    """Knows follow-ups by their words; not by their skeleton, in which «і» (and) and "I" are one."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        """Take the words of each language, `follow_ups` among them."""
        begins = (phrase for own in words.values() for phrase in own.many("follow_ups.begin"))
        self._begins = tuple(tuple(_words(phrase)) for phrase in begins)
        self._bare = frozenset(word for own in words.values() for word in own.many("follow_ups.bare"))

    def understood(self, text: str, verdict: Verdict, last: str) -> Verdict:
        """Return a verdict in which the topic read last stands first, where somebody may be asking on about it.

        It is a choice then: that they mean it is likely, and not sure.
        """
        words = _words(text)
        if not last or verdict.label == last or verdict.kind in SAFETY_TOPICS or verdict.smalltalk:
            return verdict
        if not 0 < len(words) <= _MOST_WORDS:
            return verdict
        bare = self._bare.issuperset(words)
        begins = any(tuple(words[: len(phrase)]) == phrase for phrase in self._begins)
        clear = verdict.kind is Kind.ANSWER and verdict.topics[0].probability >= _CLEAR
        if not bare and (clear or not begins):
            return verdict
        named = (verdict.label,) if verdict.label else ()
        offers = tuple(dict.fromkeys((last, *named, *verdict.offers)))[:_OFFERED]
        return replace(verdict, kind=Kind.CHOICES, label="", offers=offers)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
