"""Announcements: what they are, the life they lead, and who may move them along. Pure: no clock, no store.

An announcement says one thing, once, to everybody whom it concerns, in each reader's language. The row in the
database is the truth about it; this module says which steps are allowed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.knowledge.facts import Audience


class Role(StrEnum):
    """What a member of staff may do; each role may also do what the one before it may."""

    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"


_RANK = {Role.EDITOR: 1, Role.APPROVER: 2, Role.ADMIN: 3}


def at_least(role: Role | None, needed: Role) -> bool:
    """Return whether somebody with this role (None: no staff) may do what `needed` may."""
    return role is not None and _RANK[role] >= _RANK[needed]


def fingerprint(*what: object) -> str:
    """Return a short sign of what somebody has read: another one for other words, readers or times."""
    return hashlib.sha256(repr(what).encode()).hexdigest()[:10]


class State(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    RECALLED = "recalled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can be done with an announcement."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    EDIT = "edit"
    APPROVE = "approve"
    START = "start"
    FINISH = "finish"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CORRECT = "correct"
    RECALL = "recall"


_STEPS: Mapping[tuple[State, Step], State] = {
    (State.DRAFT, Step.EDIT): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Step.CANCEL): State.CANCELLED,
    # What was read by the approver is what is sent: a change asks for approval anew.
    (State.SUBMITTED, Step.EDIT): State.DRAFT,
    (State.SUBMITTED, Step.SEND_BACK): State.DRAFT,
    (State.SUBMITTED, Step.APPROVE): State.SCHEDULED,
    (State.SUBMITTED, Step.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Step.EDIT): State.DRAFT,
    (State.SCHEDULED, Step.START): State.SENDING,
    (State.SCHEDULED, Step.PAUSE): State.PAUSED,
    (State.SCHEDULED, Step.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Step.EXPIRE): State.EXPIRED,
    # It was paused half-way and resumed, and then became out of date.
    (State.SCHEDULED, Step.FINISH): State.SENT,
    (State.SENDING, Step.FINISH): State.SENT,
    (State.SENDING, Step.PAUSE): State.PAUSED,
    (State.SENDING, Step.CANCEL): State.CANCELLED,
    (State.SENDING, Step.CORRECT): State.SENDING,
    (State.SENDING, Step.RECALL): State.RECALLED,
    (State.PAUSED, Step.EDIT): State.DRAFT,
    (State.PAUSED, Step.RESUME): State.SCHEDULED,
    (State.PAUSED, Step.CANCEL): State.CANCELLED,
    (State.PAUSED, Step.EXPIRE): State.EXPIRED,
    (State.PAUSED, Step.FINISH): State.SENT,
    (State.PAUSED, Step.CORRECT): State.PAUSED,
    (State.PAUSED, Step.RECALL): State.RECALLED,
    (State.SENT, Step.CORRECT): State.SENT,
    (State.SENT, Step.RECALL): State.RECALLED,
    # What was cancelled half-way has reached some readers.
    (State.CANCELLED, Step.RECALL): State.RECALLED,
}

_NEEDED: Mapping[Step, Role] = {
    Step.EDIT: Role.EDITOR,
    Step.SUBMIT: Role.EDITOR,
    Step.SEND_BACK: Role.APPROVER,
    Step.APPROVE: Role.APPROVER,
    Step.PAUSE: Role.EDITOR,
    Step.RESUME: Role.APPROVER,
    Step.CANCEL: Role.EDITOR,
    Step.CORRECT: Role.APPROVER,
    Step.RECALL: Role.APPROVER,
}
"""START, FINISH and EXPIRE are the sender's own steps: nobody takes them by hand."""


class Refused(StrEnum):
    """Why a step is not allowed; the words for it stand in interface.yaml under `staff.refused`."""

    NOT_NOW = "not_now"
    ROLE = "role"
    OWN_WORK = "own_work"


class NotAllowed(Exception):
    """A step that may not be taken; `why` says which rule stands in the way, nothing has been changed."""

    def __init__(self, why: Refused) -> None:
        super().__init__(str(why))
        self.why = why


def after(state: State, step: Step) -> State:
    """Return the state that a step leads to.

    Raises:
        NotAllowed: if the step cannot be taken from there.

    """
    try:
        return _STEPS[state, step]
    except KeyError:
        raise NotAllowed(Refused.NOT_NOW) from None


def possible(state: State) -> frozenset[Step]:
    """Return the steps that can be taken from a state."""
    return frozenset(step for source, step in _STEPS if source is state)


def may(step: Step, role: Role | None, *, own_work: bool, solo: bool) -> None:
    """Check that somebody may take a step by hand.

    Four eyes: who wrote it cannot approve it, unless the setting `solo` says that there is only one pair.

    Raises:
        NotAllowed: if their role is too low, or it is their own work.

    """
    needed = _NEEDED.get(step)
    if needed is None or not at_least(role, needed):
        raise NotAllowed(Refused.ROLE)
    if step is Step.APPROVE and own_work and not solo:
        raise NotAllowed(Refused.OWN_WORK)


class Part(StrEnum):
    """Which part an announcement plays for an occurrence of an event; ON_ITS_OWN belongs to none.

    A NOTICE goes to single people; a TEST to whoever wants to see what readers will get, at once and also at night.
    """

    ON_ITS_OWN = "own"
    ANNOUNCEMENT = "announcement"
    REMINDER = "reminder"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    NOTICE = "notice"
    TEST = "test"


PRIVATE = (Part.NOTICE, Part.TEST)
"""The parts that no list shows: they go to single people."""


class Missing(StrEnum):
    """What to do for readers whose language an announcement does not have (or only a stale translation)."""

    STOP = "stop"
    FALL_BACK = "fall_back"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Text:
    """One language of an announcement: Markdown as in the content, and the revision of the source it was made from."""

    title: str
    body: str
    made_from: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an announcement concerns: who follows any of the subjects (locations, themes) and is one of `who`, if given.

    If `near` names locations, only who follows one of these as well. Somebody who never said who they are belongs to
    everyone, and to no narrower audience.
    """

    subjects: tuple[str, ...]
    who: Audience | None = None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along: a picture or a PDF. `name` is its file name in the data folder's `attachments`."""

    kind: str
    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement as it lies in the store. Times are aware, in UTC.

    `source` is the language that the others are translated from, `revision` counts the changes of its text: a
    translation whose `made_from` is lower is stale and counts as missing. `useful_until`: after that it is not sent.
    `writer` is who wrote last (None: the command line), `earlier_writers` who wrote any of it before.
    `reply_to` is the announcement that this one corrects or takes back, in the chat below what was received.
    """

    id: int
    kind: str
    target: Target
    state: State = State.DRAFT
    part: Part = Part.ON_ITS_OWN
    texts: Mapping[str, Text] = field(default_factory=dict)
    source: str = "nl"
    revision: int = 1
    missing: Missing = Missing.STOP
    attachments: tuple[Attachment, ...] = ()
    occurrence: int | None = None
    reply_to: int | None = None
    due: datetime | None = None
    useful_until: datetime | None = None
    writer: int | None = None
    earlier_writers: tuple[int, ...] = ()
    approver: int | None = None
    practice: bool = False
    sent_at: datetime | None = None

    @property
    def steps(self) -> frozenset[Step]:
        """What can be done with it now: what somebody may have received is corrected, what nobody has is changed.

        Otherwise words could be sent that no colleague has read: paused, "corrected", and resumed.
        """
        return possible(self.state) - {Step.CORRECT if self.sent_at is None else Step.EDIT}

    def fresh(self, language: str) -> bool:
        """Return whether a language has a text that is no older than the source's."""
        text = self.texts.get(language)
        return text is not None and (language == self.source or text.made_from >= self.revision)

    @property
    def read_as(self) -> str:
        """The fingerprint of what an approver reads before releasing it."""
        texts = sorted((code, text.title, text.body, text.made_from) for code, text in self.texts.items())
        return fingerprint(texts, *astuple(self.target), self.due, self.attachments, self.revision)

    def true_in(self, wanted: str) -> str:
        """Return the language whose words are true now: the wanted one, or the source's if it is missing or stale."""
        return wanted if self.fresh(wanted) else self.source

    def language_for(self, wanted: str) -> str | None:
        """Return the language that a reader of `wanted` gets; None if they get nothing."""
        if self.fresh(wanted):
            return wanted
        return self.source if self.missing is Missing.FALL_BACK else None
