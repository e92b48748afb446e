"""The assistant: the conversation with a memory. Every channel talks to this and to nothing deeper."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot.dialogue.actions import token_of
from bot.dialogue.conversation import Conversation
from bot.dialogue.lately import Lately
from bot.dialogue.values import (
    Change,
    Command,
    CountHelp,
    Forget,
    KeepQuestion,
    Message,
    Person,
    Pressed,
    RememberQuestion,
    Reply,
    SetAudience,
    SetLanguage,
    Typed,
    Unsupported,
)
from bot.knowledge.document import Document
from bot.knowledge.facts import AMSTERDAM, Audience
from bot.knowledge.masking import masked
from bot.knowledge.understanding import Kind

_log = logging.getLogger(__name__)
_REMEMBERED = 500
"""How many typed questions are held in memory for a 👎, and how many things that count once; the oldest go first, a
restart forgets all."""


class PeopleStore(Protocol):
    """What the assistant needs to know and remember of people."""

    def find(self, address: str) -> Person:
        """Return what is known of a person."""

    def set_language(self, address: str, code: str) -> None:
        """Remember the language somebody chose."""

    def set_audience(self, address: str, audience: Audience | None) -> None:
        """Remember who somebody said they are."""

    def forget(self, address: str) -> None:
        """Forget everything about a person."""

    def keep_language(self, address: str, code: str) -> None:
        """Note the language somebody reads, if something is kept of them and they never chose one."""

    def returned(self, address: str) -> None:
        """Note that somebody who had blocked us is here again."""


class QuestionStore(Protocol):
    """Where unanswered questions go."""

    def keep(self, text: str, language: str, today: date) -> None:
        """Keep a masked question."""


class HelpCounter(Protocol):
    """Where thumbs are counted."""

    def count(self, topic: str, language: str, *, helped: bool) -> None:
        """Count one thumb."""


class Talk(Protocol):
    """A talk about one matter, which knows by the address with whom it is."""

    def reply(self, message: Message, address: str, person: Person, language: str) -> Reply | None:
        """Return what to say to a message, None if it is not about this matter."""

    def wants_text(self, address: str) -> bool:
        """Return whether it waits for words from this address."""

    def wants_file(self, address: str) -> bool:
        """Return whether a file from this address would be of use now."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A masked question in memory. `owner` is a hash of the address: enough to know it again, no more."""

    owner: int
    text: str


class Assistant:
    """Answers messages from addresses, and carries out what the conversation wants remembered.

    An address is "<channel>:<id>"; the store seals it. `clock` gives aware times, `token` fresh opaque names.
    Each of the `talks` is asked in turn before the conversation, which has an answer to everything. `added` is asked
    where the conversation has none: (question, language) -> an answer that staff wrote. `beside` adds to a reply what
    the desk knows of its topic. `reachable` says whether something can be sent to an address later on.
    """

    def __init__(
        self,
        conversation: Conversation,
        people: PeopleStore,
        questions: QuestionStore,
        helped: HelpCounter,
        *,
        clock: Callable[[], datetime],
        token: Callable[[], str],
        talks: Sequence[Talk] = (),
        added: Callable[[str, str], Reply | None] | None = None,
        beside: Callable[[Reply, str, Person], Reply] | None = None,
        reachable: Callable[[str], bool] = lambda _address: False,
    ) -> None:
        self._talks = tuple(talks)
        self._added = added
        self._beside = beside
        self._reachable = reachable
        self._conversation = conversation
        self._people = people
        self._questions = questions
        self._helped = helped
        self._clock = clock
        self._token = token
        self._remembered: OrderedDict[str, _Held] = OrderedDict()
        self._done: OrderedDict[tuple[object, ...], int] = OrderedDict()
        self._lately = Lately(conversation.words)

    def handle(self, address: str, message: Message, hint: str | None = None) -> Reply:
        """Return the reply to a message, everything it wants remembered being remembered.

        Args:
            address: where the person is, as "<channel>:<id>".
            message: what they typed, pressed or sent.
            hint: a first guess at their language, such as that of their Telegram client or browser.

        """
        person = replace(self._people.find(address), reachable=self._reachable(address))
        message = self._as_meant(message, address)
        if isinstance(message, Command | Pressed):
            self._people.returned(address)
        if isinstance(message, Pressed):
            message = replace(message, question=self._question(address, token_of(message.action)))
        if isinstance(message, Command) and not message.is_link and self.speaks_of_danger(message.words):
            message = Typed(message.words)
        language = self._conversation.language(person, hint)
        reply = self._talked(message, address, person, language)
        if reply is None and isinstance(message, Command) and not self._conversation.knows(message):
            # "/agenda" does what "agenda" does, but is no answer to a form that waits for words.
            idle = [talk for talk in self._talks if not talk.wants_text(address)]
            reply = self._talked(Typed(message.words), address, person, language, idle)
        if reply is None:
            reply = self._conversation.reply(message, person, hint, self._token())
            if isinstance(message, Typed) and self._added is not None and reply.kind in (Kind.NONE, Kind.CHOICES):
                reply = self._added(message.text, reply.language) or reply
            reply = self._beside(reply, address, person) if self._beside else reply
        elif person.language is None:
            # Who has just subscribed or signed up is written to in the language that they did it in.
            self._people.keep_language(address, language)
        self._lately.note(address, reply, self._clock())
        for change in reply.changes:
            self._carry_out_once(change, address)
        if isinstance(message, Pressed) and any(isinstance(change, KeepQuestion) for change in reply.changes):
            # Handed over once: a second press on the same button adds nothing to the editors' list.
            self._remembered.pop(token_of(message.action), None)
        return reply

    def _as_meant(self, message: Message, address: str) -> Message:
        """Return the press of a button that somebody typed instead: its label, its number, yes or no.

        A form that waits for words takes them as they are; a caption or a changed message is no question then.
        """
        if any(talk.wants_text(address) for talk in self._talks):
            if isinstance(message, Unsupported) and not self.speaks_of_danger(message.text):
                return replace(message, text="")
            return message
        if not isinstance(message, Typed):
            return message
        now = self._clock()
        pressed = self._lately.action(address, message.text, now)
        return Pressed(pressed) if pressed else replace(message, after=self._lately.topic(address, now))

    def speaks_of_danger(self, text: str) -> bool:
        """Return whether words speak of suicide or danger: no door may turn these away."""
        return self._conversation.speaks_of_danger(text)

    def numbers(self, language: str) -> Document:
        """Return one line of numbers to call in danger, for a door that cannot answer."""
        return self._conversation.numbers(language)

    def _cry_for_help(self, text: str) -> bool:
        """Whether what came while a form waits for words is none of its answers.

        A text of several lines that staff write may have words of danger in it, and is no cry for help.
        """
        return "\n" not in text.strip() and self.speaks_of_danger(text)

    def _talked(
        self, message: Message, address: str, person: Person, language: str, talks: Sequence[Talk] | None = None
    ) -> Reply | None:
        """Return what the first of (all) talks says that this message is for; None if it is for none of them."""
        for talk in self._talks if talks is None else talks:
            if isinstance(message, Typed) and talk.wants_text(address) and self._cry_for_help(message.text):
                continue
            reply = talk.reply(message, address, person, language)
            if reply is not None:
                return reply
        return None

    def person(self, address: str) -> Person:
        """Return what is known of the person at an address."""
        return self._people.find(address)

    def wants_file(self, address: str) -> bool:
        """Return whether a file from this address would be of use now."""
        return any(talk.wants_file(address) for talk in self._talks)

    def trouble(self, address: str, hint: str | None = None) -> Reply:
        """Return the apology for a failure on our side."""
        try:
            person = self._people.find(address)
        except Exception:  # noqa: BLE001 - the store may be what failed: the apology must come nevertheless
            person = Person()
        return self._conversation.trouble(person, hint)

    def language(self, address: str, hint: str | None = None) -> str:
        """Return the language that the interface speaks with a person."""
        return self._conversation.language(self._people.find(address), hint)

    def _question(self, address: str, token: str) -> str:
        """Return the question that somebody asked and that is still held, or nothing."""
        held = self._remembered.get(token)
        return held.text if held is not None and held.owner == hash(address) else ""

    def _today(self) -> date:
        return self._clock().astimezone(AMSTERDAM).date()

    def _forget(self, owner: int) -> None:
        """Forget what is held in memory of somebody."""
        for token in [token for token, held in self._remembered.items() if held.owner == owner]:
            del self._remembered[token]
        for what in [what for what, by in self._done.items() if by == owner]:
            del self._done[what]

    def _carry_out_once(self, change: Change, address: str) -> None:
        """Carry a change out, unless it counts once and was carried out before."""
        what = _once(change, hash(address), self._today())
        if what in self._done:
            return
        self._carry_out(change, address)
        if what is not None:
            self._done[what] = hash(address)
            while len(self._done) > _REMEMBERED:
                self._done.popitem(last=False)

    def _carry_out(self, change: Change, address: str) -> None:
        match change:
            case SetLanguage(code):
                self._people.set_language(address, code)
            case SetAudience(audience):
                self._people.set_audience(address, audience)
            case Forget():
                self._people.forget(address)
                self._forget(hash(address))
                self._lately.forget(address)
            case KeepQuestion(text, language):
                self._questions.keep(masked(text), language, self._today())
            case RememberQuestion(token, text):
                self._remembered[token] = _Held(hash(address), masked(text))
                while len(self._remembered) > _REMEMBERED:
                    self._remembered.popitem(last=False)
            case CountHelp(topic, language, helped):
                self._helped.count(topic, language, helped=helped)
            case _:
                _log.error("unknown change %s", type(change).__name__)


def _once(change: Change, owner: int, today: date) -> tuple[object, ...] | None:
    """Return by what a change that counts once is known again; None for any other.

    A button can be pressed again, and a page that came by a form sends that form again when it is loaded again.
    """
    match change:
        case CountHelp(topic, token=token):
            return topic, token or owner
        case KeepQuestion(text):
            return hash(text), owner, today
    return None
