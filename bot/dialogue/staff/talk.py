"""The door of the talk with staff: who it is, what they want, and a clear word where that cannot be done."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from bot.dialogue.actions import action, taken_apart, whole
from bot.dialogue.staff import desk_forms, overview
from bot.dialogue.staff.forms import BACK, CLOSE, SKIP, Form, Unreadable, Values
from bot.dialogue.staff.overview import Overview
from bot.dialogue.staff.places import NEW as NEW_PLACE
from bot.dialogue.staff.places import Places
from bot.dialogue.staff.showing import Showing
from bot.dialogue.typed import typed_commands
from bot.dialogue.values import Attached, Button, Command, Forget, Message, Person, Pressed, Reply, Typed
from bot.knowledge.document import Document, Role, line
from bot.knowledge.skeleton import skeleton
from bot.knowledge.words import Words
from bot.store.attachments import UselessFile
from bot.store.database import writing
from bot.store.staff import Member
from scheduler.announcements import Announcement, Attachment, Missing, NotAllowed, State
from scheduler.composing import BadText
from scheduler.desk.announcing import Announcing
from scheduler.desk.desk import Desk
from scheduler.desk.office import Mistake
from scheduler.events import Event
from scheduler.recurrence import BadRule

COMMANDS = ("announce", "letter", "event", "outbox", "unanswered", "stats", "staff")
INVITATION = "i-"
"""`/start i-<code>` makes whoever opens it a member of staff."""
SHOWN = 12
"""Messages, or events, that one screen lists."""
_OLD, _NEW = "old", "new"
_UPDATE = "update"
"""Under this a form keeps which message gave its last answer (bot.dialogue.values.Typed)."""

Row = tuple[Button, ...]


class HalfDone(Protocol):
    """Where half-finished forms are kept: in the database of the desk, over the same connection."""

    def get(self, address: str) -> dict[str, Any] | None:
        """Return the one at an address."""

    def keep(self, address: str, state: dict[str, Any]) -> None:
        """Keep it."""

    def drop(self, address: str) -> None:
        """Forget it."""


class Files(Protocol):
    """Where files that go along are kept."""

    def keep(self, name: str, content: bytes) -> Attachment:
        """Keep a file and return how an announcement names it; Mistake if it is of no use."""


class StaffTalk:
    """Answers staff; None to everybody else, and to what is not about staff's work."""

    def __init__(self, desk: Desk, half_done: HalfDone, files: Files, overview: Overview) -> None:
        self._desk = desk
        self._half_done = half_done
        self._files = files
        self._overview = overview
        self._showing = Showing(desk)
        self._places = Places(desk)
        self._stop_words = typed_commands(desk.office.library.words, "commands", ("stop",)).keys()

    def reply(self, message: Message, address: str, person: Person, language: str) -> Reply | None:  # noqa: ARG002 - every talk is asked so
        """Return what to say to a message; None if it is from no staff, or not about their work."""
        if isinstance(message, Command) and message.name == "start" and message.argument.startswith(INVITATION):
            return self._practised(self._accepted(message.argument.removeprefix(INVITATION), address, language))
        member = self._desk.staffing.at(address)
        if member is None:
            return None
        words = self._words(language)
        try:
            reply = self._answer(message, address, member, language)
        except NotAllowed as error:
            reply = self._said(words(f"staff.refused.{error.why}"), language)
        except Mistake as error:
            reply = self._mistaken(f"staff.mistakes.{error.code}", error.values, address, language)
        except Unreadable as error:
            reply = self._mistaken(f"staff.mistakes.{error.code}", error.values, address, language)
        except BadText as error:
            reply = self._mistaken(f"staff.text_problems.{error.code}", error.values, address, language)
        except UselessFile as error:
            reply = self._mistaken(f"staff.mistakes.{error.code}", {}, address, language)
        except BadRule as error:
            reply = self._mistaken(f"recurrence.problems.{error.code}", {}, address, language)
        return self._practised(reply)

    def wants_text(self, address: str) -> bool:
        """Return whether a form of somebody on the staff waits for words from this address."""
        return self._half_done.get(address) is not None

    def wants_file(self, address: str) -> bool:
        """Return whether a file from this address would be of use now."""
        if self._desk.staffing.at(address) is None:
            return False
        state = self._half_done.get(address)
        step = self._form(state, self._desk.office.library.source_language).current(state) if state else None
        return step is not None and step.file

    def _practised(self, reply: Reply | None) -> Reply | None:
        """Say on every screen that we only practise, if that is so."""
        if reply is None or not self._desk.office.rules.practice:
            return reply
        said = line(self._words(reply.language)("staff.practice"), Role.LABEL)
        return replace(reply, document=said + reply.document)

    # --- what came in --------------------------------------------------------------------------

    def _answer(self, message: Message, address: str, member: Member, language: str) -> Reply | None:
        match message:
            case Command(name, argument) if name in COMMANDS:
                return self._command(name, argument, address, member, language)
            case Pressed(carried) if carried.startswith("z:"):
                _, details = taken_apart(carried)
                return self._pressed(details[0], carried.split(":", 2)[2] if carried.count(":") > 1 else "",
                                     address, member, language)  # fmt: skip
            case Command("stop"):
                return self._ask_to_stop(language)
            case Typed(text) if skeleton(text) in self._stop_words:
                return self._ask_to_stop(language)
            case Typed(text, update) if self._half_done.get(address) is not None:
                return self._filled_in(text, address, member, language, update=update)
            case Attached(name, content, update) if self.wants_file(address):
                kept = self._files.keep(name, content)
                said = f"{kept.kind}|{kept.name}|{kept.title}"
                return self._filled_in(said, address, member, language, file=True, update=update)
        return None

    def _command(self, name: str, argument: str, address: str, member: Member, language: str) -> Reply:
        match name:
            case "announce":
                return self._begin({"form": desk_forms.NEWS}, address, language)
            case "letter":
                return self._begin({"form": desk_forms.LETTER}, address, language)
            case "event":
                return self._events(language)
            case "outbox" if whole(argument):
                return self._show(self._desk.announcing.find(whole(argument)), language)
            case "outbox":
                return self._outbox(language)
            case "staff":
                return self._overview.staff(member, language)
            case "stats":
                return self._overview.statistics(member, language)
        return self._overview.unanswered(member, language)

    def _pressed(self, thing: str, rest: str, address: str, member: Member, language: str) -> Reply:
        number, _, what = rest.partition(".")
        hands: Mapping[str, Callable[[], Reply]] = {
            "a": lambda: self._announcement(whole(number), what, address, member, language),
            "e": lambda: self._event(number, what, address, member, language),
            "o": lambda: self._occurrence(whole(number), what, address, member, language),
            "f": lambda: self._chosen(rest, address, member, language),
            "n": lambda: self._instead(rest, address, language),
            "k": lambda: self._place(number, what, address, member, language),
            "x": lambda: self._stopped(member, language),
            "s": lambda: self._staff(number, what, address, member, language),
            "q": lambda: self._question(number, what, address, member, language),
            "p": lambda: self._overview.sending(member, rest, language),
            "l": lambda: self._outbox(language, whole(number) or None),
            "b": lambda: self._events(language, whole(number) or None),
        }
        return hands[thing]() if thing in hands else self._outbox(language)

    def _ask_to_stop(self, language: str) -> Reply:
        """Ask before somebody on the staff is forgotten: their access would end with it."""
        words = self._words(language)
        row = (Button(words("staff.stop_sure"), action("z", "x")), Button(words("menu.back"), action("z", "l")))
        return Reply(line(words("staff.sure.stop")), language, (row,))

    def _stopped(self, member: Member, language: str) -> Reply:
        words = self._words(language)
        self._desk.staffing.leave(member)
        said = line(words("stop.done")) + line(words("staff.name_stays"))
        return Reply(said, language, changes=(Forget(),))

    # --- forms ---------------------------------------------------------------------------------

    def _begin(self, state: Values, address: str, language: str) -> Reply:
        """Open a form, or go on with the same one that was left half-way; ask what to do with another one."""
        left = self._half_done.get(address)
        same = left is not None and _about(left) == _about(state)
        if left is not None and left["values"] and not same:
            left["next"] = state
            self._half_done.keep(address, left)
            return self._ask(left, language)
        state = left if same and left is not None else {**state, "values": {}}
        self._half_done.keep(address, state)
        return self._ask(state, language, resumed=bool(same and state["values"]))

    def _instead(self, choice: str, address: str, language: str) -> Reply:
        """Go on with the form that is open, or throw it away for the one that was begun."""
        state = self._half_done.get(address)
        if state is None or "next" not in state:
            return self._outbox(language)
        following = state.pop("next")
        if choice == _NEW:
            state = {**following, "values": {}}
        self._half_done.keep(address, state)
        return self._ask(state, language, resumed=choice != _NEW)

    def _which(self, state: Values, words: Words, language: str) -> Reply:
        """Ask what to do with a form that is open while another was begun."""
        rows = [
            (Button(words("staff.form_old", form=words(f"staff.forms.{state['form']}")), action("z", "n", _OLD)),),
            (
                Button(
                    words("staff.form_new", form=words(f"staff.forms.{state['next']['form']}")), action("z", "n", _NEW)
                ),
            ),
        ]
        return Reply(line(words("staff.form_open")), language, tuple(rows))

    def _ask(self, state: Values, language: str, *, resumed: bool = False) -> Reply:
        words = self._words(language)
        if "next" in state:
            return self._which(state, words, language)
        document, rows = self._form(state, language).ask(state, words)
        if resumed:
            document = line(words("staff.resumed"), Role.NOTE) + document
        return Reply(document, language, rows)

    def _chosen(self, pressed: str, address: str, member: Member, language: str) -> Reply:
        """Take a pressed answer, unless its question has been answered already (a double tap, an old message)."""
        name, _, value = pressed.partition("=")
        state = self._half_done.get(address)
        step = self._form(state, language).current(state) if state else None
        if state is not None and (step is None or step.name != name):
            asked = self._ask(state, language)
            return replace(asked, document=line(self._words(language)("staff.answered_before")) + asked.document)
        return self._filled_in(value, address, member, language)

    def _filled_in(
        self, text: str, address: str, member: Member, language: str, *, file: bool = False, update: int | None = None
    ) -> Reply:
        """Take an answer, and do what the form is for when it was the last one.

        One that is delivered again, because the answer to it was lost in a crash, is no answer to the next question.
        """
        state = self._half_done.get(address)
        if state is None:
            return self._outbox(language)
        if "next" in state or (update is not None and state.get(_UPDATE) == update):
            return self._ask(state, language)
        if text == CLOSE:
            self._half_done.drop(address)
            return self._said(self._words(language)("staff.closed"), language)
        form = self._form(state, language)
        step = form.current(state)
        if step is not None and step.file and not file and text not in (SKIP, BACK):
            raise Unreadable("file_kind")  # words are no file, whatever they look like
        if text == BACK:
            form.back(state)
        else:
            form.answer(state, text)
        if update is not None:
            state[_UPDATE] = update
        if form.current(state) is not None:
            self._half_done.keep(address, state)
            return self._ask(state, language)
        try:
            # The work and the end of its form are one: neither a crash nor a locked database may leave the form to do
            # it again. What is wrong with it leaves the form as it was before its last answer, which is asked anew.
            with writing(self._desk.office.db):
                reply = self._finished(state, member, language)
                self._half_done.drop(address)
        except NotAllowed as error:
            # Kept, it would swallow whatever is typed next, and carry old words out on the day that it may be done.
            self._half_done.drop(address)
            words = self._words(language)
            return self._said(f"{words(f'staff.refused.{error.why}')} {words('staff.closed')}", language)
        return reply()

    def _form(self, state: Values, language: str) -> Form:
        return desk_forms.form_of(state, self._desk, self._words(language), language)

    def _finished(self, state: Values, member: Member, language: str) -> Callable[[], Reply]:
        """Do what a form is for; return what shows it, which may count readers for long and so writes nothing."""
        values, desk = state["values"], self._desk
        match state["form"]:
            case desk_forms.NEWS | desk_forms.LETTER as kind:
                written = desk.announcing.write(
                    member.id,
                    kind,
                    [values["subject"]],
                    who=desk_forms.chosen_who(values["who"]),
                    near=desk_forms.chosen_near(values),
                    texts={
                        name.removeprefix("text."): (text[0], text[1])
                        for name, text in values.items()
                        if name.startswith("text.") and text
                    },
                    due=desk_forms.chosen_due(values["due"]),
                    attachments=_attachments(values["file"], values.get("second_file")),
                )
                return partial(self._show, written, language)
            case "event" | "move" | "series" | "copy":
                return partial(self._show_event, self._planned(state, member), language)
            case "text":
                texts = {state["language"]: (values["text"][0], values["text"][1])}
                return partial(self._show, desk.announcing.change(member.id, state["number"], texts=texts), language)
            case "correction":
                texts = {state["language"]: (values["text"][0], values["text"][1])}
                corrected = desk.announcing.correct(member.id, state["number"], texts, in_meaning=values["in_meaning"])
                return partial(self._show, corrected, language)
            case "time":
                due = desk_forms.chosen_due(values["due"])
                changed = desk.announcing.change(member.id, state["number"], due=due, at_once=due is None)
                return partial(self._show, changed, language)
            case _:
                return partial(_itself, self._short_work(state, member, language))

    def _short_work(self, state: Values, member: Member, language: str) -> Reply:
        """Do what a form is for that is shown in a few words."""
        values = state["values"]
        match state["form"]:
            case "place":
                return self._places.added(member, values["name"], language)
            case "answer":
                # A form that was opened before questions were noted in it is about the one that it names.
                questions = state.get("questions") or [state["number"]]
                return self._overview.answered(member, questions, state["language"], values["text"], language)
            case "added":
                return self._overview.changed(member, state["number"], state["language"], values["text"], language)
        return self._overview.invited(member, values["name"], values["role"], language)

    def _planned(self, state: Values, member: Member) -> Event:
        """Carry out a form about an event, and return the event."""
        values, planning = state["values"], self._desk.planning
        match state["form"]:
            case "move":
                start = desk_forms.chosen_time(values["start"])
                moved = planning.move(member.id, state["number"], start, values["place"] or "")
                return planning.find(moved.event)
            case "series":
                change = desk_forms.entered_change(values, planning.find(state["number"]), self._desk)
                return planning.change(member.id, state["number"], change)
            case "copy":
                before = planning.find(state["number"])
                again, place = desk_forms.chosen_time(values["start"]), values["place"] or before.place
                return planning.add(member.id, replace(before, start=again, place=place, dates=()))
        return planning.add(member.id, desk_forms.entered_event(values, self._desk))

    # --- announcements -------------------------------------------------------------------------

    def _announcement(self, number: int, what: str, address: str, member: Member, language: str) -> Reply:
        desk, words = self._desk.announcing, self._words(language)
        what, _, detail = what.partition(".")
        match what:
            case "edit" | "correct" if detail in self._desk.office.library.words:
                form = "text" if what == "edit" else "correction"
                desk.find(number)
                return self._begin({"form": form, "number": number, "language": detail}, address, language)
            case "correct":
                rows = [
                    (Button(one.name, action("z", "a", f"{number}.correct.{one.code}")),)
                    for one in self._desk.office.library.spoken
                ]
                return Reply(line(words("staff.which_language")), language, tuple(rows))
            case "time":
                return self._begin({"form": "time", "number": number}, address, language)
            case "test":
                count = desk.test(member.id, number)
                return self._said(words("staff.tested", count=count), language)
            case "copy":
                return self._show(desk.copy(member.id, number), language)
            case "recall" | "cancel" if detail != "sure":
                row = (
                    Button(words(f"staff.steps.{what}"), action("z", "a", f"{number}.{what}.sure")),
                    Button(words("menu.back"), action("z", "a", str(number))),
                )
                return Reply(line(words(f"staff.sure.{what}")), language, (row,))
            case "approve":
                return self._approve(number, detail, member, language)
            case "submit" | "send_back" | "pause" | "resume" | "cancel" | "recall":
                hands: Mapping[str, Callable[[int, int], Announcement]] = _hands(desk)
                return self._show(hands[what](member.id, number), language)
        return self._show(desk.find(number), language)

    def _approve(self, number: int, detail: str, member: Member, language: str) -> Reply:
        """Release it; where a language is missing, ask first what its readers get."""
        words = self._words(language)
        seen, _, choice = detail.partition(".")
        missing = Missing(choice) if choice in tuple(Missing) else None
        try:
            return self._show(self._desk.announcing.approve(member.id, number, missing, seen=seen), language)
        except Mistake as error:
            if error.code != "missing_languages":
                raise
            languages: Any = error.values["languages"]
            document = Document()
            for code, count in languages.items():
                name = self._desk.office.library.languages[code].name
                document += line(words("staff.missing", language=name, count=count))
            document += line(words("staff.missing_choice"))
            rows = [
                (Button(words(f"staff.missing_choices.{one}"), action("z", "a", f"{number}.approve.{seen}.{one}")),)
                for one in (Missing.FALL_BACK, Missing.SKIP)
            ]
            rows.append((Button(words("staff.missing_choices.stop"), action("z", "a", str(number))),))
            return Reply(document, language, tuple(rows))

    def _show(self, announcement: Announcement, language: str) -> Reply:
        rows = [*self._showing.steps(announcement, self._words(language)), self._outbox_row(language)]
        now = self._desk.office.now()
        begins = announcement.state is State.SCHEDULED and announcement.due is not None and announcement.due <= now
        live = action("z", "a", str(announcement.id)) if begins or announcement.state is State.SENDING else ""
        return Reply(self._showing.announcement(announcement, language), language, tuple(rows), live=live)

    # --- events --------------------------------------------------------------------------------

    def _events(self, language: str, before: int | None = None) -> Reply:
        """Show the newest events, or those older than one."""
        words = self._words(language)
        events = [one for one in self._desk.planning.current() if before is None or one.id < before]
        rows: list[Row] = [(Button(words("staff.new_event"), action("z", "e", "new")),)]
        rows += [
            (Button(self._showing.event_line(e, language)[:60], action("z", "e", str(e.id))),) for e in events[:SHOWN]
        ]
        if len(events) > SHOWN:
            rows.append((Button(words("staff.older_events"), action("z", "b", str(events[SHOWN - 1].id))),))
        return Reply(
            line(words("staff.events" if events else "staff.no_events")), language, (*rows, self._outbox_row(language))
        )

    def _event(self, number: str, what: str, address: str, member: Member, language: str) -> Reply:
        desk, words = self._desk.planning, self._words(language)
        if number == "new":
            return self._begin({"form": "event"}, address, language)
        event = desk.find(whole(number))
        what, _, seen = what.partition(".")
        match what:
            case "submit":
                event = desk.submit(member.id, event.id)
            case "approve":
                event = desk.approve(member.id, event.id, seen=seen)
            case "send_back":
                event = desk.send_back(member.id, event.id)
            case "cancel":
                row = (
                    Button(words("staff.steps.cancel"), action("z", "e", f"{event.id}.cancel!")),
                    Button(words("menu.back"), action("z", "e", str(event.id))),
                )
                return Reply(line(words("staff.sure.event")), language, (row,))
            case "cancel!":
                event = desk.cancel(member.id, event.id)
            case "test":
                return self._said(words("staff.tested", count=desk.test(member.id, event.id)), language)
            case "copy":
                return self._begin({"form": "copy", "number": event.id}, address, language)
            case "change":
                return self._begin({"form": "series", "number": event.id}, address, language)
        return self._show_event(event, language)

    def _occurrence(self, number: int, what: str, address: str, member: Member, language: str) -> Reply:
        desk, words = self._desk.planning, self._words(language)
        event, occurrence = desk.occurrence(number)
        match what:
            case "move":
                return self._begin({"form": "move", "number": number}, address, language)
            case "cancel":
                row = (
                    Button(words("staff.steps.cancel"), action("z", "o", f"{number}.cancel!")),
                    Button(words("menu.back"), action("z", "e", str(event.id))),
                )
                when = self._showing.time(occurrence.start, words)
                return Reply(line(words("staff.sure.occurrence", when=when)), language, (row,))
            case "cancel!":
                desk.cancel_occurrence(member.id, number)
        return self._show_event(event, language)

    def _show_event(self, event: Event, language: str) -> Reply:
        rows = [*self._showing.event_steps(event, self._words(language)), self._outbox_row(language)]
        return Reply(self._showing.event(event, language), language, tuple(rows))

    # --- the rest ------------------------------------------------------------------------------

    def _outbox(self, language: str, before: int | None = None) -> Reply:
        """Show the newest messages, or those older than one; what waits for approval is at hand however old it is."""
        words, desk = self._words(language), self._desk.announcing
        page = desk.latest(SHOWN + 1, before)
        shown, older = page[:SHOWN], len(page) > SHOWN
        if before is None:
            waiting = [one for one in desk.unfinished() if one.state is State.SUBMITTED and one not in shown]
            shown = (*waiting[:SHOWN], *shown)
        document = line(words("staff.outbox" if shown else "staff.outbox_empty"), Role.TITLE)
        document += self._overview.sending_line(language)
        rows: list[Row] = [
            (Button(self._showing.line_of(one, language)[:60], action("z", "a", str(one.id))),) for one in shown
        ]
        if older:
            document += line(words("staff.outbox_number", example="/outbox 12"), Role.NOTE)
            rows.append((Button(words("staff.older"), action("z", "l", str(page[SHOWN - 1].id))),))
        rows.append(self._overview.sending_row(language) if before is None else self._outbox_row(language))
        return Reply(document, language, tuple(rows))

    def _staff(self, number: str, what: str, address: str, member: Member, language: str) -> Reply:
        if number == "invite":
            return self._begin({"form": "invite"}, address, language)
        if what == "revoke":
            return self._overview.ask_to_revoke(member, whole(number), language)
        if what == "revoke.sure":
            return self._overview.revoked(member, whole(number), language)
        return self._overview.staff(member, language)

    def _place(self, place: str, what: str, address: str, member: Member, language: str) -> Reply:
        if place == NEW_PLACE:
            return self._begin({"form": "place"}, address, language)
        if not place:
            return self._places.all(language)
        return self._places.changed(member, place, what, language) if what else self._places.one(place, language)

    def _question(self, number: str, what: str, address: str, member: Member, language: str) -> Reply:
        if what == "answer":
            questions, texts = self._overview.asked_alike(whole(number), language)
            state = {"form": "answer", "number": whole(number), "questions": list(questions), "language": language}
            asked = self._begin(state, address, language)
            return replace(asked, document=texts + asked.document)
        return self._added(whole(number), what, address, member, language)

    def _added(self, number: int, what: str, address: str, member: Member, language: str) -> Reply:
        """Show, change or take back an answer that staff added; without any of these the questions that have none."""
        what, _, code = what.partition(".") if what.startswith(f"{overview.WRITE}.") else (what, "", "")
        match what:
            case overview.ADDED:
                return self._overview.added(member, number, language)
            case overview.SHOW:
                return self._overview.addition(member, number, language)
            case overview.WRITE if code in self._desk.office.library.words:
                return self._begin({"form": "added", "number": number, "language": code}, address, language)
            case overview.DROP:
                return self._overview.ask_to_drop(number, language)
            case overview.DROP_SURE:
                return self._overview.dropped(member, number, language)
        return self._overview.unanswered(member, language)

    def _accepted(self, code: str, address: str, language: str) -> Reply | None:
        words = self._words(language)
        try:
            member = self._desk.staffing.accept(code, address)
        except Mistake as error:
            return self._said(words(f"staff.mistakes.{error.code}", **error.values), language)
        if member is None:
            return None
        role = words(f"staff.roles.{member.role}")
        return self._said(words("staff.welcome", name=member.name, role=role), language)

    def _mistaken(self, key: str, values: Mapping[str, object], address: str, language: str) -> Reply:
        """Say what is wrong, and ask the open question again, if there is one."""
        words = self._words(language)
        said = line(words(key, **values))
        state = self._half_done.get(address)
        form = self._form(state, language) if state else None
        if state and form and form.current(state) is None:
            form.back(state)  # the last answer made the whole impossible: it is asked again
            self._half_done.keep(address, state)
        if state:
            asked = self._ask(state, language)
            return replace(asked, document=said + asked.document)
        return Reply(said, language, (self._outbox_row(language),))

    def _said(self, text: str, language: str) -> Reply:
        return Reply(line(text), language, (self._outbox_row(language),))

    def _outbox_row(self, language: str) -> Row:
        return (Button(self._words(language)("staff.open_outbox"), action("z", "l")),)

    def _words(self, language: str) -> Words:
        return self._desk.office.library.words[language]


def _hands(desk: Announcing) -> Mapping[str, Callable[[int, int], Announcement]]:
    return {
        "submit": desk.submit, "send_back": desk.send_back, "pause": desk.pause, "resume": desk.resume,
        "cancel": desk.cancel, "recall": desk.recall,
    }  # fmt: skip


def _about(state: Values) -> Values:
    """What a form is for, however far it is filled in."""
    return {name: value for name, value in state.items() if name not in ("values", _UPDATE)}


def _itself(reply: Reply) -> Reply:
    return reply


def _attachments(*kept: str | None) -> tuple[Attachment, ...]:
    return tuple(dict.fromkeys(Attachment(*file.split("|", 2)) for file in kept if file))
