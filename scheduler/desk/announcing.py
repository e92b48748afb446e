"""Announcements from the first word to the last correction: compose, submit, approve, pause, correct, recall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.knowledge.document import units_of
from bot.knowledge.facts import Audience
from bot.store.staff import Member
from scheduler.announcements import (
    PRIVATE,
    Announcement,
    Attachment,
    Missing,
    NotAllowed,
    Part,
    Refused,
    State,
    Step,
    Target,
    Text,
    after,
    may,
    possible,
)
from scheduler.composing import CAPTION_UNITS, BadText, Problem
from scheduler.delivery import Job
from scheduler.desk.office import AHEAD, Mistake, Office, everybody_who_wrote
from scheduler.desk.telling import Telling

UNFINISHED = (State.DRAFT, State.SUBMITTED, State.SCHEDULED, State.SENDING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Readers:
    """How many would get an announcement, by their language and by the subject that they follow.

    `missing` are those whose language it does not have, or only a stale translation of.
    """

    languages: Mapping[str, int]
    subjects: Mapping[str, int]
    missing: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many readers there are, also those whose language is missing."""
        return sum(self.languages.values())


class Announcing:
    """What staff do with announcements. `actor` is a number in the list of staff, or COMMAND_LINE."""

    def __init__(self, office: Office, telling: Telling) -> None:
        self._office = office
        self._telling = telling

    # --- reading -------------------------------------------------------------------------------

    def find(self, number: int) -> Announcement:
        """Return an announcement; a Mistake if there is none with this number."""
        announcement = self._office.announcements.find(number)
        if announcement is None or announcement.part in PRIVATE:
            raise Mistake("no_announcement", number=number)
        return announcement

    def unfinished(self) -> tuple[Announcement, ...]:
        """Return what is being written, waits or is under way; no notices to single people."""
        found = self._office.announcements.in_states(UNFINISHED)
        return tuple(one for one in found if one.part not in PRIVATE)

    def latest(self, count: int = 20, before: int | None = None) -> tuple[Announcement, ...]:
        """Return the newest announcements, those that events made too; with `before` only older ones than that."""
        return self._office.announcements.latest(count, before)

    def readers(self, announcement: Announcement) -> Readers:
        """Return exactly how many would get an announcement if it were sent now."""
        counted = self._office.deliveries.count(announcement)
        missing = {code: count for code, count in counted.languages.items() if not announcement.fresh(code)}
        return Readers(counted.languages, counted.subjects, missing)

    # --- writing -------------------------------------------------------------------------------

    def write(
        self,
        actor: int,
        kind: str,
        subjects: Iterable[str] = (),
        *,
        who: Audience | None = None,
        near: Iterable[str] = (),
        texts: Mapping[str, tuple[str, str]] | None = None,
        due: datetime | None = None,
        attachments: tuple[Attachment, ...] = (),
        source: str = "",
        missing: Missing = Missing.STOP,
    ) -> Announcement:
        """Begin an announcement of a free kind (a letter, general news) and return the draft.

        Args:
            actor: who writes it.
            kind: its kind, one without an event.
            subjects: the locations and themes whose followers get it; none = those of the kind.
            who: for whom it is meant; None = everyone.
            near: locations of which they must follow one too; none = wherever they are.
            texts: language -> (title, body).
            due: when it should be sent; None = as soon as it is approved.
            attachments: files in the data folder that go along.
            source: the language that the others are translated from; "" = the source language of the content.
            missing: what readers get whose language is missing.

        Raises:
            NotAllowed: if the actor may not.
            Mistake: if the kind, a subject or a text cannot be used.

        """
        office = self._office
        kinds = office.library.announcements.kinds
        if kind not in kinds or kinds[kind].event:
            raise Mistake("unknown_kind", kind=kind, known=", ".join(name for name in kinds if not kinds[name].event))
        chosen = tuple(subjects) or ((kinds[kind].theme,) if kinds[kind].theme else ())
        source = source or office.library.source_language
        self._check_due(due)
        with office.acting(actor) as member:
            announcement = Announcement(
                id=0,
                kind=kind,
                target=office.check_target(Target(chosen, who, tuple(near))),
                texts={code: self._text(code, *text) for code, text in (texts or {}).items()},
                source=source,
                missing=missing,
                attachments=attachments,
                due=due,
                writer=member.id or None,
                practice=office.rules.practice,
            )
            number = office.announcements.add(announcement)
            written = self.find(int(number or 0))
            office.log(member, "write", _name(written), None, _shown(written))
            return written

    def change(
        self,
        actor: int,
        number: int,
        *,
        texts: Mapping[str, tuple[str, str]] | None = None,
        target: Target | None = None,
        due: datetime | None = None,
        at_once: bool = False,
        attachments: tuple[Attachment, ...] | None = None,
        missing: Missing | None = None,
    ) -> Announcement:
        """Change what has not been released for good; it is a draft again and must be approved anew.

        A new text in the source language makes the translations stale, unless they are given along.
        """
        with self._office.acting(actor) as member:
            before = self._step(member, number, Step.EDIT)
            self._check_due(due)
            new = replace(
                before,
                state=after(before.state, Step.EDIT),
                target=before.target if target is None else self._office.check_target(target),
                due=None if at_once else due or before.due,
                attachments=before.attachments if attachments is None else attachments,
                missing=missing or before.missing,
                approver=None,
                # Who changes only the time or the readers is not the writer: the words are still whose they were.
                writer=(member.id or None) if texts or attachments else before.writer,
                earlier_writers=everybody_who_wrote(before) if texts or attachments else before.earlier_writers,
            )  # fmt: skip
            new = self._with_texts(new, texts or {})
            self._office.announcements.write(new)
            self._office.log(member, "change", _name(new), _shown(before), _shown(new))
            return new

    def copy(self, actor: int, number: int) -> Announcement:
        """Begin a draft like an earlier announcement."""
        earlier = self.find(number)
        if earlier.part is not Part.ON_ITS_OWN:
            raise Mistake("no_announcement", number=number)
        texts = {code: (text.title, text.body) for code, text in earlier.texts.items() if earlier.fresh(code)}
        return self.write(
            actor, earlier.kind, earlier.target.subjects, who=earlier.target.who, near=earlier.target.near, texts=texts,
            source=earlier.source, attachments=earlier.attachments,
        )  # fmt: skip

    def submit(self, actor: int, number: int) -> Announcement:
        """Hand a draft to a colleague for approval."""
        with self._office.acting(actor) as member:
            before = self._step(member, number, Step.SUBMIT)
            if before.source not in before.texts:
                raise Mistake("no_text", language=before.source)
            return self._moved(member, before, Step.SUBMIT)

    def send_back(self, actor: int, number: int) -> Announcement:
        """Give a submitted announcement back to its writer."""
        with self._office.acting(actor) as member:
            return self._moved(member, self._step(member, number, Step.SEND_BACK), Step.SEND_BACK)

    def approve(
        self, actor: int, number: int, missing: Missing | None = None, *, seen: str | None = None
    ) -> Announcement:
        """Release a submitted announcement: to the time it is due, or at once.

        Args:
            actor: who approves; not the writer, unless the rules say solo.
            number: of the announcement.
            missing: what readers get whose language is missing; None = as the announcement says.
            seen: the `read_as` of what they have read; None = as it is now.

        Raises:
            NotAllowed: if the actor may not.
            Mistake: `changed_since`, if it is not what they have read; `missing_languages`, if there are such readers
                and nobody decided what they get.

        """
        office = self._office
        with office.acting(actor) as member:
            before = self._step(member, number, Step.APPROVE)
            if seen is not None and seen != before.read_as:
                raise Mistake("changed_since")
            ready = replace(before, missing=missing or before.missing)
            lacking = self.readers(ready).missing
            if lacking and ready.missing is Missing.STOP:
                raise Mistake("missing_languages", languages=dict(lacking), count=sum(lacking.values()))
            if ready.missing is Missing.STOP:
                # Nobody is lacking now; who subscribes, or changes their language, until it leaves is not left out.
                ready = replace(ready, missing=Missing.FALL_BACK)
            due = max(before.due or office.now(), office.now())
            days = office.library.announcements.kinds[before.kind].useful_days
            released = replace(
                self._carried_in(member, ready),
                state=after(before.state, Step.APPROVE),
                due=due,
                useful_until=due + timedelta(days=days),
                approver=member.id or None,
            )
            office.announcements.write(released)
            solo = " (solo: the writer approved)" if office.own_work(member, before) else ""
            office.log(member, f"approve{solo}", _name(released), _shown(before), _shown(released))
            return released

    def test(self, actor: int, number: int) -> int:
        """Send the actor what readers of each language would get; return how many messages that is."""
        with self._office.acting(actor) as member:
            announcement = self.find(number)
            fresh = [code for code in announcement.texts if announcement.fresh(code)]
            for code in fresh:
                self._telling.test(member, replace(announcement, texts={code: announcement.texts[code]}, source=code))
            return len(fresh)

    # --- under way and afterwards --------------------------------------------------------------

    def pause(self, actor: int, number: int) -> Announcement:
        """Stop sending for now; who has it keeps it."""
        with self._office.acting(actor) as member:
            return self._moved(member, self._step(member, number, Step.PAUSE), Step.PAUSE)

    def resume(self, actor: int, number: int) -> Announcement:
        """Go on with a paused announcement."""
        with self._office.acting(actor) as member:
            return self._moved(member, self._step(member, number, Step.RESUME), Step.RESUME)

    def cancel(self, actor: int, number: int) -> Announcement:
        """Never send it; whoever it has reached already keeps it (recall takes it back)."""
        with self._office.acting(actor) as member:
            return self._cancel(member, self._step(member, number, Step.CANCEL))

    def correct(
        self, actor: int, number: int, texts: Mapping[str, tuple[str, str]], *, in_meaning: bool
    ) -> Announcement:
        """Correct what has been sent: change the delivered messages, or reply to them where the meaning changed.

        A typing error is corrected at once. New meaning is new words: a colleague has to approve the reply before it
        leaves, and before whoever still waits gets the new words, unless the rules say solo.

        In meaning, readers of a translation that was not corrected along with its source get the correction in the
        source language, never the old words as if they were new; if only translations were wrong, nobody else is
        written to.

        Returns the announcement that carries the correction: the same one, or the reply.
        """
        office = self._office
        with office.acting(actor) as member:
            before = self._step(member, number, Step.CORRECT)
            if not texts:
                raise Mistake("no_text", language=before.source)
            checked = {code: self._text(code, *text) for code, text in texts.items()}
            if not in_meaning:
                self._check_captions(before, checked)
                new = self._corrected(member, before, checked, in_meaning=False)
                office.deliveries.give_job(number, Job.EDIT, frozenset(texts))
                return new
            outdated = before.source in texts
            revision = before.revision + 1
            reply = replace(
                before,
                part=Part.CORRECTION,
                state=State.SUBMITTED,
                revision=revision,
                texts={code: replace(text, made_from=revision) for code, text in checked.items()},
                source=before.source if outdated else next(iter(checked)),
                missing=Missing.FALL_BACK if outdated else Missing.SKIP,
                reply_to=number,
                attachments=(),
                due=None,
                useful_until=None,
                writer=member.id or None,
                earlier_writers=(),
                approver=None,
                sent_at=None,
            )
            written = self.find(int(office.announcements.add(reply) or 0))
            office.log(member, "write", _name(written), None, _shown(written))
            return self.approve(actor, written.id) if office.rules.solo else written

    def _check_captions(self, before: Announcement, texts: Mapping[str, Text]) -> None:
        """Check that what stands below a file still fits there: a delivered message cannot become two."""
        if len(before.attachments) != 1:
            return
        corrected = replace(before, texts={**before.texts, **texts})
        for code in texts:
            if code in before.texts and units_of(self._office.shown(before, code)) <= CAPTION_UNITS:
                units = units_of(self._office.shown(corrected, code))
                if units > CAPTION_UNITS:
                    raise BadText(Problem.TOO_LONG, units=units, most=CAPTION_UNITS)

    def _corrected(
        self, member: Member, before: Announcement, texts: Mapping[str, Text], *, in_meaning: bool
    ) -> Announcement:
        """Give an announcement corrected texts, and note which of its other texts are still true."""
        revision = before.revision + 1
        outdated = in_meaning and before.source in texts
        kept = {
            code: text if outdated else replace(text, made_from=revision)
            for code, text in before.texts.items()
            if before.fresh(code)
        }
        corrected = {code: replace(text, made_from=revision) for code, text in texts.items()}
        new = replace(before, revision=revision, texts={**before.texts, **kept, **corrected})
        self._office.announcements.write(new)
        what = "correct in meaning" if in_meaning else "correct"
        self._office.log(member, what, _name(new), _shown(before), _shown(new))
        return new

    def _carried_in(self, member: Member, reply: Announcement) -> Announcement:
        """Let a correction that is released change what it corrects; return it, at the revision that this has now.

        Raises:
            NotAllowed: if that can no longer be corrected.

        """
        if reply.part is not Part.CORRECTION or reply.reply_to is None:
            return reply
        before = self.find(reply.reply_to)
        after(before.state, Step.CORRECT)
        for earlier in self._office.announcements.replies(before.id):
            if earlier.id != reply.id:  # who still waits for an earlier correction gets this one only
                self._office.deliveries.cancel(earlier.id)
        fresh = {code: text for code, text in reply.texts.items() if reply.fresh(code)}
        new = self._corrected(member, before, fresh, in_meaning=True)
        return replace(reply, revision=new.revision, texts={code: new.texts[code] for code in fresh})

    def recall(self, actor: int, number: int) -> Announcement:
        """Take it back: nobody else gets it; the messages are deleted, or say "withdrawn" where they are too old."""
        office = self._office
        with office.acting(actor) as member:
            recalled = self._moved(member, self._step(member, number, Step.RECALL), Step.RECALL)
            office.deliveries.give_job(number, Job.DELETE)
            self._recall_replies(member, number)
            return recalled

    def _recall_replies(self, member: Member, number: int) -> None:
        """Take back what corrects an announcement, and what corrects that."""
        for reply in self._office.announcements.replies(number):
            if reply.sent_at is not None and Step.RECALL in possible(reply.state):
                self._moved(member, reply, Step.RECALL)
                self._office.deliveries.give_job(reply.id, Job.DELETE)
            elif reply.state in UNFINISHED:
                self._cancel(member, reply)
            self._recall_replies(member, reply.id)

    # --- small help ----------------------------------------------------------------------------

    def _step(self, member: Member, number: int, step: Step) -> Announcement:
        """Return an announcement after checking that this member may take this step with it.

        Raises:
            NotAllowed: if they may not, or not now.
            Mistake: `practice`, if it is a real one and we only practise: it would hold once practice is over.

        """
        announcement = self.find(number)
        may(
            step,
            member.role,
            own_work=self._office.own_work(member, announcement),
            solo=self._office.rules.solo,
        )
        if self._office.rules.practice and not announcement.practice:
            raise Mistake("practice")
        if step not in announcement.steps:
            raise NotAllowed(Refused.NOT_NOW)
        return announcement

    def _cancel(self, member: Member, before: Announcement) -> Announcement:
        """Cancel what has not reached everybody yet."""
        cancelled = self._moved(member, before, Step.CANCEL)
        self._office.deliveries.cancel(before.id)
        return cancelled

    def _moved(self, member: Member, before: Announcement, step: Step) -> Announcement:
        new = replace(before, state=after(before.state, step))
        self._office.announcements.write(new)
        self._office.log(member, str(step), _name(new), {"state": before.state}, {"state": new.state})
        return new

    def _check_due(self, due: datetime | None) -> None:
        if due is not None and due <= self._office.now():
            raise Mistake("past", when=due)
        if due is not None and due > self._office.now() + AHEAD:
            raise Mistake("too_much")

    def _text(self, language: str, title: str, body: str) -> Text:
        if language not in self._office.library.words:
            raise Mistake("unknown_language", language=language, known=", ".join(self._office.library.words))
        self._office.composer.check_text(title, body)
        return Text(title.strip(), body.strip())

    def _with_texts(self, announcement: Announcement, texts: Mapping[str, tuple[str, str]]) -> Announcement:
        if not texts:
            return announcement
        changed = announcement.source in texts and announcement.source in announcement.texts
        revision = announcement.revision + changed
        new = {code: replace(self._text(code, *text), made_from=revision) for code, text in texts.items()}
        return replace(announcement, revision=revision, texts={**announcement.texts, **new})


def _name(announcement: Announcement) -> str:
    return f"announcement {announcement.id}"


def _shown(announcement: Announcement) -> Mapping[str, object]:
    """What the audit log keeps of an announcement."""
    return {
        "state": announcement.state,
        "subjects": announcement.target.subjects,
        "who": announcement.target.who,
        "near": announcement.target.near,
        "due": announcement.due,
        "missing": announcement.missing,
        "texts": {code: [text.title, text.body] for code, text in announcement.texts.items()},
        "attachments": [file.name for file in announcement.attachments],
    }
