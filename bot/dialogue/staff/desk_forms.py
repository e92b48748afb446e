"""The forms that staff fill in: an announcement, a letter, an event, a change of text or time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.dialogue.staff.forms import Choice, Form, Step, Values
from bot.dialogue.staff.reading import (
    one_of,
    read_clock,
    typed_clock,
    typed_count,
    typed_days,
    typed_text,
    typed_time,
    typed_words,
)
from bot.knowledge.facts import AMSTERDAM, Audience
from bot.knowledge.words import Words
from scheduler.desk.desk import Desk
from scheduler.desk.planning import new_event
from scheduler.events import ANNOUNCE_DAYS, Change, Event
from scheduler.recurrence import read_phrase

LETTER = "bewonersbrief"
NEWS = "algemeen"
EVERYONE = "all"
ANYWHERE = "any"
NOW = "now"
YES, NO = "yes", "no"
_EXAMPLE = {"example": "2027-03-31 19:30"}
_EXAMPLE_DAYS = {"example": "2027-04-07, 2027-04-21"}


def form_of(state: Values, desk: Desk, words: Words, language: str) -> Form:
    """Return the form that somebody is filling in, with the words of their language."""
    kind, code = state["form"], state.get("language", "")
    forms: Mapping[str, Callable[[], Form]] = {
        NEWS: lambda: free_form(desk, NEWS, words, language),
        LETTER: lambda: free_form(desk, LETTER, words, language),
        "event": lambda: event_form(desk, words),
        "text": lambda: text_form(desk, code),
        "correction": lambda: correction_form(desk, code, words),
        "time": lambda: time_form(desk, words),
        "move": lambda: when_and_where_form("move"),
        "series": lambda: series_form(desk, words, state["number"]),
        "copy": lambda: when_and_where_form("copy"),
        "place": place_form,
        "answer": lambda: answer_form(desk, code),
        "added": lambda: answer_form(desk, code),
        "invite": lambda: name_form(words),
    }
    return forms[kind]()


def free_form(desk: Desk, kind: str, words: Words, language: str) -> Form:
    """Return the form of a letter or of general news."""
    languages = [one.code for one in desk.office.library.spoken]
    texts = tuple(
        Step(
            f"text.{code}", "text", _checked(desk), optional=code != languages[0],
            shown={"language": desk.office.library.languages[code].name},
        )
        for code in languages
    )  # fmt: skip
    file = Step("file", "file", _file, optional=True, file=True)
    second = replace(file, name="second_file", key="second_file", applies=lambda values: bool(values.get("file")))

    def about_a_theme(values: Values) -> bool:
        return values.get("subject") in desk.office.library.announcements.themes

    readers = (_subject(desk, kind, language), _who(words), _near(desk, words, about_a_theme))
    return Form(kind, (*readers, *texts, file, second, _due(desk, words)))


def event_form(desk: Desk, words: Words) -> Form:
    """Return the form of an event."""
    kinds = {name: kind for name, kind in desk.office.library.announcements.kinds.items() if kind.event}
    slots = sorted({slot for kind in kinds.values() for slot in kind.slots})

    def wants(slot: str) -> Callable[[Values], bool]:
        return lambda values: slot in kinds[values["kind"]].slots if "kind" in values else False

    def with_sign_up(values: Values) -> bool:
        return kinds[values["kind"]].sign_up if "kind" in values else False

    def once_and_more(values: Values) -> bool:
        return _more(values) and not values.get("rule")

    def repeats(_values: Values) -> list[Choice]:
        return [Choice("once", words("staff.once")), *(Choice(f"e{i}", text) for i, text in enumerate(_phrases(words)))]

    def rule(text: str, _values: Values) -> str:
        if text == "once":
            return ""
        phrases = _phrases(words)
        if text[:1] == "e" and text[1:].isdecimal() and int(text[1:]) < len(phrases):
            text = phrases[int(text[1:])]
        return read_phrase(text, desk.office.library.words.values())

    return Form(
        "event",
        (
            Step("kind", "kind", _choose(*kinds), lambda _v: [Choice(name, words(f"kinds.{name}")) for name in kinds]),
            Step("start", "start", typed_time, shown=_EXAMPLE),
            Step("place", "place", typed_words),
            *(Step(slot, f"slot_{slot}", _yes_no, _yes_or_no(words), applies=wants(slot)) for slot in slots),
            Step("maximum", "maximum", typed_count, applies=with_sign_up, optional=True),
            Step("rule", "rule", rule, repeats),
            Step("skip", "holidays", _yes_no, _yes_or_no(words), applies=lambda v: bool(v.get("rule"))),
            Step("reminders", "reminders", _choose("7,1", "7", "1", "0"),
                 lambda _v: [Choice(days, words(f"staff.reminders.d{days.replace(',', '_')}"))
                             for days in ("7,1", "1", "7", "0")]),
            Step("more", "more", _yes_no, _yes_or_no(words)),
            replace(_who(words), applies=_more),
            _near(desk, words, _more),
            Step("dates", "dates", typed_days, applies=once_and_more, optional=True, shown=_EXAMPLE_DAYS),
            Step("sign_up", "sign_up", _yes_no, _yes_or_no(words), applies=_more),
            Step("minutes", "minutes", typed_count, applies=_more, optional=True),
            Step("announce_days", "announce_days", typed_count, applies=_more, optional=True),
            *(
                Step(
                    f"note.{one.code}", "note", typed_words, applies=_more, optional=True,
                    shown={"language": one.name},
                )
                for one in desk.office.library.spoken
            ),
        ),
    )  # fmt: skip


def text_form(desk: Desk, code: str) -> Form:
    """Return the form of a new text in one language."""
    name = desk.office.library.languages[code].name
    return Form("text", (Step("text", "text", _checked(desk), shown={"language": name}),))


def correction_form(desk: Desk, code: str, words: Words) -> Form:
    """Return the form of a correction in one language: the text, and whether its meaning changed."""
    name = desk.office.library.languages[code].name
    return Form(
        "correction",
        (
            Step("text", "text", _checked(desk), shown={"language": name}),
            Step("in_meaning", "in_meaning", _yes_no, _yes_or_no(words)),
        ),
    )


def time_form(desk: Desk, words: Words) -> Form:
    """Return the form of another time of sending."""
    return Form("time", (_due(desk, words),))


def when_and_where_form(name: str) -> Form:
    """Return the form of another time, and perhaps place: of an occurrence, or of an event that is copied."""
    return Form(
        name,
        (Step("start", "start", typed_time, shown=_EXAMPLE), Step("place", "new_place", typed_words, optional=True)),
    )


def series_form(desk: Desk, words: Words, number: int) -> Form:
    """Return the form of what becomes different of an event with all that is to come; what is skipped stays."""
    event = desk.planning.find(number)

    def signs_up(values: Values) -> bool:
        wanted = values.get("sign_up")
        return _more(values) and (event.sign_up if wanted is None else bool(wanted))

    def note(code: str) -> Step:
        there = bool(event.notes.get(code))
        choices = [Choice(NO, words("staff.no_note"))] if there else []
        return Step(
            f"note.{code}", "new_note", lambda text, v: "" if there and text == NO else typed_words(text, v),
            lambda _values: choices, applies=_more, optional=True,
            shown={"language": desk.office.library.languages[code].name},
        )  # fmt: skip

    no_limit = [Choice(NO, words("staff.no_limit"))] if event.maximum is not None else []
    return Form(
        "series",
        (
            Step("at", "series_at", typed_clock, optional=True, shown={"example": "19:30"}),
            Step("place", "new_place", typed_words, optional=True),
            Step("more", "more_changes", _yes_no, _yes_or_no(words)),
            *(
                Step(slot, f"slot_{slot}", _yes_no, _yes_or_no(words), applies=_more, optional=True)
                for slot in desk.office.library.announcements.kinds[event.kind].slots
            ),
            Step("sign_up", "sign_up", _yes_no, _yes_or_no(words), applies=_more, optional=True),
            Step(
                "maximum", "new_maximum", lambda text, v: 0 if no_limit and text == NO else typed_count(text, v),
                lambda _values: no_limit, applies=signs_up, optional=True,
            ),
            Step("minutes", "new_minutes", typed_count, applies=_more, optional=True),
            *(note(one.code) for one in desk.office.library.spoken),
        ),
    )  # fmt: skip


def entered_change(values: Values, event: Event, desk: Desk) -> Change:
    """Return what becomes different of an event, as the form was filled in."""
    slots = desk.office.library.announcements.kinds[event.kind].slots
    return Change(
        at=read_clock(values["at"]) if values["at"] else None,
        place=values["place"] or "",
        minutes=values.get("minutes"),
        slots={slot: values[slot] for slot in slots if values.get(slot) is not None},
        notes=_notes(values),
        sign_up=values.get("sign_up"),
        maximum=values.get("maximum"),
    )


def place_form() -> Form:
    """Return the form of a new location."""
    return Form("place", (Step("name", "place_name", typed_words, shown={"example": "Herenweg 55"}),))


def name_form(words: Words) -> Form:
    """Return the form of an invitation."""
    roles = ("editor", "approver", "admin")
    choices = [Choice(role, words(f"staff.roles.{role}")) for role in roles]
    return Form(
        "invite",
        (
            Step("name", "name", typed_words),
            Step("role", "role", _choose(*roles), lambda _values: choices),
        ),
    )  # fmt: skip


def answer_form(desk: Desk, language: str) -> Form:
    """Return the form of an answer to an unanswered question."""
    name = desk.office.library.languages[language].name
    return Form("answer", (Step("text", "answer", _checked(desk), shown={"language": name}),))


# --- the questions that forms share ------------------------------------------------------------------


def _subject(desk: Desk, kind: str, language: str) -> Step:
    def offered(_values: Values) -> list[Choice]:
        themes = () if kind == LETTER else desk.office.library.announcements.themes
        ids = [one for one in desk.office.subjects() if one in themes or desk.office.locations.find(one)]
        return [Choice(one, desk.office.subject_name(one, language)) for one in ids]

    return Step("subject", "subject", lambda text, v: one_of(text, tuple(c.value for c in offered(v))), offered)


def _checked(desk: Desk) -> Callable[[str, Values], list[str]]:
    """Read a text, and refuse at once what could not be sent (BadText)."""

    def read(text: str, values: Values) -> list[str]:
        title, body = typed_text(text, values)
        desk.office.composer.check_text(title, body)
        return [title, body]

    return read


def _who(words: Words) -> Step:
    choices = [Choice(EVERYONE, words("staff.everyone"))]
    choices += [Choice(str(one), words(f"audience.{one}.label")) for one in Audience]
    return Step("who", "who", _choose(EVERYONE, *Audience), lambda _values: choices)


def _near(desk: Desk, words: Words, applies: Callable[[Values], bool]) -> Step:
    places = [(one.id, one.name) for one in desk.office.locations.all() if one.id in desk.office.subjects()]
    choices = [Choice(ANYWHERE, words("staff.anywhere")), *(Choice(*place) for place in places)]
    return Step(
        "near", "near", _choose(ANYWHERE, *(place for place, _ in places)), lambda _values: choices,
        applies=lambda values: bool(places) and applies(values),
    )  # fmt: skip


def _due(desk: Desk, words: Words) -> Step:
    def tomorrow() -> datetime:
        day = desk.office.now().astimezone(AMSTERDAM).date() + timedelta(days=1)
        return datetime.combine(day, time(10), AMSTERDAM)

    def read(text: str, values: Values) -> str | None:
        if text == NOW:
            return NOW
        return tomorrow().isoformat() if text == "tomorrow" else typed_time(text, values)

    choices = [Choice(NOW, words("staff.at_once")), Choice("tomorrow", words("staff.tomorrow"))]
    return Step("due", "due", read, lambda _values: choices, shown=_EXAMPLE)


def _choose(*allowed: str) -> Callable[[str, Values], str]:
    return lambda text, _values: one_of(text, tuple(map(str, allowed)))


def _more(values: Values) -> bool:
    """Whether somebody wants to be asked the rest as well."""
    return bool(values.get("more"))


def _notes(values: Values) -> dict[str, str]:
    """The notes that a form was filled in with, by language; what was skipped is not among them."""
    return {
        name.removeprefix("note."): text
        for name, text in values.items()
        if name.startswith("note.") and text is not None
    }


def _yes_or_no(words: Words) -> Callable[[Values], list[Choice]]:
    return lambda _values: [Choice(YES, words("staff.yes_please")), Choice(NO, words("staff.no_thanks"))]


def _yes_no(text: str, _values: Values) -> bool:
    return one_of(text, (YES, NO)) == YES


def _file(text: str, _values: Values) -> str:
    """A file comes as the name under which the talk has kept it."""
    return text


def _phrases(words: Words) -> tuple[str, ...]:
    return words.many("staff.phrases")


def chosen_due(value: str | None) -> datetime | None:
    """Return the time that the question about sending was answered with; None = as soon as approved."""
    return None if value in (None, NOW) else chosen_time(str(value))


def chosen_time(value: str) -> datetime:
    """Return the time that a question about a time was answered with."""
    return datetime.fromisoformat(value)


def chosen_who(value: str) -> Audience | None:
    """Return for whom, as the question was answered; None = everyone."""
    return None if value == EVERYONE else Audience(value)


def chosen_near(values: Values) -> tuple[str, ...]:
    """Return the location that readers must follow too, as the question was answered; () = none."""
    near = values.get("near") or ANYWHERE
    return () if near == ANYWHERE else (near,)


def entered_event(values: Values, desk: Desk) -> Event:
    """Return the event that the form of an event was filled in with."""
    kind = desk.office.library.announcements.kinds[values["kind"]]
    notes = _notes(values)
    reminders = tuple(int(days) for days in values["reminders"].split(",") if days != "0")
    return new_event(
        values["kind"], chosen_time(values["start"]), values["place"],
        who=chosen_who(values.get("who") or EVERYONE), near=chosen_near(values),
        minutes=values.get("minutes") or kind.minutes,
        slots={**{slot: bool(values.get(slot)) for slot in kind.slots}, **({"note": notes} if notes else {})},
        sign_up=values.get("sign_up", kind.sign_up), maximum=values.get("maximum"), rule=values["rule"],
        dates=tuple(map(date.fromisoformat, values.get("dates") or ())), reminder_days=reminders,
        announce_days=values.get("announce_days") or ANNOUNCE_DAYS,
        skip=frozenset({"public", "school"}) if values.get("skip") else frozenset(),
    )  # fmt: skip
