"""Limits: how much and how often one client may ask. Clients' addresses stay in memory, and only for a minute or so."""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RateLimit:
    """A token bucket per client: `burst` requests at once, then `per_minute`. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float], *, burst: int = 20, per_minute: int = 40) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Count a request; return 0 if it is allowed, else the whole seconds to wait."""
        now = self._clock()
        left, since = self._buckets.pop(client, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._buckets[client] = (left - 1 if allowed else left, now)
        self._forget(now)
        return 0 if allowed else math.ceil((1 - left) / self._per_second)

    def _forget(self, now: float) -> None:
        """Drop clients whose bucket is full again: nothing needs to be known of them."""
        full_after = self._burst / self._per_second
        while self._buckets:
            client, (_, since) = next(iter(self._buckets.items()))
            if now - since < full_after:
                return
            del self._buckets[client]


def network_of(client: str) -> str:
    """Return the part of an address that belongs to one household or house: of IPv6 the first 64 bits, else all."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:  # no address at all: a socket of this machine
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return client
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address), 64), strict=False))


class TooLarge(Exception):
    """The body of a request is larger than allowed."""


class BodyLimit:
    """Raises TooLarge while a body is read that is larger than `most` bytes, whatever its headers claim.

    `larger` names the paths that may take more, and how much.
    """

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str | None, int]) -> None:
        self._app = app
        self._most = most
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its bytes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._larger.get(scope["path"], self._most)
        received = 0

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise TooLarge
            return message

        await self._app(scope, counting, send)
