"""Sending replies, with retries that stay within reason. Nothing of what is said reaches the log."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import httpx
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from scheduler.pace import Pace

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_log = logging.getLogger(__name__)
TRIES = 4
LONGEST_WAIT = 60.0
"""Seconds: who has waited longer for an answer has asked again."""
_FIRST_PAUSE = 0.5

# Nothing was handed over when the connection could not be made.
_NOT_DELIVERED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


async def with_retries(
    send: Callable[[], Awaitable[T]], pace: Pace, chat: int, sleep: Sleep = asyncio.sleep
) -> T | None:
    """Call `send` until it succeeds, each time at its place in the pace; None if the message cannot be delivered.

    429: everything waits as long as the server says. Server errors and broken connections: a few tries with growing
    pauses. Where the message may have been delivered already (no answer in time), it is tried once more only: an
    answer that comes twice is a smaller harm to who asked than one that never comes. Blocked or refused: not again.
    """
    pause, uncertain = _FIRST_PAUSE, 0
    for attempt in range(1, TRIES + 1):
        if pace.held_back > LONGEST_WAIT:
            break
        try:
            async with pace.slot(chat, reply=True):
                return await send()
        except Forbidden:
            _log.info("a message was not sent: the person has blocked the bot")
            return None
        except BadRequest as error:
            _log.error("a message was refused by the Bot API: %s", error.message)
            return None
        except RetryAfter as error:
            told_to_wait(pace, chat, seconds_of(error))
            continue
        except NetworkError as error:
            uncertain += not surely_not_delivered(error, server_errors=True)
            if uncertain > 1:
                break
            _log.warning("sending failed (%s), attempt %d of %d", type(error).__name__, attempt, TRIES)
        except TelegramError as error:
            _log.error("sending failed: %s", type(error).__name__)
            return None
        if attempt == TRIES:
            break
        await sleep(pause)
        pause = pause * 2
    _log.error("a message was given up")
    return None


def told_to_wait(pace: Pace, chat: int, seconds: float) -> None:
    """Tell the pace of a 429: a group has limits of its own, otherwise the server does not say whom it means."""
    pace.told_to_wait(seconds, chat if chat < 0 else None)


def seconds_of(error: RetryAfter) -> float:
    """Return how long the server said to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def surely_not_delivered(error: NetworkError, *, server_errors: bool) -> bool:
    """Return whether a message cannot have arrived; `server_errors`: what to believe of an answer 5xx."""
    if isinstance(error.__cause__, _NOT_DELIVERED):
        return True
    return server_errors and not isinstance(error, TimedOut) and not isinstance(error.__cause__, httpx.HTTPError)
