"""The talk about what one follows: subscriptions, letters to neighbours, events and who comes to them.

What it shows and changes lies behind a `Board`; what it says is in content/<language>/following.yaml.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from bot.dialogue.actions import ANOTHER_NUMBER, action, taken_apart, whole
from bot.dialogue.reaching import Reachable, Reaching, reach_row
from bot.dialogue.typed import typed_commands, typed_labels
from bot.dialogue.values import Button, Command, File, Message, Person, Pressed, Reply, Typed
from bot.knowledge.document import Document, Role, join, line, parse
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library
from bot.knowledge.skeleton import skeleton
from bot.knowledge.words import Words
from scheduler.events import MOST, Answer, SignedUp

Row = tuple[Button, ...]

COMMANDS = ("subscriptions", "letters", "events")
CANCEL = "cancel"
"""What is typed only, by who cannot come to something they signed up for."""
FIXED_LABELS = {
    "subscriptions.open": "b",
    "subscriptions.stop_all": "b",
    "letters.open": "k",
    "events.open": "v",
    "sign_up.come": "v",
    "sign_up.leave": "r",
    "sign_up.change": "r",
    "broadcast.sign_up": "r",
}
"""Labels that are understood whenever they are typed. What a button would do at once is then asked first."""
DEEP_LINK = "s-"
"""`/start s-<location-or-theme>` asks whether to follow exactly that; it stands in QR codes on paper letters."""
SHOWN_EVENTS = 8
SHOWN_BESIDE = 3
"""Events that are named in the answer of the topic that they belong to."""
_VERBS = frozenset("bukvriqp")
_TYPED_CODE = f"{skeleton(DEEP_LINK)} "


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be followed."""

    id: str
    name: str
    location: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the list of earlier ones; `sent` is a local day."""

    id: int
    title: str
    sent: date


@dataclass(frozen=True, slots=True)
class Coming:
    """An occurrence in the calendar; `when` and `title` are in the reader's language, `theme` is what it is about."""

    id: int
    theme: str
    title: str
    when: str
    cancelled: bool
    sign_up: bool


class Board(Reachable, Protocol):
    """What can be followed and read, and what somebody does with it."""

    def can_reach(self, address: str) -> bool:
        """Return whether messages can be sent to an address later on."""

    def subjects(self, language: str) -> tuple[Subject, ...]:
        """Return what can be followed now."""

    def follows(self, address: str) -> frozenset[str]:
        """Return what somebody follows."""

    def follow(self, address: str, subject: str, words: str) -> None:
        """Begin a subscription; `words` is the version of the words of consent."""

    def unfollow(self, address: str, subject: str | None = None) -> int:
        """End one subscription or all at once; return how many there were."""

    def places(self) -> tuple[Subject, ...]:
        """Return the locations whose letters can be read: also one that was dropped, as long as there are any."""

    def letters(self, location: str, language: str) -> tuple[Letter, ...]:
        """Return the letters of the last twelve months about a location, the newest first."""

    def letter(self, number: int, language: str) -> tuple[Document, str] | None:
        """Return a letter and the language that it is in, None if there is none."""

    def coming(self, language: str, audience: Audience | None, address: str = "") -> tuple[Coming, ...]:
        """Return what is in the calendar for somebody; "" as an address is everybody."""

    def open_to(self, occurrence: int, audience: Audience | None, address: str = "") -> bool:
        """Return whether an occurrence is for somebody: all that `coming` lists is."""

    def event(self, occurrence: int, language: str, address: str = "") -> Document | None:
        """Return what there is to say about an occurrence to whoever is at an address, None if there is none."""

    def sign_up_open(self, occurrence: int, address: str = "") -> bool:
        """Return whether whoever is at an address can sign up for an occurrence."""

    def signed_up(self, address: str, language: str) -> tuple[Coming, ...]:
        """Return what is to come that somebody signed up for."""

    def mine(self, address: str, occurrence: int) -> SignedUp:
        """Return whether somebody comes."""

    def come(self, address: str, occurrence: int, people: int) -> SignedUp:
        """Sign somebody up."""

    def leave(self, address: str, occurrence: int) -> SignedUp:
        """Note that somebody does not come."""

    def calendar_file(self, occurrence: int, language: str, address: str = "") -> File | None:
        """Return an occurrence as an iCalendar file for whoever is at an address, None if there is none."""


class Following:
    """Answers what concerns subscriptions, letters and events; None to everything else."""

    def __init__(self, library: Library, board: Board) -> None:
        self._library = library
        self._board = board
        self._typed = typed_commands(library.words, "following_commands", (*COMMANDS, CANCEL))
        self._typed_labels = typed_labels(library.words, FIXED_LABELS)
        self._commands: Mapping[str, Callable[[str, Person, str], Reply]] = {
            "subscriptions": lambda address, _person, language: self._subscriptions(address, language),
            "letters": lambda _address, _person, language: self._locations(language),
            "events": self._calendar,
            CANCEL: self._cancel,
        }

    def wants_text(self, _address: str) -> bool:
        """Return whether it waits for words: never."""
        return False

    def wants_file(self, _address: str) -> bool:
        """Return whether a file would be of use: never."""
        return False

    def reply(self, message: Message, address: str, person: Person, language: str) -> Reply | None:
        """Return what to say to a message; None if it is not about this.

        Args:
            message: what the person typed or pressed.
            address: where they are.
            person: what is known of them.
            language: that the interface speaks with them.

        """
        match message:
            case Command("start", argument) if argument.startswith(DEEP_LINK):
                return self._ask(argument.removeprefix(DEEP_LINK), address, language)
            case Command(name) if name in COMMANDS:
                return self._commands[name](address, person, language)
            case Typed(text):
                return self._typed_reply(text, address, person, language)
            case Pressed(carried) if carried[:1] in _VERBS:
                return self._pressed(carried, address, person, language)
        return None

    def beside(self, reply: Reply, address: str, person: Person) -> Reply:
        """Return a reply with what the calendar has of its topic, where one can follow that as a theme."""
        if reply.shows not in self._library.announcements.themes:
            return reply
        coming = self._board.coming(reply.language, person.audience, address)
        near = [one for one in coming if one.theme == reply.shows and not one.cancelled][:SHOWN_BESIDE]
        rows = [(_event_button(one),) for one in near]
        buttons = (*reply.buttons[:-1], *rows, (self._calendar_button(reply.language),), *reply.buttons[-1:])
        return replace(reply, document=reply.document.with_lead(self._planned(near, reply.language)), buttons=buttons)

    def _planned(self, coming: list[Coming], language: str) -> Document:
        words = self._words(language)
        listed = (line(words("events.one", when=one.when, title=one.title)) for one in coming)
        return join((line(words("events.planned"), Role.LABEL), *listed)) if coming else Document()

    # --- what came in --------------------------------------------------------------------------

    def _typed_reply(self, text: str, address: str, person: Person, language: str) -> Reply | None:
        folded = skeleton(text)
        if folded in self._typed:
            name, written_in = self._typed[folded]
            return self._commands[name](address, person, person.language or written_in or language)
        if folded in self._typed_labels:
            carried, written_in = self._typed_labels[folded]
            return self._pressed(carried, address, person, person.language or written_in or language)
        # A code typed from a paper letter, where the link got lost on its way: "s-herenweg-55". Telephones make a long
        # dash of the short one, and a Cyrillic «с» looks the same: the skeleton knows neither.
        code = skeleton(text.strip().removeprefix("/start "))
        if not code.startswith(_TYPED_CODE):
            return None
        subject = next((one for one in self._names(language) if skeleton(DEEP_LINK + one) == code), None)
        return None if subject is None else self._ask(subject, address, language)

    def _pressed(self, carried: str, address: str, person: Person, language: str) -> Reply:
        verb, details = taken_apart(carried)
        first, second, _ = details[:3]
        match verb:
            case "u":
                return self._stopped(first, address, language)
            case "q" | "p":
                return self._reach(verb, first, second, address, language)
            case "k":
                return self._letters_pressed(first, second, language)
            case "v":
                if not first:
                    return self._calendar(address, person, language)
                return self._event(whole(first), address, person, language)
            case "r" if not first:
                return self._cancel(address, person, language)
            case "r":
                return self._sign_up(whole(first), second, address, language)
            case "i":
                return self._calendar_file(whole(first), address, person, language)
        return self._subscription_pressed(first, second, address, language)

    def _subscription_pressed(self, first: str, second: str, address: str, language: str) -> Reply:
        match first, second:
            case "", _:
                return self._subscriptions(address, language)
            case "yes", subject:
                return self._begin(subject, address, language)
            case "off", "":
                self._board.unfollow(address)
                return self._noted("subscriptions.ended_all", address, language)
            case "off", subject:
                return self._end(subject, address, language)
        return self._ask(first, address, language)

    def _letters_pressed(self, location: str, number: str, language: str) -> Reply:
        if number:
            return self._letter(whole(number), language)
        return self._letters(location, language) if location else self._locations(language)

    # --- subscriptions -------------------------------------------------------------------------

    def _subscriptions(self, address: str, language: str) -> Reply:
        words = self._words(language)
        if not self._board.can_reach(address):
            elsewhere = (self._letters_button(language), self._calendar_button(language))
            return Reply(line(words("subscriptions.not_here")), language, (elsewhere, self._menu_row(language)))
        follows = self._board.follows(address)
        document = line(words("subscriptions.title"), Role.TITLE)
        if not follows:
            document += line(words("subscriptions.none"))
        document += line(words("subscriptions.hint"), Role.NOTE)
        subjects = self._board.subjects(language)
        rows: list[Row] = [(self._subject_button(one, one.id in follows, words),) for one in subjects]
        if follows:
            rows.append((Button(words("subscriptions.stop_all"), action("b", "off")),))
        rows.append(reach_row(self._board.reach(address), self._board.local_day(), words))
        rows.append((self._letters_button(language), self._calendar_button(language)))
        rows.append(self._menu_row(language))
        return Reply(document, language, tuple(rows))

    def _subject_button(self, subject: Subject, follows: bool, words: Words) -> Button:
        if follows:
            return Button(words("subscriptions.following", name=subject.name), action("b", "off", subject.id))
        return Button(words("subscriptions.follow", name=subject.name), action("b", subject.id))

    def _ask(self, subject: str, address: str, language: str) -> Reply:
        """Ask for a yes: nothing is noted before it."""
        names, words = self._names(language), self._words(language)
        if not self._board.can_reach(address):
            return self._subscriptions(address, language)
        if subject not in names:
            return self._noted("subscriptions.unknown", address, language)
        if subject in self._board.follows(address):
            return self._noted("subscriptions.already", address, language, name=names[subject])
        row = (
            Button(words("subscriptions.agree"), action("b", "yes", subject), means="agree"),
            Button(words("subscriptions.decline"), action("b"), means="decline"),
        )
        return Reply(parse(words("subscriptions.consent", name=names[subject])), language, (row,))

    def _begin(self, subject: str, address: str, language: str) -> Reply:
        names = self._names(language)
        if subject not in names or not self._board.can_reach(address):
            return self._noted("subscriptions.unknown", address, language)
        self._board.follow(address, subject, consent_version(self._words(language), language))
        return self._noted("subscriptions.begun", address, language, name=names[subject])

    def _end(self, subject: str, address: str, language: str) -> Reply:
        name = self._names(language).get(subject, subject)
        ended = self._board.unfollow(address, subject)
        key = "subscriptions.ended" if ended else "subscriptions.not_followed"
        return self._noted(key, address, language, name=name)

    def _stopped(self, subject: str, address: str, language: str) -> Reply:
        """The stop button below a message: short, and no screen full of offers."""
        name = self._names(language).get(subject, subject)
        ended = self._board.unfollow(address, subject)
        words = self._words(language)
        key = "subscriptions.ended" if ended else "subscriptions.not_followed"
        return Reply(line(words(key, name=name)), language, ((self._subscriptions_button(language),),))

    def _noted(self, key: str, address: str, language: str, **values: object) -> Reply:
        after = self._subscriptions(address, language)
        return replace(after, document=line(self._words(language)(key, **values)) + after.document)

    def _reach(self, verb: str, first: str, second: str, address: str, language: str) -> Reply:
        """Quiet hours and the pause; who cannot be written to at all has neither."""
        if not self._board.can_reach(address):
            return self._subscriptions(address, language)

        def noted(key: str, **values: object) -> Reply:
            return self._noted(key, address, language, **values)

        talk = Reaching(self._board, self._words(language), address, noted, self._back(language))
        return talk.reply(verb, first, second)

    # --- letters -------------------------------------------------------------------------------

    def _locations(self, language: str) -> Reply:
        words = self._words(language)
        rows = [(Button(one.name, action("k", one.id)),) for one in self._board.places()]
        document = line(words("letters.title"), Role.TITLE) + line(words("letters.choose"))
        return Reply(document, language, (*rows, self._menu_row(language)))

    def _letters(self, location: str, language: str) -> Reply:
        words, name = self._words(language), {one.id: one.name for one in self._board.places()}.get(location)
        if name is None:
            return self._locations(language)
        letters = self._board.letters(location, language)
        rows: list[Row] = [
            (Button(words("letters.read", day=one.sent, title=one.title)[:60], action("k", location, str(one.id))),)
            for one in letters
        ]
        if location in self._names(language):
            rows.append((Button(words("subscriptions.follow", name=name), action("b", location)),))
        rows.append((self._letters_button(language), *self._menu_row(language)[:1]))
        key = "letters.of" if letters else "letters.none"
        return Reply(line(words(key, name=name)), language, tuple(rows))

    def _letter(self, number: int, language: str) -> Reply:
        found, words = self._board.letter(number, language), self._words(language)
        rows = ((self._letters_button(language), *self._menu_row(language)[:1]),)
        if found is None:
            return Reply(line(words("letters.gone")), language, rows)
        document, written_in = found
        note = Document() if written_in == language else line(words("letters.in_other_language"), Role.NOTE)
        return Reply(note + document, language, rows)

    # --- events --------------------------------------------------------------------------------

    def _calendar(self, address: str, person: Person, language: str) -> Reply:
        words = self._words(language)
        coming = self._board.coming(language, person.audience, address)[:SHOWN_EVENTS]
        document = line(words("events.title"), Role.TITLE)
        if not coming:
            document += line(words("events.none"))
        for one in coming:
            text = words("events.one", when=one.when, title=one.title)
            document += line(f"{text} ({words('events.cancelled')})" if one.cancelled else text)
        rows: list[Row] = [(_event_button(one),) for one in coming]
        follow = (self._subscriptions_button(language),) if self._board.can_reach(address) else ()
        rows.append((*follow, *self._menu_row(language)))
        return Reply(document, language, tuple(rows))

    def _event(self, number: int, address: str, person: Person, language: str) -> Reply:
        document, words = self._board.event(number, language, address), self._words(language)
        if document is None or not self._may_see(number, address, person):
            return Reply(line(words("events.gone")), language, ((self._calendar_button(language),),))
        rows: list[Row] = []
        if self._board.sign_up_open(number, address):
            if self._board.can_reach(address):
                mine = self._board.mine(address, number)
                if mine.answer is not Answer.NOT_COMING:
                    document += line(words(f"sign_up.{mine.answer}", count=mine.people))
                rows.append(self._sign_up_row(number, mine, language))
            else:
                document += line(words("sign_up.not_here"), Role.NOTE)
        rows.append((Button(words("events.calendar"), action("i", str(number))),))
        rows.append((self._calendar_button(language), *self._menu_row(language)[:1]))
        return Reply(document, language, tuple(rows))

    def _sign_up_row(self, number: int, mine: SignedUp, language: str) -> Row:
        words = self._words(language)
        if mine.answer is Answer.NOT_COMING:
            return (Button(words("sign_up.come"), action("r", str(number))),)
        return (
            Button(words("sign_up.change"), action("r", str(number), ANOTHER_NUMBER)),
            Button(words("sign_up.leave"), action("r", str(number), "0")),
        )

    def _sign_up(self, number: int, people: str, address: str, language: str) -> Reply:
        words = self._words(language)
        back = (Button(words("events.open"), action("v", str(number))), *self._menu_row(language)[:1])
        if not self._board.can_reach(address):
            return Reply(line(words("sign_up.not_here")), language, (back,))
        if people in ("", ANOTHER_NUMBER) and self._board.sign_up_open(number, address):
            mine = self._board.mine(address, number)
            if not people and mine.answer is not Answer.NOT_COMING:
                said = line(words(f"sign_up.{mine.answer}", count=mine.people))
                return Reply(said, language, (self._sign_up_row(number, mine, language), back))
            choices = tuple(Button(str(count), action("r", str(number), str(count))) for count in range(1, MOST + 1))
            rows: Iterable[Row] = (choices[: MOST // 2], choices[MOST // 2 :], back)
            return Reply(line(words("sign_up.how_many")), language, tuple(rows))
        if people == "0":
            answer = self._board.leave(address, number)
        else:
            answer = self._board.come(address, number, whole(people or "1"))
        rows = [back]
        if answer.answer in (Answer.COMING, Answer.WAITING):
            rows.insert(0, self._sign_up_row(number, answer, language))
        key = "events.gone" if answer.answer is Answer.GONE else f"sign_up.{answer.answer}"
        return Reply(line(words(key, count=answer.people)), language, tuple(rows))

    def _cancel(self, address: str, person: Person, language: str) -> Reply:
        """Ask to what somebody cannot come; who signed up for nothing sees the calendar."""
        words, coming = self._words(language), self._board.signed_up(address, language)
        if not coming:
            after = self._calendar(address, person, language)
            return replace(after, document=line(words("sign_up.nothing")) + after.document)
        rows: list[Row] = [(Button(_label(one), action("r", str(one.id), "0")),) for one in coming]
        rows.append((self._calendar_button(language), *self._menu_row(language)[:1]))
        return Reply(line(words("sign_up.which")), language, tuple(rows))

    def _may_see(self, number: int, address: str, person: Person) -> bool:
        """Whether an event is for somebody, or was told to them: its buttons are in their own chat then."""
        return self._board.can_reach(address) or self._board.open_to(number, person.audience, address)

    def _calendar_file(self, number: int, address: str, person: Person, language: str) -> Reply:
        words, may = self._words(language), self._may_see(number, address, person)
        file = self._board.calendar_file(number, language, address) if may else None
        key = "events.calendar_file" if file else "events.gone"
        return Reply(line(words(key)), language, ((self._calendar_button(language),),), file=file)

    # --- buttons -------------------------------------------------------------------------------

    def _subscriptions_button(self, language: str) -> Button:
        return Button(self._words(language)("subscriptions.open"), action("b"))

    def _letters_button(self, language: str) -> Button:
        return Button(self._words(language)("letters.open"), action("k"))

    def _calendar_button(self, language: str) -> Button:
        return Button(self._words(language)("events.open"), action("v"))

    def _back(self, language: str) -> Row:
        return (Button(self._words(language)("menu.back"), action("b")),)

    def _menu_row(self, language: str) -> Row:
        return (Button(self._words(language)("menu.open"), action("m")),)

    # --- small help ----------------------------------------------------------------------------

    def _words(self, language: str) -> Words:
        return self._library.words[language]

    def _names(self, language: str) -> Mapping[str, str]:
        return {one.id: one.name for one in self._board.subjects(language)}


class NotHere:
    """Says where to find what one follows, letters and events: for a chat that has no board, in the terminal."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._typed = typed_commands(library.words, "following_commands", (*COMMANDS, CANCEL))
        self._typed_labels = typed_labels(library.words, FIXED_LABELS)

    def wants_text(self, _address: str) -> bool:
        """Return whether it waits for words: never."""
        return False

    def wants_file(self, _address: str) -> bool:
        """Return whether a file would be of use: never."""
        return False

    def reply(self, message: Message, _address: str, _person: Person, language: str) -> Reply | None:
        """Return where to find it; None if the message is about something else."""
        match message:
            case Command(name) if name in COMMANDS:
                pass
            case Typed(text) if skeleton(text) in self._typed or skeleton(text) in self._typed_labels:
                pass
            case _:
                return None
        words = self._library.words[language]
        return Reply(line(words("terminal.not_here")), language, ((Button(words("menu.open"), action("m")),),))


def _event_button(one: Coming) -> Button:
    return Button(_label(one), action("v", str(one.id)))


def _label(one: Coming) -> str:
    return f"{one.when}: {one.title}"[:60]


def consent_version(words: Words, language: str) -> str:
    """Return which words somebody said yes to: the language and a fingerprint of the text as it was."""
    text = words("subscriptions.consent", name="")
    return f"{language}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
