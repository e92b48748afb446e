"""What was shown last: held in memory for minutes, so that a typed answer and a follow-up are understood."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.dialogue.typed import TypedAnswers
from bot.dialogue.values import Button, Reply
from bot.knowledge.words import Words

HELD = timedelta(minutes=30)
"""So long what was shown is remembered; what was asked is never held here."""
_PEOPLE = 2000
"""Of so many people; who was there longest ago goes first."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """The buttons of the last reply, and the topic of the last one that had one, each with its time."""

    rows: tuple[tuple[Button, ...], ...]
    at: datetime
    topic: str
    topic_at: datetime


class Lately:
    """The buttons and the topic that each person saw last; people are known by a hash of their address."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        """Take the words of each language."""
        self._answers = TypedAnswers(words)
        self._shown: OrderedDict[int, _Shown] = OrderedDict()

    def note(self, address: str, reply: Reply, now: datetime) -> None:
        """Remember what somebody is shown, and let go of what is too old.

        What shows no topic leaves it as it was: choices, or a thumb or a thank you in between.
        """
        owner, before = hash(address), self._last(address, now)
        if reply.shows or before is None:
            self._shown[owner] = _Shown(reply.buttons, now, reply.shows, now)
        else:
            self._shown[owner] = replace(before, rows=reply.buttons, at=now)
        self._shown.move_to_end(owner)
        while len(self._shown) > _PEOPLE or now - next(iter(self._shown.values())).at > HELD:
            self._shown.popitem(last=False)

    def forget(self, address: str) -> None:
        """Forget what somebody was shown."""
        self._shown.pop(hash(address), None)

    def action(self, address: str, text: str, now: datetime) -> str:
        """Return the action of the button shown last that a typed text means, "" if it means none."""
        shown = self._last(address, now)
        return self._answers.action(text, shown.rows) if shown else ""

    def topic(self, address: str, now: datetime) -> str:
        """Return the topic that somebody read last, "" if there is none."""
        shown = self._last(address, now)
        return shown.topic if shown and now - shown.topic_at <= HELD else ""

    def _last(self, address: str, now: datetime) -> _Shown | None:
        shown = self._shown.get(hash(address))
        return shown if shown is not None and now - shown.at <= HELD else None
