"""The outbox: takes what is to be sent from the store, sends it at the right pace, writes down what became of it.

A row is marked `sending` just before its turn and settled as soon as its answer is there, so what is marked at a
crash is what was under way. Nothing leaves that cannot be recorded. The truth is in the store: a new run goes on
where this one ends, however it ends.
"""

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from bot.errors import StoreError
from scheduler.delivery import Again, Claimed, Job, Letter, Outcome, Refused, Wait
from scheduler.pace import Pace

_log = logging.getLogger(__name__)

POLL = 0.5
"""Seconds between two looks into the store while there is nothing to send."""
REFUSED_IN_A_ROW = 5
"""So many refusals of one announcement, with no delivery between them, say that the announcement is at fault."""
FAILED_IN_A_ROW = 10
"""So many failures one after the other say that the server cannot be reached."""
_FIRST_REST = 2.0
_LONGEST_REST = 60.0
_AT_ONCE = 32
"""With more at the same time python-telegram-bot's connection pool becomes slower, not faster."""
_DISK_PAUSE = 5.0
_LAST_ANSWERS = 30.0
_LETTERS_KEPT = 64


class Store(Protocol):
    """Where the rows lie. Each call may raise StoreError: then nothing of it was written."""

    def recover(self) -> int:
        """Let wait again what was under way when an earlier run ended."""

    def claim(self, now: datetime, limit: int) -> list[Claimed]:
        """Mark up to so many rows as being sent and return them."""

    def settle(self, outcomes: Iterable[tuple[Claimed, Outcome]]) -> None:
        """Write down what became of them."""

    def done(self) -> list[int]:
        """Return the announcements that are being sent and have no open row left."""


Slots = Callable[[], AbstractAsyncContextManager[None]]


class Messenger(Protocol):
    """A channel that carries letters to readers."""

    async def deliver(self, row: Claimed, letter: Letter, slot: Slots) -> Outcome:
        """Carry out a row's job; every call of the server is made within a `slot()` of its own."""

    def chat(self, row: Claimed) -> int:
        """Return the chat that a row is for, as the pace knows it."""


Letters = Callable[[int, str], Letter]
"""Gives what an announcement looks like in a language, as its text is now."""


class Outbox:
    """Sends until it is stopped.

    Args:
        store: the rows, over a connection that nobody else uses meanwhile.
        messenger: carries letters.
        pace: says when the next one may leave.
        letters: makes letters; called once for an announcement's revision and language.
        clock: gives aware times.
        finished: told when an announcement has no open row left, until it is no longer being sent.
        refused: told when an announcement is refused again and again, and why; it pauses it.
        turned: called whenever sending begins or ends (bot.store.running.Generation.rotate).
        at_once: how many messages may be under way at the same time; by default twice as many as leave in a second.
        in_thread: runs calls of the store apart from the event loop.

    """

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        pace: Pace,
        letters: Letters,
        clock: Callable[[], datetime],
        *,
        finished: Callable[[int], object],
        refused: Callable[[int, str], object],
        turned: Callable[[], object] = lambda: None,
        at_once: int | None = None,
        in_thread: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._pace = pace
        self._letters = letters
        self._clock = clock
        self._finished = finished
        self._refused = refused
        self._turned = turned
        self._in_thread = in_thread
        self._at_once = at_once or max(_AT_ONCE, 2 * pace.per_second)
        # Rows that are marked and wait for their turn: as many as leave while the store is busy, and not more.
        self._ahead = max(4, pace.per_second // 6) if pace.per_second else self._at_once
        self._made: OrderedDict[tuple[int, int, str], Letter] = OrderedDict()
        self._turns: dict[asyncio.Task[None], _Turn] = {}
        self._queued = 0
        self._outcomes: list[tuple[Claimed, Outcome]] = []
        self._refusals = _Refusals()
        self._patience = _Patience()
        self._busy = False
        self._full = False
        self._stopping = False
        self._something = asyncio.Event()

    def wake(self) -> None:
        """Look into the store at once: there may be something new."""
        self._something.set()

    def stop(self) -> None:
        """Send nothing more; `run` ends when what is under way has arrived."""
        self._stopping = True
        self._something.set()

    async def run(self) -> None:
        """Send what there is, and wait for more, until `stop`."""
        recovered = False
        while not self._stopping:
            self._something.clear()
            try:
                if not recovered:
                    await self._recover()
                    recovered = True
                seconds = await self._go_on()
            except StoreError as error:
                self._cannot_record(error)
                seconds = _DISK_PAUSE
            if seconds:
                await self._something_or(seconds)
        await self._wind_up()

    # --- the loop ------------------------------------------------------------------------------

    async def _recover(self) -> None:
        doubtful = await self._in_thread(self._store.recover)
        if doubtful:
            _log.warning("%d messages were under way when the last run ended; they are sent again", doubtful)

    async def _go_on(self) -> float:
        """Settle, claim, begin to send; return how many seconds to wait unless something happens before."""
        await self._settle()
        seconds = min(POLL, self._pace.held_back or POLL)
        limit = self._room()
        if limit < self._worth_claiming():
            return seconds
        rows = await self._in_thread(self._store.claim, self._clock(), limit)
        if rows:
            await self._begin_with(rows)
            return 0.0
        if not self._turns and not self._outcomes:
            await self._idle()
        return seconds

    def _room(self) -> int:
        """How many rows may be marked now."""
        if self._pace.held_back:
            return 0
        if self._patience.exhausted:
            # Nobody answers: one message at a time finds out when that is over.
            return 0 if self._turns or self._patience.resting(self._time()) else 1
        return min(self._at_once - len(self._turns), self._ahead - self._queued)

    def _worth_claiming(self) -> int:
        """How many rows make it worth to ask the store: each answer is a write to the disk."""
        return 1 if self._patience.exhausted else max(1, self._ahead // 4)

    async def _begin_with(self, rows: list[Claimed]) -> None:
        try:
            if not self._busy:
                await self._turn_to(busy=True)
        except StoreError:
            self._outcomes += [(row, Wait(0)) for row in rows]
            raise
        for row in rows:
            self._begin(row)

    async def _settle(self) -> None:
        while self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            try:
                await self._in_thread(self._store.settle, outcomes)
            except StoreError:
                self._outcomes = outcomes + self._outcomes
                raise
        if self._full:
            self._full = False
            _log.warning("the database can be written again: sending goes on")

    async def _idle(self) -> None:
        """Nothing can leave now: close what is open."""
        self._outcomes += self._refusals.all()
        await self._settle()
        for announcement in await self._in_thread(self._store.done):
            _tell(self._finished, announcement)
        if self._busy:
            await self._turn_to(busy=False)

    async def _turn_to(self, *, busy: bool) -> None:
        await self._in_thread(self._turned)
        self._busy = busy

    async def _something_or(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._something.wait(), seconds)
        except TimeoutError:
            return

    async def _wind_up(self) -> None:
        """Let what has left arrive; what has not waits for the next run."""
        for task, turn in self._turns.items():
            if not turn.began:
                task.cancel()
                if not turn.started:  # a task that never ran notes nothing when it is cancelled
                    self._outcomes.append((turn.row, Wait(0)))
        if self._turns:
            await asyncio.wait(self._turns, timeout=_LAST_ANSWERS)
        for task in self._turns:
            task.cancel()
        await asyncio.gather(*self._turns)
        self._outcomes += self._refusals.all()
        try:
            await self._settle()
            if self._busy:
                await self._turn_to(busy=False)
        except StoreError as error:
            self._cannot_record(error)

    def _cannot_record(self, error: StoreError) -> None:
        if not self._full:
            _log.error("nothing is sent until it can be recorded: %s", error)
        self._full = True

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()

    # --- one message ---------------------------------------------------------------------------

    def _begin(self, row: Claimed) -> None:
        self._refusals.begun(row)
        turn = _Turn(row, self._pace, self._messenger.chat(row), self._left)
        self._queued += 1
        task = asyncio.get_running_loop().create_task(self._send(row, turn))
        self._turns[task] = turn
        task.add_done_callback(self._ended)

    def _left(self) -> None:
        """A row has got its turn: another one may be marked."""
        self._queued -= 1
        if self._room() >= self._worth_claiming():
            self._something.set()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        del self._turns[task]
        self._something.set()

    async def _send(self, row: Claimed, turn: "_Turn") -> None:
        turn.started = True
        try:
            outcome = await self._messenger.deliver(row, self._letter(row), turn.slot)
        except asyncio.CancelledError:
            outcome = Again(unsure=True) if turn.began else Wait(0)
        except Exception as error:  # noqa: BLE001 - whatever fails, the row must be settled
            # Only the kind of error is logged: its text may hold an address.
            _log.error("a message of announcement %d could not be made: %s", row.announcement, type(error).__name__)
            outcome = Refused(type(error).__name__)
        turn.over()
        self._note(row, outcome, turn.chat)

    def _letter(self, row: Claimed) -> Letter:
        key = (row.announcement, row.revision, row.language)
        if key not in self._made:
            self._made[key] = self._letters(row.announcement, row.language)
            while len(self._made) > _LETTERS_KEPT:
                self._made.popitem(last=False)
        return self._made[key]

    def _note(self, row: Claimed, outcome: Outcome, chat: int) -> None:
        if isinstance(outcome, Wait):
            if outcome.seconds:
                # A group has limits of its own; otherwise the server does not say whom it means.
                self._pace.told_to_wait(outcome.seconds, chat if chat < 0 else None)
        else:
            self._patience.note(self._time(), failed=isinstance(outcome, Again))
        settled, at_fault = self._refusals.note(row, outcome)
        self._outcomes += settled
        if at_fault:
            _log.error("announcement %d is refused again and again: it is paused", row.announcement)
            _tell(self._refused, row.announcement, at_fault)


def _tell(listener: Callable[..., object], *what: object) -> None:
    try:
        listener(*what)
    except Exception as error:  # noqa: BLE001 - a fault of who listens must not end the sending
        _log.error("the news could not be told: %s", type(error).__name__)


class _Turn:
    """The slots of one row. It is queued until the first of them begins; `left` is called then."""

    def __init__(self, row: Claimed, pace: Pace, chat: int, left: Callable[[], None]) -> None:
        self.row = row
        self.chat = chat
        self.started = False
        self.began = False
        self._pace = pace
        self._left: Callable[[], None] | None = left

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        async with self._pace.slot(self.chat, reply=False):
            self.began = True
            self.over()
            yield

    def over(self) -> None:
        """Note that the row is queued no longer."""
        left, self._left = self._left, None
        if left is not None:
            left()


class _Patience:
    """Counts failures one after the other; when it is exhausted, sending rests, longer each time."""

    def __init__(self) -> None:
        self._failures = 0
        self._rest = 0.0
        self._until = 0.0

    @property
    def exhausted(self) -> bool:
        return self._failures >= FAILED_IN_A_ROW

    def resting(self, now: float) -> bool:
        return now < self._until

    def note(self, now: float, *, failed: bool) -> None:
        before = self.exhausted
        self._failures = self._failures + 1 if failed else 0
        if self.exhausted:
            self._rest = min(max(self._rest * 2, _FIRST_REST), _LONGEST_REST) if now >= self._until else self._rest
            self._until = now + self._rest
        else:
            self._rest = self._until = 0.0
        if self.exhausted and not before:
            _log.warning("nobody answers: sending rests, one message at a time is tried meanwhile")
        elif before and not self.exhausted:
            _log.warning("messages are delivered again")


class _Refusals:
    """Tells readers who cannot be sent something from an announcement that nobody can be sent.

    A refusal is held until it is known which of the two it is: the next delivery of the announcement makes it a
    failure, REFUSED_IN_A_ROW of them let all wait until the announcement has been put right.
    """

    def __init__(self) -> None:
        self._held: dict[int, list[tuple[Claimed, Refused]]] = defaultdict(list)
        self._at_fault: set[int] = set()

    def begun(self, row: Claimed) -> None:
        """Note that a row is sent (again): its announcement is not known to be at fault any more."""
        self._at_fault.discard(row.announcement)

    def note(self, row: Claimed, outcome: Outcome) -> tuple[list[tuple[Claimed, Outcome]], str]:
        """Return what can be settled now, and why the announcement is at fault if that has become clear ("" if not)."""
        if isinstance(outcome, Wait | Again):
            return [(row, outcome)], ""
        if not isinstance(outcome, Refused):
            return [*self._held.pop(row.announcement, []), (row, outcome)], ""
        if row.job is not Job.SEND:
            return [(row, outcome)], ""  # a change that is refused leaves the message as it was: nothing to wait for
        if row.announcement in self._at_fault:
            return [(row, Wait(0, outcome.others))], ""
        held = self._held[row.announcement]
        held.append((row, outcome))
        if len(held) < REFUSED_IN_A_ROW:
            return [], ""
        self._at_fault.add(row.announcement)
        return [(one, Wait(0, refused.others)) for one, refused in self._held.pop(row.announcement)], outcome.why

    def all(self) -> list[tuple[Claimed, Outcome]]:
        """Return everything that is held, as the failures that they are."""
        held: list[tuple[Claimed, Outcome]] = [one for rows in self._held.values() for one in rows]
        self._held.clear()
        return held
