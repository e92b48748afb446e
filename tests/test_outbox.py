"""The outbox, in virtual time, with a store that is a list and a messenger that does what the test says."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.errors import StoreError
from bot.knowledge.document import line
from scheduler.delivery import Again, Claimed, Delivered, Gone, Job, Letter, Outcome, Refused, Wait
from scheduler.outbox import FAILED_IN_A_ROW, REFUSED_IN_A_ROW, Outbox
from scheduler.pace import Pace
from tests.virtual import clock, run

START = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
Slots = Callable[[], AbstractAsyncContextManager[None]]


@dataclass
class ListStore:
    """Rows in a list: what waits, what is marked, how each ended."""

    waiting: list[Claimed]
    marked: dict[int, Claimed] = field(default_factory=dict)
    ended: dict[int, Outcome] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    full: bool = False
    finished: list[int] = field(default_factory=list)
    most_marked: int = 0
    not_before: dict[int, float] = field(default_factory=dict)
    settled: list[Outcome] = field(default_factory=list)

    def recover(self) -> int:
        found = list(self.marked.values())
        self.waiting += found
        self.marked.clear()
        return len(found)

    def claim(self, now: dt.datetime, limit: int) -> list[Claimed]:
        self._write()
        ready = [
            row
            for row in self.waiting
            if row.announcement not in self.paused and self.not_before.get(row.id, 0) <= now.timestamp()
        ]
        rows = ready[:limit]
        for row in rows:
            self.waiting.remove(row)
            self.marked[row.id] = row
        self.most_marked = max(self.most_marked, len(self.marked))
        return rows

    def settle(self, outcomes: Iterable[tuple[Claimed, Outcome]]) -> None:
        self._write()
        for row, outcome in outcomes:
            assert self.marked.pop(row.id) is row
            self.settled.append(outcome)
            if isinstance(outcome, Again):
                row = replace(row, tries=row.tries + 1)
                self.not_before[row.id] = START.timestamp() + clock() - 1000 + 2**row.tries
            if isinstance(outcome, Wait | Again):
                self.waiting.append(row)
            else:
                self.ended[row.id] = outcome

    def done(self) -> list[int]:
        announcements = {row.announcement for row in (*self.waiting, *self.marked.values())}
        return sorted({1, 2} - announcements - set(self.finished))

    def _write(self) -> None:
        if self.full:
            raise StoreError("full")


@dataclass
class Scripted:
    """Answers what the script says for a row, the last entry for ever; without a script it delivers."""

    script: Callable[[Claimed], Outcome] = lambda row: Delivered(row.id)
    seconds: float = 0.02
    sent: list[tuple[float, int]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    async def deliver(self, row: Claimed, letter: Letter, slot: Slots) -> Outcome:
        async with slot():
            self.sent.append((clock(), row.id))
            self.letters.append(letter)
            await asyncio.sleep(self.seconds)
            return self.script(row)

    def chat(self, row: Claimed) -> int:
        return int(row.address.split(":")[1])


def rows(count: int, announcement: int = 1, first: int = 1) -> list[Claimed]:
    return [Claimed(number, announcement, 1, f"telegram:{number}", "nl") for number in range(first, first + count)]


async def at_once(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)


@dataclass
class Sending:
    """An outbox at work."""

    store: ListStore
    messenger: Scripted
    refused: list[tuple[int, str]] = field(default_factory=list)
    made: list[tuple[int, str]] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    broken: bool = False

    def outbox(self, **more: Any) -> Outbox:
        self.pace = Pace(clock, asyncio.sleep, per_second=more.pop("per_second", 30))
        return Outbox(
            self.store,
            self.messenger,
            self.pace,
            self._letter,
            lambda: START + dt.timedelta(seconds=clock() - 1000),
            finished=self.store.finished.append,
            refused=self._refused,
            turned=lambda: self.turns.append(clock()),
            in_thread=at_once,
            **more,
        )

    def _letter(self, announcement: int, language: str) -> Letter:
        self.made.append((announcement, language))
        if self.broken:
            raise ValueError("geheim")
        return Letter(line(f"{announcement} {language}"))

    def _refused(self, announcement: int, why: str) -> None:
        self.refused.append((announcement, why))
        self.store.paused.add(announcement)

    def run(self, seconds: float, meanwhile: Callable[[Outbox], Any] | None = None, **more: Any) -> None:
        async def main() -> None:
            outbox = self.outbox(**more)
            task = asyncio.create_task(outbox.run())
            if meanwhile is not None:
                await meanwhile(outbox)
            await asyncio.sleep(seconds)
            outbox.stop()
            await task

        run(main())


def sending(waiting: list[Claimed], script: Callable[[Claimed], Outcome] | None = None) -> Sending:
    return Sending(ListStore(waiting), Scripted(script) if script else Scripted())


def test_everybody_gets_it_once_at_the_allowed_pace_and_the_end_is_told() -> None:
    it = sending(rows(600))
    it.run(25)
    assert sorted(number for _, number in it.messenger.sent) == list(range(1, 601))
    took = it.messenger.sent[-1][0] - it.messenger.sent[0][0]
    assert 599 / took >= 0.95 * 30
    assert sorted(it.store.finished) == [1, 2]
    assert it.store.most_marked < 16
    assert len(it.turns) == 2


def test_a_letter_is_made_once_for_a_language() -> None:
    it = sending([*rows(30), *(replace(row, language="uk") for row in rows(30, first=100))])
    it.run(5)
    assert sorted(it.made) == [(1, "nl"), (1, "uk")]


def test_a_new_revision_is_made_anew() -> None:
    it = sending([*rows(3), *(replace(row, revision=2) for row in rows(3, first=100))])
    it.run(5)
    assert it.made == [(1, "nl")] * 2


def test_what_was_under_way_at_a_crash_is_sent_again() -> None:
    it = sending(rows(3))
    it.store.marked = {row.id: row for row in rows(4, first=50)}
    it.run(5)
    assert sorted(number for _, number in it.messenger.sent) == [1, 2, 3, 50, 51, 52, 53]


@pytest.mark.parametrize("seconds", [3, 35])
def test_a_429_holds_everything_exactly_so_long_and_nothing_is_marked_meanwhile(seconds: float) -> None:
    told: list[float] = []
    marked: list[int] = []

    def script(row: Claimed) -> Outcome:
        if row.id == 20 and not told:
            told.append(clock())
            return Wait(seconds)
        return Delivered(row.id)

    it = sending(rows(60), script)

    async def look(_: Outbox) -> None:
        await asyncio.sleep(1.5 + seconds / 2)
        marked.append(len(it.store.marked))

    it.run(10 + seconds, look)
    after = [at for at, _ in it.messenger.sent if at > told[0]]
    assert after[0] >= told[0] + seconds
    assert after[0] < told[0] + seconds + 0.6
    assert len(it.store.ended) == 60
    assert marked[0] <= 6


def test_faults_lose_nothing() -> None:
    counts: dict[int, int] = {}

    def script(row: Claimed) -> Outcome:
        counts[row.id] = counts.get(row.id, 0) + 1
        return Again(unsure=False) if counts[row.id] <= row.id % 3 else Delivered(row.id)

    it = sending(rows(90), script)
    it.run(40)
    assert {type(outcome) for outcome in it.store.ended.values()} == {Delivered}
    assert len(it.store.ended) == 90


def test_while_nobody_answers_one_message_at_a_time_is_tried_with_growing_rests() -> None:
    up: list[bool] = []
    it = sending(rows(300), lambda row: Delivered(row.id) if up else Again(unsure=False))

    async def come_up(_: Outbox) -> None:
        await asyncio.sleep(300)
        up.append(True)

    it.run(120, come_up)
    tried = [at for at, _ in it.messenger.sent if at < 1300]
    assert FAILED_IN_A_ROW <= len(tried) < 40
    gaps = [later - sooner for sooner, later in zip(tried[-3:], tried[-2:], strict=False)]
    assert min(gaps) >= 59
    assert len(it.store.ended) == 300


def test_who_alone_is_refused_fails_and_the_others_get_it() -> None:
    it = sending(rows(60), lambda row: Refused("why") if row.id in (5, 6, 30) else Delivered(row.id))
    it.run(5)
    assert it.refused == []
    assert {number for number, outcome in it.store.ended.items() if outcome == Refused("why")} == {5, 6, 30}
    assert len(it.store.ended) == 60


def test_the_last_ones_that_are_refused_fail_too() -> None:
    it = sending(rows(3), lambda _: Refused("why"))
    it.run(3)
    assert len(it.store.ended) == 3


def test_an_announcement_that_is_refused_again_and_again_is_paused_and_nobody_has_failed() -> None:
    it = sending([*rows(40), *rows(10, announcement=2, first=100)],
                 lambda row: Refused("too long") if row.announcement == 1 else Delivered(row.id))  # fmt: skip
    it.run(10)
    assert it.refused == [(1, "too long")]
    assert all(row_id >= 100 for row_id in it.store.ended)
    assert len(it.store.ended) == 10
    assert len(it.store.waiting) == 40
    assert sum(number < 100 for _, number in it.messenger.sent) <= REFUSED_IN_A_ROW + 10


def test_changes_that_are_refused_end_and_are_not_tried_again() -> None:
    edits = [replace(row, job=Job.EDIT, message=row.id) for row in rows(40)]
    it = sending(edits, lambda _: Refused("message can't be edited"))
    it.run(10)
    assert it.refused == []
    assert len(it.messenger.sent) == len(it.store.ended) == 40


def test_after_it_was_put_right_everybody_gets_it() -> None:
    right: list[bool] = []
    it = sending(rows(40), lambda row: Delivered(row.id) if right else Refused("too long"))

    async def put_right(outbox: Outbox) -> None:
        await asyncio.sleep(5)
        right.append(True)
        it.store.paused.clear()
        outbox.wake()

    it.run(5, put_right)
    assert len(it.store.ended) == 40


def test_a_letter_that_cannot_be_made_pauses_its_announcement_and_its_text_is_not_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    it = sending(rows(20))
    it.broken = True
    it.run(3)
    assert it.refused == [(1, "ValueError")]
    assert it.messenger.sent == []
    assert "geheim" not in caplog.text


def test_while_the_disk_is_full_nothing_leaves_and_afterwards_nothing_is_lost_or_doubled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    it = sending(rows(200))

    async def fill(_: Outbox) -> None:
        await asyncio.sleep(2)
        it.store.full = True
        await asyncio.sleep(60)
        it.store.full = False

    it.run(30, fill)
    during = [at for at, _ in it.messenger.sent if 1002.5 < at < 1062]
    assert during == []
    assert sorted(number for _, number in it.messenger.sent) == list(range(1, 201))
    assert len(it.store.ended) == 200
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


def test_stopping_lets_what_has_left_arrive_and_what_has_not_wait() -> None:
    it = sending(rows(300))
    it.messenger.seconds = 3.0
    it.run(5)
    assert it.store.marked == {}
    assert len(it.store.ended) == len(it.messenger.sent)
    assert len(it.store.ended) + len(it.store.waiting) == 300


def test_stopping_between_marking_and_sending_leaves_nothing_marked() -> None:
    it = sending(rows(20))
    claim = it.store.claim
    begun: list[Outbox] = []

    def claim_and_stop(now: dt.datetime, limit: int) -> list[Claimed]:
        found = claim(now, limit)
        if found:
            begun[0].stop()
        return found

    it.store.claim = claim_and_stop  # type: ignore[method-assign] # the moment between two lines of the outbox
    it.run(1, lambda outbox: at_once(begun.append, outbox))
    assert it.store.marked == {}
    assert len(it.store.waiting) + len(it.store.ended) == 20


def test_an_answer_that_never_comes_is_in_doubt_after_stopping() -> None:
    it = sending(rows(1))
    it.messenger.seconds = 10_000
    it.run(1)
    assert it.store.settled == [Again(unsure=True)]


def test_new_work_is_begun_at_once_when_the_outbox_is_woken() -> None:
    it = sending([])
    came: list[float] = []

    async def later(outbox: Outbox) -> None:
        await asyncio.sleep(10.1)
        it.store.waiting += rows(1)
        came.append(clock())
        outbox.wake()

    it.run(1, later)
    assert it.messenger.sent[0][0] - came[0] < 0.05


def test_who_is_gone_and_a_listener_that_fails_do_not_end_the_sending() -> None:
    it = sending(rows(30), lambda row: Gone() if row.id % 2 else Delivered(row.id))
    it.store.finished = _Broken()
    it.run(5)
    assert len(it.store.ended) == 30


class _Broken(list[int]):
    def append(self, _: int) -> None:
        raise RuntimeError("broken")


def test_without_limits_as_many_are_under_way_as_may_be() -> None:
    it = sending(rows(2000))
    it.run(2, per_second=0, at_once=50)
    assert len(it.store.ended) == 2000
    assert 25 < it.store.most_marked <= 50
