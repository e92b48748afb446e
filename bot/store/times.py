"""Times as they lie in the database: UTC, ISO 8601 to the second, so that they sort as texts."""

from datetime import UTC, datetime


def stored(moment: datetime) -> str:
    """Return an aware time as text; ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a stored time must be aware")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stored_or_none(moment: datetime | None) -> str | None:
    """Return an aware time as text, None as None."""
    return None if moment is None else stored(moment)


def moment(text: str) -> datetime:
    """Return a stored time, aware, in UTC."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    """Return a stored time, None as None."""
    return None if text is None else moment(text)
