"""Reading what staff type: times, numbers, texts."""

from datetime import datetime, time

from bot.dialogue.staff.forms import Unreadable, Values
from bot.knowledge.facts import AMSTERDAM

_FORMS = ("%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")


def read_time(text: str) -> datetime:
    """Return a local time typed as 2026-12-02 19:30 or 2-12-2026 19.30, aware, in Europe/Amsterdam.

    Raises:
        Unreadable: if it is none.

    """
    day, _, clock = " ".join(text.replace("T", " ").split()).partition(" ")
    for form in _FORMS:
        try:
            return datetime.strptime(f"{day} {clock.replace('.', ':')}", form).replace(tzinfo=AMSTERDAM)
        except ValueError:
            continue
    raise Unreadable("no_time", text=text[:40])


def typed_days(text: str, _values: Values) -> list[str]:
    """Return days typed with commas between them, as 2026-12-09, 16-12-2026, in the form that a form keeps."""
    return [read_time(f"{day.strip()} 00:00").date().isoformat() for day in text.split(",") if day.strip()]


def typed_time(text: str, _values: Values) -> str:
    """Return a local time as the text that a form keeps."""
    return read_time(text).isoformat()


def read_clock(text: str) -> time:
    """Return a time of day typed as 19:30 or 19.30.

    Raises:
        Unreadable: if it is none.

    """
    try:
        return datetime.strptime(text.strip().replace(".", ":"), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise Unreadable("no_time", text=text[:40]) from None


def typed_clock(text: str, _values: Values) -> str:
    """Return a time of day as the text that a form keeps."""
    return f"{read_clock(text):%H:%M}"


def typed_words(text: str, _values: Values) -> str:
    """Return a line of words; Unreadable if there is none."""
    if not text.strip():
        raise Unreadable("empty")
    return " ".join(text.split())


def typed_text(text: str, _values: Values) -> list[str]:
    """Return title and body of a text: the title is the first line, the body what comes after it."""
    title, _, body = text.strip().partition("\n")
    if not title.strip() or not body.strip():
        raise Unreadable("title_and_body")
    return [title.strip().removeprefix("# ").strip(), body.strip()]


def typed_count(text: str, _values: Values) -> int:
    """Return a whole number above zero."""
    if not text.strip().isdecimal() or int(text) == 0:
        raise Unreadable("no_number", text=text[:20])
    return int(text)


def one_of(text: str, allowed: tuple[str, ...]) -> str:
    """Return the choice that a button stands for; Unreadable if it is none of them."""
    if text not in allowed:
        raise Unreadable("no_choice")
    return text
