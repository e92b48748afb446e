"""The pace: what a server that counts arrivals would count, in virtual time."""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.pace import Pace
from tests.virtual import clock, run

LIMIT = 30


class Server:
    """Notes when messages arrive; a message takes `there` seconds to it and `back` seconds back."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.arrivals: list[tuple[float, int, bool]] = []

    async def send(self, chat: int, there: float, back: float, *, reply: bool = False) -> None:
        async with self.pace.slot(chat, reply=reply):
            await asyncio.sleep(there)
            self.arrivals.append((clock(), chat, reply))
            await asyncio.sleep(back)

    def times(self, chat: int | None = None) -> list[float]:
        return sorted(at for at, whose, _ in self.arrivals if chat in (None, whose))


def most_in(times: Iterable[float], seconds: float) -> int:
    """The most arrivals that any window of so many seconds holds."""
    window: deque[float] = deque()
    most = 0
    for at in times:
        window.append(at)
        while window[0] <= at - seconds:
            window.popleft()
        most = max(most, len(window))
    return most


def new_pace(per_second: int = LIMIT, **limits: int) -> Pace:
    return Pace(clock, asyncio.sleep, per_second=per_second, **limits)


async def broadcast(server: Server, ways: Iterable[tuple[float, float]], at_once: int = 40) -> None:
    """Send to one chat after the other, so many at the same time."""
    free = asyncio.Semaphore(at_once)

    async def one(chat: int, there: float, back: float) -> None:
        async with free:
            await server.send(chat, there, back)

    await asyncio.gather(*(one(chat, there, back) for chat, (there, back) in enumerate(ways, 1)))


@pytest.mark.parametrize("milliseconds", [5, 20, 50, 80])
@pytest.mark.parametrize("limit", [10, 30, 100])
def test_a_steady_network_is_used_for_at_least_95_percent(milliseconds: int, limit: int) -> None:
    async def main() -> list[float]:
        server = Server(new_pace(limit))
        await broadcast(server, [(milliseconds / 2000, milliseconds / 2000)] * (limit * 20), at_once=limit * 2)
        return server.times()

    times = run(main())
    assert most_in(times, 1.0) <= limit
    assert (len(times) - 1) / (times[-1] - times[0]) >= 0.97 * limit


jitter = st.floats(0, 0.4, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    base=st.floats(0.001, 0.05),
    ways=st.lists(st.tuples(jitter, jitter), min_size=120, max_size=300),
    replies=st.lists(st.tuples(st.floats(0, 8), jitter), max_size=60),
)
def test_no_second_ever_holds_more_than_the_limit_however_the_network_jitters(
    base: float, ways: list[tuple[float, float]], replies: list[tuple[float, float]]
) -> None:
    async def main() -> list[float]:
        server = Server(new_pace())
        await server.send(9_999, base, base)  # one undisturbed answer tells how long the way is

        async def reply(number: int, after: float, extra: float) -> None:
            await asyncio.sleep(after)
            await server.send(5_000 + number, base + extra, base, reply=True)

        answering = [reply(number, *one) for number, one in enumerate(replies)]
        await asyncio.gather(
            broadcast(server, [(base + there, base + back) for there, back in ways], at_once=100), *answering
        )
        return server.times()

    assert most_in(run(main()), 1.0) <= LIMIT


def test_a_reply_does_not_wait_for_the_announcements_before_it() -> None:
    async def main() -> list[float]:
        server = Server(new_pace())
        sending = asyncio.create_task(broadcast(server, [(0.01, 0.01)] * 600, at_once=600))
        took = []
        for chat in range(5_000, 5_010):
            await asyncio.sleep(1.3)
            start = clock()
            await server.send(chat, 0.01, 0.01, reply=True)
            took.append(clock() - start)
        await sending
        return took

    # On the way for 20 ms, and at most for 10 ms behind one announcement that had the last place of its second.
    assert max(run(main())) <= 0.0302


def test_an_answer_that_never_comes_holds_one_place_and_not_the_others() -> None:
    async def main() -> list[float]:
        server = Server(new_pace())
        await broadcast(server, [(0.01, 60.0), *[(0.01, 0.01)] * 290])
        return server.times()

    times = run(main())
    assert times[-1] - times[0] < 11


def test_one_message_a_second_to_a_chat_and_a_burst_of_three_replies() -> None:
    async def main() -> tuple[list[float], list[float]]:
        server = Server(new_pace())
        await asyncio.gather(*(server.send(1, 0.01, 0.01) for _ in range(5)))
        await asyncio.gather(*(server.send(2, 0.01, 0.01, reply=True) for _ in range(6)))
        return server.times(1), server.times(2)

    announced, replied = run(main())
    assert most_in(announced, 1.0) == 1
    assert replied[2] - replied[0] < 0.1
    gaps = [later - sooner for sooner, later in itertools.pairwise(replied[2:])]
    assert min(gaps) >= 1.0 - 1e-9
    assert max(gaps) < 1.1


def test_an_announcement_to_a_chat_that_was_just_answered_waits_and_holds_up_nobody_else() -> None:
    async def main() -> tuple[float, float]:
        server = Server(new_pace())
        for _ in range(3):
            await server.send(1, 0.01, 0.01, reply=True)
        start = clock()
        await asyncio.gather(server.send(1, 0.01, 0.01), *(server.send(chat, 0.01, 0.01) for chat in range(2, 12)))
        others = [at for at, chat, _ in server.arrivals if chat > 1]
        return server.times(1)[-1] - start, max(others) - start

    to_the_chat, to_others = run(main())
    assert to_the_chat > 2.5
    assert to_others < 0.5


def test_twenty_messages_a_minute_to_a_group() -> None:
    async def main() -> list[float]:
        server = Server(new_pace())
        await asyncio.gather(*(server.send(-7, 0.01, 0.01, reply=number % 2 == 0) for number in range(50)))
        return server.times()

    times = run(main())
    assert most_in(times, 60.0) == 20
    assert times[-1] - times[0] < 131


@pytest.mark.parametrize("seconds", [0.5, 3.0, 35.0])
def test_a_429_is_obeyed_exactly_and_only_that_long(seconds: float) -> None:
    async def main() -> float:
        server = Server(new_pace())
        await server.send(1, 0.01, 0.01)
        server.pace.told_to_wait(seconds)
        start = clock()
        await server.send(2, 0.0, 0.0, reply=True)
        return clock() - start

    assert run(main()) == pytest.approx(seconds, abs=1e-6)


def test_a_429_for_one_chat_leaves_the_others_alone() -> None:
    async def main() -> tuple[float, float]:
        server = Server(new_pace())
        server.pace.told_to_wait(10, chat=-1)
        start = clock()
        await asyncio.gather(server.send(-1, 0.0, 0.0), server.send(2, 0.0, 0.0))
        return server.times(-1)[0] - start, server.times(2)[0] - start

    told, other = run(main())
    assert told == pytest.approx(10.0)
    assert other < 0.05


def test_no_limits_no_waiting() -> None:
    async def main() -> float:
        server = Server(new_pace(0, per_chat_second=0, per_group_minute=0))
        start = clock()
        await asyncio.gather(*(server.send(-1, 0.01, 0.01) for _ in range(1000)))
        return clock() - start

    assert run(main()) == pytest.approx(0.02, abs=0.01)


def test_who_stops_waiting_gives_up_their_place() -> None:
    async def main() -> float:
        server = Server(new_pace(per_second=1))
        await server.send(1, 0.0, 0.0)
        waiting = [asyncio.create_task(server.send(chat, 0.0, 0.0)) for chat in range(2, 6)]
        await asyncio.sleep(0.1)
        for task in waiting[:3]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return server.times()[-1] - server.times()[0]

    assert run(main()) < 1.1


def test_memory_does_not_grow_with_the_number_of_chats() -> None:
    async def main() -> int:
        server = Server(new_pace(1000))
        await broadcast(server, [(0.001, 0.001)] * 20_000, at_once=50)
        return len(server.pace._chats)

    assert run(main()) < 4_000
