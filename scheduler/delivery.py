"""What the outbox, the store and a channel say to each other: a message for a reader, and what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.dialogue.values import Button
from bot.knowledge.document import Document
from scheduler.announcements import Attachment


class Job(StrEnum):
    """What is to be done for a reader."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Letter:
    """What an announcement looks like in one language; `withdrawn` takes its place if it can no longer be deleted."""

    document: Document
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    withdrawn: Document = field(default_factory=Document)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours to carry out now, marked `sending` in the store.

    `message` is the Bot API's id of what this reader received already, `others` those of files that went before it;
    there may be some without a message, where the text has not come through. `reply_to` is that of the message which
    this one corrects. `silent`: it waited for the end of somebody's night.
    """

    id: int
    announcement: int
    revision: int
    address: str
    language: str
    job: Job = Job.SEND
    message: int | None = None
    others: tuple[int, ...] = ()
    reply_to: int | None = None
    silent: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is there (or changed). `others` are the ids of files that went before it."""

    message: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Deleted:
    """It has been taken back."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It could not be deleted any more; "withdrawn" stands in its place."""


@dataclass(frozen=True, slots=True)
class NotThere:
    """There is nothing left to change: the reader has deleted it."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody can be reached there: blocked, deactivated, never existed."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now, the server said: after so many seconds. `others` are the ids of what arrived of it before."""

    seconds: float
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """It did not work and may later. `unsure`: it may have arrived all the same; `others` as in Wait."""

    unsure: bool
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will not take this message, however often it is sent; `why` is in its words, `others` as in Wait."""

    why: str
    others: tuple[int, ...] = ()


Outcome = Delivered | Deleted | Withdrawn | NotThere | Gone | Wait | Again | Refused


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who would get an announcement: how many in all, by the language they read, by the subject that brought it."""

    total: int
    languages: Mapping[str, int]
    subjects: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """How far an announcement is: rows per state, the same per language and per subject.

    `corrected` counts the delivered ones that were changed afterwards, `doubt` those that may have arrived twice.
    """

    states: Mapping[str, int]
    languages: Mapping[str, Mapping[str, int]]
    subjects: Mapping[str, Mapping[str, int]]
    corrected: int = 0
    doubt: int = 0

    @property
    def total(self) -> int:
        """How many readers it has in all."""
        return sum(self.states.values())

    @property
    def open(self) -> int:
        """How many still wait or are under way."""
        return self.states.get("waiting", 0) + self.states.get("sending", 0)
