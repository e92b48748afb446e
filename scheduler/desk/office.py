"""What every part of the desk works with: the stores, the clock, who is acting, and the log of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.knowledge.announceable import Phase
from bot.knowledge.document import Document
from bot.knowledge.library import Library
from bot.store.announcements import Announcements
from bot.store.audit import Audit
from bot.store.database import writing
from bot.store.deliveries import Deliveries
from bot.store.events import Events, SignUps
from bot.store.locations import Locations
from bot.store.people import People
from bot.store.running import pause, paused, resume
from bot.store.staff import Member, Staff
from bot.store.subscriptions import Subscriptions
from scheduler.announcements import Announcement, NotAllowed, Refused, Role, Target, at_least
from scheduler.composing import Composer
from scheduler.events import Event

AHEAD = timedelta(days=2 * 366)
"""How far ahead anything may be planned."""
COMMAND_LINE = 0
"""The actor of the command line: an administrator of the machine, who is nobody in the list of staff."""


class Mistake(Exception):
    """Something that staff asked for cannot be done as it is; nothing was changed.

    `code` names the words for it in interface.yaml under `staff.mistakes`, `values` fill them in.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, object] = values


def everybody_who_wrote(work: Announcement | Event) -> tuple[int, ...]:
    """Return who wrote any of something: a colleague who adds a translation makes it nobody else's."""
    return tuple(dict.fromkeys((*work.earlier_writers, work.writer or COMMAND_LINE)))


@dataclass(frozen=True, slots=True)
class Rules:
    """How this municipality works: `solo`: the writer may approve; `practice`: nothing reaches the public."""

    solo: bool = False
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """The stores and the rules, handed to each part of the desk."""

    db: Database
    library: Library
    composer: Composer
    people: People
    subscriptions: Subscriptions
    locations: Locations
    staff: Staff
    announcements: Announcements
    events: Events
    sign_ups: SignUps
    deliveries: Deliveries
    audit: Audit
    clock: Callable[[], datetime]
    rules: Rules = Rules()

    def now(self) -> datetime:
        """Return the time, aware."""
        return self.clock()

    def actor(self, number: int, needed: Role = Role.EDITOR) -> Member:
        """Return who is acting, looked up now.

        Raises:
            NotAllowed: if they are not (or no longer) staff, or their role is too low.

        """
        member = Member(COMMAND_LINE, "command line", Role.ADMIN) if number == COMMAND_LINE else None
        member = member or self.staff.member(number)
        if member is None or not at_least(member.role, needed):
            raise NotAllowed(Refused.ROLE)
        return member

    @contextmanager
    def acting(self, number: int, needed: Role = Role.EDITOR) -> Iterator[Member]:
        """Check who is acting and make one transaction of what they do."""
        with writing(self.db):
            yield self.actor(number, needed)

    def log(self, member: Member, what: str, subject: str, before: object = None, after: object = None) -> None:
        """Write the audit log."""
        self.audit.add(self.now(), member.id or None, member.name, what, subject, before, after)

    def sending_paused(self) -> str | None:
        """Return why nothing is sent at all, None if it is."""
        return paused(self.db)

    def pause_sending(self, reason: str) -> None:
        """Send nothing at all from now on."""
        pause(self.db, reason)

    def resume_sending(self) -> bool:
        """Send again; return whether it was paused."""
        return resume(self.db)

    def own_work(self, member: Member, work: Announcement | Event) -> bool:
        """Return whether somebody wrote any of this themselves; what came by the command line is the command line's."""
        return member.id in everybody_who_wrote(work)

    def subjects(self) -> tuple[str, ...]:
        """Return what can be followed now: themes, and locations that have not been dropped."""
        open_ones = (one.id for one in self.locations.all() if one.phase is not Phase.DROPPED)
        return (*self.library.announcements.themes, *open_ones)

    def check_subjects(self, subjects: Iterable[str]) -> tuple[str, ...]:
        """Return the subjects without doubles; a Mistake if there is none, or one that cannot be followed."""
        chosen = tuple(dict.fromkeys(subjects))
        if not chosen:
            raise Mistake("no_subject")
        known = self.subjects()
        for subject in chosen:
            if subject not in known:
                raise Mistake("unknown_subject", subject=subject, known=", ".join(known))
        return chosen

    def check_target(self, target: Target) -> Target:
        """Return whom something is for, without doubles; a Mistake if a subject or location cannot be followed."""
        subjects, near = self.check_subjects(target.subjects), tuple(dict.fromkeys(target.near))
        places = [one for one in self.subjects() if one not in self.library.announcements.themes]
        for location in near:
            if location not in places:
                raise Mistake("unknown_location", location=location, known=", ".join(places))
        return replace(target, subjects=subjects, near=near)

    def shown(self, announcement: Announcement, language: str, written_in: str = "") -> Document:
        """Return an announcement as a reader of a language gets it, perhaps in the words of another one."""
        followed = ", ".join(self.subject_name(one, language) for one in announcement.target.subjects)
        return self.composer.document(announcement, written_in or language, followed)

    def subject_name(self, subject: str, language: str) -> str:
        """Return the name of a location or theme in one language."""
        location = self.locations.find(subject)
        return location.name if location is not None else self.library.words[language](f"subjects.{subject}")
