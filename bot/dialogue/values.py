"""What goes in and out of the conversation: values, without any channel in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby

from bot.knowledge.document import Document, line
from bot.knowledge.facts import Audience
from bot.knowledge.finder import Ranked
from bot.knowledge.understanding import Kind


@dataclass(frozen=True, slots=True)
class Person:
    """All that is known of somebody: the language they chose and who they said they are.

    `reachable` says whether they can be sent something later on; that is so in a private chat of Telegram.
    """

    language: str | None = None
    audience: Audience | None = None
    reachable: bool = False


_PAYLOAD = re.compile(r"[\w-]*", re.ASCII)

QUIET = (21 * 60, 8 * 60)
"""The quiet hours of who has not chosen others: from 21:00 to 08:00 local time, in minutes after midnight."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody wants to be reached: quiet hours in minutes after midnight (equal: none), a day to pause to."""

    quiet_from: int = QUIET[0]
    quiet_until: int = QUIET[1]
    paused_until: date | None = None


class Medium(StrEnum):
    """A kind of message that is not text; the interface has a kind sentence for each (`media.<name>`)."""

    VOICE = "voice"
    PHOTO = "photo"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    EDITED = "edited"
    GROUP = "group"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody typed this.

    `update` is the channel's number of it, by which it is known again if it is delivered a second time. `after` is the
    topic that they read just before, where it is still remembered.
    """

    text: str
    update: int | None = field(default=None, compare=False)
    after: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button that carries this action (bot.dialogue.actions).

    `question` is the typed question that the pressed answer belonged to, where it is still remembered.
    """

    action: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command such as /start, with what stands behind it (a deep link's payload).

    Whatever begins with a slash looks like one, so it may be a sentence: "/help he is hitting me".
    """

    name: str
    argument: str = ""

    @property
    def words(self) -> str:
        """What it says without the slash."""
        return f"{self.name} {self.argument}".strip()

    @property
    def is_link(self) -> bool:
        """Whether it opens a link to the bot, which hands over a code and no words."""
        return self.name == "start" and _PAYLOAD.fullmatch(self.argument) is not None


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Somebody sent something that gets no answer of its own, with words on it perhaps (`text`: a caption)."""

    medium: Medium
    text: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """Somebody sent a file, and it was asked for: its name and content; `update` as in Typed."""

    name: str
    content: bytes
    update: int | None = field(default=None, compare=False)


Message = Typed | Pressed | Command | Unsupported | Attached


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, and the action that comes back when it is pressed (at most 64 bytes).

    `caption` is what stands above it and its neighbours of the same caption: "Did this help?".
    `means` is "agree" or "decline" where it answers a question with yes or no, so that a typed "no" is understood too.
    """

    label: str
    action: str
    caption: str = ""
    means: str = ""


class Change:
    """Something to remember or to forget after a reply; the assistant carries it out."""


@dataclass(frozen=True, slots=True)
class SetLanguage(Change):
    """The person chose a language."""

    code: str


@dataclass(frozen=True, slots=True)
class SetAudience(Change):
    """The person said who they are; None: would rather not say."""

    audience: Audience | None


@dataclass(frozen=True, slots=True)
class Forget(Change):
    """Forget everything about the person, at once."""


@dataclass(frozen=True, slots=True)
class KeepQuestion(Change):
    """Keep this question's text for the editors: masked, and never beside an address."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class RememberQuestion(Change):
    """Hold this question in memory for a while, in case the person presses 👎."""

    token: str
    text: str


@dataclass(frozen=True, slots=True)
class CountHelp(Change):
    """Count that an answer helped or did not, once; nothing about the person.

    `token` names the answer; without one the person counts once for the topic.
    """

    topic: str
    language: str
    helped: bool
    token: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file to go along with a reply; `path` is where the web serves the same."""

    name: str
    content: bytes
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say: a document, rows of buttons, what to remember, and perhaps a file.

    `kind` and `topics` are set for replies to a typed question. `shows` is the one topic that the document is about.
    `live` is the action that gives a fresh one, where the reply shows something under way; a channel that can change
    its messages keeps it up to date.
    """

    document: Document
    language: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    changes: tuple[Change, ...] = ()
    kind: Kind | None = None
    topics: tuple[Ranked, ...] = ()
    file: File | None = None
    shows: str = ""
    live: str = ""

    def groups(self) -> Iterator[tuple[str, tuple[tuple[Button, ...], ...]]]:
        """Yield the rows of buttons that belong together, each time with the caption above them ("" if none)."""
        for caption, rows in groupby(self.buttons, key=lambda row: row[0].caption):
            yield caption, tuple(rows)

    def message(self) -> Document:
        """Return what is said where all buttons stand below it: at its end the caption of the first of them."""
        caption = self.buttons[0][0].caption if self.buttons else ""
        return self.document + line(caption) if caption else self.document

    @property
    def chosen(self) -> str:
        """The language that was chosen just now, "" if none was."""
        return next((change.code for change in self.changes if isinstance(change, SetLanguage)), "")

    @property
    def forgets(self) -> bool:
        """Whether everything about the person is forgotten with it."""
        return any(isinstance(change, Forget) for change in self.changes)
