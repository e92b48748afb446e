"""What staff see of the whole: sending, figures, colleagues, and what people asked in vain."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.dialogue.actions import action
from bot.dialogue.values import Button, Reply
from bot.knowledge.document import Document, Role, line, parse
from bot.store.answers import Addition
from bot.store.staff import Member
from scheduler.announcements import Role as StaffRole
from scheduler.desk.answering import Answering, Group
from scheduler.desk.desk import Desk

Row = tuple[Button, ...]

ADDED, SHOW, WRITE, DROP, DROP_SURE = "added", "show", "write", "drop", "drop.sure"
"""What the buttons about answers that staff added do."""
_READ, _READ_UNITS = 20, 150
"""So many questions are read before one answer to all of them is written, and so much of each is shown."""
_PAGE = 10
"""So many of them stand in one list."""


class Figures(Protocol):
    """How often answers helped, how many follow what."""

    def all(self) -> list[dict[str, object]]:
        """Return topic, language, yes and no for every answer that got a thumb."""


class Overview:
    """The screens that are about no single announcement."""

    def __init__(self, desk: Desk, answering: Answering, helped: Figures, bot_name: Callable[[], str | None]) -> None:
        """Take the desk; `bot_name` is the bot's user name, once it is known."""
        self._desk = desk
        self._answering = answering
        self._helped = helped
        self._bot_name = bot_name

    # --- sending -------------------------------------------------------------------------------

    def sending_line(self, language: str) -> Document:
        """Return a note if sending is paused as a whole."""
        why = self._desk.office.sending_paused()
        words = self._desk.office.library.words[language]
        return line(words("staff.sending_paused", why=words(f"staff.paused_because.{why}"))) if why else Document()

    def sending_row(self, language: str) -> Row:
        """Return the button that pauses all sending, or lets it go on."""
        words = self._desk.office.library.words[language]
        what = "resume" if self._desk.office.sending_paused() else "pause"
        return (Button(words(f"staff.sending.{what}"), action("z", "p", what)),)

    def sending(self, member: Member, what: str, language: str) -> Reply:
        """Pause all sending, or let it go on."""
        office = self._desk.office
        with office.acting(member.id, StaffRole.APPROVER) as actor:
            before = office.sending_paused()
            if what == "resume":
                office.resume_sending()
            else:
                office.pause_sending("staff")
            office.log(actor, f"{what} sending", "outbox", before, office.sending_paused())
        return Reply(
            line(office.library.words[language](f"staff.sending_noted.{what}")), language, (self.sending_row(language),)
        )

    # --- figures and colleagues ----------------------------------------------------------------

    def statistics(self, member: Member, language: str) -> Reply:
        """Return how many follow what, and how often answers helped."""
        office = self._desk.office
        office.actor(member.id)
        words = office.library.words[language]
        document = line(words("staff.statistics"), Role.TITLE)
        for subject, count in sorted(office.subscriptions.counts().items()):
            document += line(words("staff.followers", name=office.subject_name(subject, language), count=count))
        rows = sorted(self._helped.all(), key=lambda row: -int(str(row["no"])))[:8]
        if rows:
            document += line(words("staff.least_helpful"), Role.LABEL)
        for row in rows:
            document += line(
                words("staff.thumbs", topic=row["topic"], language=row["language"], yes=row["yes"], no=row["no"])
            )
        return Reply(document, language, (self._outbox_row(language),))

    def staff(self, member: Member, language: str) -> Reply:
        """Return who is staff; administrators invite and revoke."""
        office, words = self._desk.office, self._desk.office.library.words[language]
        members = self._desk.staffing.all(member.id)
        document = line(words("staff.colleagues"), Role.TITLE)
        for one in members:
            document += line(f"{one.name}: {words(f'staff.roles.{one.role}')}")
        rows: list[Row] = [(Button(words("staff.places"), action("z", "k")),)]
        if office.actor(member.id).role is StaffRole.ADMIN:
            rows.append((Button(words("staff.invite"), action("z", "s", "invite")),))
            rows += [
                (Button(words("staff.revoke", name=one.name)[:60], action("z", "s", f"{one.id}.revoke")),)
                for one in members
                if one.id != member.id
            ]
        return Reply(document, language, (*rows, self._outbox_row(language)))

    def invited(self, member: Member, name: str, role: str, language: str) -> Reply:
        """Invite a colleague and return the link for them."""
        code = self._desk.staffing.invite(member.id, StaffRole(role), name)
        words = self._desk.office.library.words[language]
        bot = self._bot_name()
        link = f"https://t.me/{bot}?start=i-{code}" if bot else f"/start i-{code}"
        text = words("staff.invited", name=name, link=link)
        return Reply(line(text), language, (self._outbox_row(language),))

    def ask_to_revoke(self, member: Member, number: int, language: str) -> Reply:
        """Ask before a colleague's membership ends: the button stands among others, on a phone."""
        words = self._desk.office.library.words[language]
        name = next((one.name for one in self._desk.staffing.all(member.id) if one.id == number), None)
        if name is None:
            return self.staff(member, language)
        row = (
            Button(words("staff.revoke", name=name)[:60], action("z", "s", f"{number}.revoke.sure")),
            Button(words("menu.back"), action("z", "s")),
        )
        return Reply(line(words("staff.sure.revoke", name=name)), language, (row,))

    def revoked(self, member: Member, number: int, language: str) -> Reply:
        """End a colleague's membership."""
        gone = self._desk.staffing.revoke(member.id, number)
        words = self._desk.office.library.words[language]
        return Reply(line(words("staff.revoked", name=gone.name)), language, (self._outbox_row(language),))

    # --- unanswered questions ------------------------------------------------------------------

    def unanswered(self, member: Member, language: str) -> Reply:
        """Return what people asked in vain, like questions together."""
        self._desk.office.actor(member.id)
        words = self._desk.office.library.words[language]
        groups = self._answering.groups()[:8]
        document = line(words("staff.unanswered" if groups else "staff.unanswered_none"), Role.TITLE)
        rows: list[Row] = []
        for place, group in enumerate(groups, 1):
            document += line(words("staff.asked", place=place, count=len(group.questions), language=group.language,
                                   text=_example(group.texts)))  # fmt: skip
            label = words("staff.answer_it", place=place)
            rows.append((Button(label, action("z", "q", f"{group.questions[0]}.answer")),))
        if self._answering.added():
            rows.append((Button(words("staff.added_answers"), action("z", "q", f"0.{ADDED}")),))
        return Reply(document, language, (*rows, self._outbox_row(language)))

    def asked_alike(self, question: int, language: str) -> tuple[tuple[int, ...], Document]:
        """Return the numbers of the questions that one answer would be for, and their texts for whoever writes it.

        Only what can be shown is among them: nobody answers what they have not read.
        """
        group = self._answering.group(question)
        numbers, texts = group.questions[:_READ], dict.fromkeys(group.texts[:_READ])
        document = line(self._desk.office.library.words[language]("staff.asked_alike"), Role.LABEL)
        for text in texts:
            document += line(text[:_READ_UNITS])
        return numbers, document

    def answered(
        self, member: Member, questions: Sequence[int], code: str, text: Sequence[str], language: str
    ) -> Reply:
        """Put an answer in force at once and tell those who wanted to know."""
        told = self._answering.answer(member.id, questions, code, text[0], text[1])
        words = self._desk.office.library.words[language]
        return Reply(line(words("staff.answered", count=told)), language, (self._outbox_row(language),))

    # --- answers that were added ---------------------------------------------------------------

    def added(self, member: Member, before: int, language: str) -> Reply:
        """Return the answers that staff added, the newest first; `before` is where another list ended, 0 = nowhere."""
        self._desk.office.actor(member.id)
        words = self._desk.office.library.words[language]
        there = [one for one in self._answering.added() if not before or one.id < before]
        rows: list[Row] = [
            (Button(f"{one.id}. {_title(one, language)}"[:60], action("z", "q", f"{one.id}.{SHOW}")),)
            for one in there[:_PAGE]
        ]
        if len(there) > _PAGE:
            rows.append((Button(words("staff.older_answers"), action("z", "q", f"{there[_PAGE - 1].id}.{ADDED}")),))
        title = line(words("staff.added_answers" if there else "staff.added_none"), Role.TITLE)
        return Reply(title, language, (*rows, self._unanswered_row(language)))

    def addition(self, member: Member, number: int, language: str) -> Reply:
        """Return an answer that staff added, as it is in each language, and what can be done with it."""
        office = self._desk.office
        office.actor(member.id)
        words, one = office.library.words[language], self._answering.addition(number)
        document = line(words("staff.added_answer", number=number), Role.TITLE)
        for spoken in office.library.spoken:
            text = one.texts.get(spoken.code)
            document += line(spoken.name, Role.LABEL)
            document += line(words("staff.no_text"), Role.NOTE) if text is None else line(text.title) + parse(text.body)
        document += line(words("staff.answers_these", questions="; ".join(one.questions)[:400]), Role.NOTE)
        write = tuple(
            Button(words("staff.edit", language=spoken.code), action("z", "q", f"{number}.{WRITE}.{spoken.code}"))
            for spoken in office.library.spoken
        )
        drop = (Button(words("staff.drop_answer"), action("z", "q", f"{number}.{DROP}")),)
        return Reply(document, language, (write, drop, self._unanswered_row(language)))

    def changed(self, member: Member, number: int, code: str, text: Sequence[str], language: str) -> Reply:
        """Give an added answer another text in one language, and show it."""
        self._answering.change(member.id, number, code, text[0], text[1])
        return self.addition(member, number, language)

    def ask_to_drop(self, number: int, language: str) -> Reply:
        """Ask before an added answer is taken back."""
        words = self._desk.office.library.words[language]
        title = _title(self._answering.addition(number), language)
        row = (
            Button(words("staff.drop_answer"), action("z", "q", f"{number}.{DROP_SURE}")),
            Button(words("menu.back"), action("z", "q", f"{number}.{SHOW}")),
        )
        return Reply(line(words("staff.sure.answer", title=title)), language, (row,))

    def dropped(self, member: Member, number: int, language: str) -> Reply:
        """Take an added answer back."""
        gone = self._answering.drop(member.id, number)
        said = self._desk.office.library.words[language]("staff.answer_dropped", title=_title(gone, language))
        return Reply(line(said), language, (self._unanswered_row(language),))

    def _unanswered_row(self, language: str) -> Row:
        words = self._desk.office.library.words[language]
        return (Button(words("staff.unanswered"), action("z", "q")), *self._outbox_row(language))

    def _outbox_row(self, language: str) -> Row:
        return (Button(self._desk.office.library.words[language]("staff.open_outbox"), action("z", "l")),)


def _title(addition: Addition, language: str) -> str:
    return (addition.texts.get(language) or next(iter(addition.texts.values()))).title


def _example(texts: Sequence[str]) -> str:
    return min(texts, key=len)[:200]


__all__ = ["Group", "Overview"]
