"""Web sessions: an opaque random id in a cookie. It says nothing but how old it is, so that it can be forgotten."""

import secrets
from datetime import date, timedelta

COOKIE = "wegwijzer"
KEPT_DAYS = 30
"""After so many days a session's choices are forgotten; the cookie itself ends with the browser."""

_EPOCH = date(2020, 1, 1)
_DAY_LETTERS = 4
_LETTERS = _DAY_LETTERS + 32


def new_session(today: date) -> str:
    """Return a fresh id: the day in four hexadecimal letters, and 24 random bytes."""
    return f"{(today - _EPOCH).days:04x}{secrets.token_urlsafe(24)}"


def day_of(session: str) -> date | None:
    """Return the day on which a session began; None if this is no id of ours."""
    if len(session) != _LETTERS or not session.replace("-", "").replace("_", "").isalnum():
        return None
    try:
        return _EPOCH + timedelta(days=int(session[:_DAY_LETTERS], 16))
    except ValueError:
        return None


def valid(session: str | None, today: date) -> bool:
    """Return whether a cookie holds an id of ours that is not too old."""
    day = day_of(session or "")
    return day is not None and today - timedelta(days=KEPT_DAYS) <= day <= today


def address(session: str) -> str:
    """Return the address by which the assistant knows a session."""
    return f"web:{session}"
