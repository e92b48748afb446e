"""Pace: when the next message may leave. One object for replies and announcements together.

The server counts what arrives, we know only when something left and when its answer came. Of two messages the later
one arrives at least a second after the earlier one if it leaves one second after the *answer* to the earlier one, less
the shortest time that an answer has taken: whatever a message lost under way is waited for, and nothing more. Each
message holds one of the places of its second until then, one without an answer until it has one. So no window of a
second on the server ever holds more than the limit, however the network jitters.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType

_SPARE = 0.001
"""Seconds added to each period, against rounding on either side."""
_SPACING = 1.025
"""Announcements are spread evenly, as many as are allowed over this many seconds: they use 97.6 % of what is allowed,
do not come in bursts, and most of the time there is a place for a reply at once."""
_CATCH_UP = 0.1
"""Seconds of the even pace that announcements may make up for after they were held back."""
_REPLY_BURST = 3
"""Replies to one chat that may leave at once; Telegram allows short bursts to a person."""
_FASTEST_KEPT = 300.0
"""Seconds after which the fastest answer is measured anew: routes change."""
_SWEEP = 1024


class _Chat:
    """What one chat has been sent lately. `free` is when it may get the next message without any burst."""

    __slots__ = ("ends", "free", "in_flight", "until")

    def __init__(self) -> None:
        self.free = 0.0
        self.until = 0.0
        self.in_flight = 0
        self.ends: deque[float] = deque()


class Slot:
    """A place in the sequence: leave within `async with`, which ends when the answer has come."""

    __slots__ = ("_pace", "chat", "granted", "reply", "started")

    def __init__(self, pace: "Pace", chat: int, *, reply: bool) -> None:
        self._pace = pace
        self.chat = chat
        self.reply = reply
        self.started = 0.0
        self.granted: asyncio.Future[None] | None = None

    async def __aenter__(self) -> None:
        """Wait for the place."""
        await self._pace.enter(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Note that the answer has come."""
        self._pace.leave(self, answered=kind is None)


class Pace:
    """Hands out slots.

    Args:
        clock: seconds, never going backwards.
        sleep: waits for seconds.
        per_second: messages a second over all; 0 = no limit, as for all three.
        per_chat_second: messages a second to one chat.
        per_group_minute: messages a minute to one group (its chat id is negative).

    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        *,
        per_second: int = 30,
        per_chat_second: int = 1,
        per_group_minute: int = 20,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self.per_second = per_second
        self._per_group_minute = per_group_minute
        self._interval = (1 + _SPARE) / per_chat_second if per_chat_second else 0.0
        self._spacing = _SPACING / per_second if per_second else 0.0
        self._due = 0.0
        self._until = 0.0
        self._in_flight = 0
        self._ends: deque[float] = deque()
        self._chats: dict[int, _Chat] = {}
        self._waiting_replies: deque[Slot] = deque()
        self._waiting_others: deque[Slot] = deque()
        self._fastest = self._fastest_before = math.inf
        self._measured_since = clock()
        self._timer: asyncio.Task[None] | None = None
        self._wake_at = math.inf
        self._granted = 0

    def slot(self, chat: int, *, reply: bool) -> Slot:
        """Return a place for one message to a chat.

        A reply goes before every announcement that waits, and may use a small burst to its chat.
        """
        return Slot(self, chat, reply=reply)

    def told_to_wait(self, seconds: float, chat: int | None = None) -> None:
        """Let nothing leave for so long, to this chat or at all: the server said so (429)."""
        until = self._clock() + seconds
        if chat is None:
            self._until = max(self._until, until)
        else:
            known = self._chat(chat)
            known.until = max(known.until, until)

    @property
    def held_back(self) -> float:
        """For how many seconds nothing may leave because the server said so; 0 if it did not."""
        return max(0.0, self._until - self._clock())

    # --- what slots call -----------------------------------------------------------------------

    async def enter(self, slot: Slot) -> None:
        """Wait until the slot may begin."""
        queue = self._waiting_replies if slot.reply else self._waiting_others
        if not self._waiting_replies and not queue:
            now = self._clock()
            if self._ready_at(slot, now) <= now:
                self._grant(slot, now)
                return
        slot.granted = asyncio.get_running_loop().create_future()
        queue.append(slot)
        self._hand_out()
        try:
            await slot.granted
        except asyncio.CancelledError:
            if slot.started:
                self.leave(slot, answered=False)
            else:
                queue.remove(slot)
                self._hand_out()
            raise

    def leave(self, slot: Slot, *, answered: bool) -> None:
        """Note that a message's answer has come, or that none will; its place is free a period later."""
        now = self._clock()
        took = now - slot.started
        if answered:
            self._measure(took, now)
        self._in_flight -= 1
        if self.per_second:
            self._ends.append(now)
        chat = self._chats.get(slot.chat)
        if chat is not None:
            chat.in_flight -= 1
            chat.free += max(0.0, took - self._shortest(took))
            if self._counts_minutes(slot.chat):
                chat.ends.append(now)
        if self._waiting_replies or self._waiting_others:
            self._hand_out()

    # --- who may go ----------------------------------------------------------------------------

    def _hand_out(self) -> None:
        """Begin every waiting slot that may begin now, and come back when the next one may."""
        now = self._clock()
        next_at = math.inf
        for queue in (self._waiting_replies, self._waiting_others):
            for slot in tuple(queue):
                at = self._ready_at(slot, now)
                if at <= now:
                    queue.remove(slot)
                    self._grant(slot, now)
                    if slot.granted is not None and not slot.granted.done():
                        slot.granted.set_result(None)
                    continue
                next_at = min(next_at, at)
                if self._chat_ready_at(slot, now) <= now:
                    # Everybody behind it waits for the same: nobody overtakes, no announcement goes before a reply.
                    self._wake(next_at)
                    return
        self._wake(next_at)

    def _ready_at(self, slot: Slot, now: float) -> float:
        """When a slot may begin; infinity if that depends on an answer that has not come."""
        return max(self._overall_ready_at(slot, now), self._chat_ready_at(slot, now))

    def _overall_ready_at(self, slot: Slot, now: float) -> float:
        at = self._until
        if not self.per_second:
            return at
        if not slot.reply:
            at = max(at, self._due)
        period = 1 + _SPARE - self._shortest(0.0)
        ends = self._ends
        while ends and ends[0] + period <= now:
            ends.popleft()
        too_many = self._in_flight + len(ends) - self.per_second
        if too_many < 0:
            return at
        return max(at, ends[too_many] + period) if too_many < len(ends) else math.inf

    def _chat_ready_at(self, slot: Slot, now: float) -> float:
        chat = self._chats.get(slot.chat)
        if chat is None:
            return 0.0
        at = chat.until
        if self._interval:
            burst = _REPLY_BURST if slot.reply else 1
            if chat.in_flight >= burst:
                return math.inf
            at = max(at, chat.free - (burst - 1) * self._interval)
        if self._counts_minutes(slot.chat):
            period = 60 + _SPARE - self._shortest(0.0)
            while chat.ends and chat.ends[0] + period <= now:
                chat.ends.popleft()
            too_many = chat.in_flight + len(chat.ends) - self._per_group_minute
            if too_many >= 0:
                return max(at, chat.ends[too_many] + period) if too_many < len(chat.ends) else math.inf
        return at

    def _grant(self, slot: Slot, now: float) -> None:
        slot.started = now
        self._in_flight += 1
        # A reply takes its share of the even pace too; who did not wait was not held back and has nothing to make up.
        behind = _CATCH_UP if slot.granted is not None else 0.0
        self._due = max(self._due, now - behind) + self._spacing
        if self._interval or self._counts_minutes(slot.chat):
            chat = self._chat(slot.chat)
            chat.in_flight += 1
            chat.free = max(chat.free, now) + self._interval
        self._granted += 1
        if self._granted % _SWEEP == 0:
            self._sweep(now)

    def _counts_minutes(self, chat: int) -> bool:
        return chat < 0 and self._per_group_minute > 0

    def _chat(self, chat: int) -> _Chat:
        return self._chats.setdefault(chat, _Chat())

    def _sweep(self, now: float) -> None:
        """Forget chats that nothing holds back any more, so that memory does not grow with them."""
        for number, chat in tuple(self._chats.items()):
            last = chat.ends[-1] + 61 if chat.ends else 0.0
            if not chat.in_flight and max(chat.free, chat.until, last) <= now:
                del self._chats[number]

    # --- measuring -----------------------------------------------------------------------------

    def _measure(self, took: float, now: float) -> None:
        if now - self._measured_since > _FASTEST_KEPT:
            self._fastest_before, self._fastest = self._fastest, math.inf
            self._measured_since = now
        self._fastest = min(self._fastest, took)

    def _shortest(self, unknown: float) -> float:
        """The least time that an answer took lately; `unknown` if none has come yet."""
        shortest = min(self._fastest, self._fastest_before)
        return unknown if shortest == math.inf else shortest

    # --- waking up -----------------------------------------------------------------------------

    def _wake(self, at: float) -> None:
        if at == math.inf or (self._timer is not None and not self._timer.done() and self._wake_at <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._wake_at = at
        self._timer = asyncio.get_running_loop().create_task(self._later(at))

    async def _later(self, at: float) -> None:
        # A sleep may end a hair early.
        while (seconds := at - self._clock()) > 0:
            await self._sleep(seconds)
        self._wake_at = math.inf
        self._timer = None
        self._hand_out()
