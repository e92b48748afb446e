"""The conversation with residents and neighbours: (message, person) -> reply. Pure: no channel, no clock, no store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.dialogue.actions import action, taken_apart
from bot.dialogue.follow_ups import FollowUps
from bot.dialogue.typed import SaidInPassing, courtesies, typed_commands, typed_labels
from bot.dialogue.values import (
    Attached,
    Button,
    Change,
    Command,
    CountHelp,
    Forget,
    KeepQuestion,
    Medium,
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
from bot.knowledge.document import Document, Role, join, line, parse
from bot.knowledge.facts import NUMBERS_IN_DANGER, Audience, show
from bot.knowledge.library import Language, Library
from bot.knowledge.rendering import Renderer
from bot.knowledge.skeleton import skeleton
from bot.knowledge.understanding import SAFETY_TOPICS, Kind, Understanding, Verdict
from bot.knowledge.words import Words

Row = tuple[Button, ...]

COMMANDS = ("start", "menu", "language", "help", "privacy", "stop", "who")
"""The commands that every channel offers; typed words for them stand in interface.yaml under `commands`."""

CONTACT_TOPIC = "medewerker"
HELPED = ("menu", "events", "letters", "subscriptions", "language", "who", "privacy", "stop")
"""What can be typed, in the order in which the help explains it."""
HELPED_WITHOUT_DESK = tuple(name for name in HELPED if name in COMMANDS)
"""The same for a chat without letters, events and subscriptions."""
_PRIVACY = ("keeps", "follows", "questions", "shown", "told", "counts", "telegram", "forget")
"""What /privacy tells who can be written to later on, in this order."""
_PRIVACY_ON_THE_WEB = ("keeps", "web", "questions", "shown", "counts", "forget")
"""What it tells everybody else; where nothing is kept it says so instead."""
_WITH_WORDS = frozenset({Medium.PHOTO, Medium.DOCUMENT, Medium.VOICE, Medium.EDITED})
"""What may come with words that are a question: a caption, or a message that was changed."""
_ANSWERED = frozenset({Kind.ANSWER, Kind.CHOICES, Kind.ELSEWHERE})
_SAD = frozenset("😢😭😞😔😟🥺😿💔😩😫😣😖😰😥😓")
"""Signs of who is not well."""
FIXED_LABELS = {
    "menu.open": "m",
    "menu.back": "m",
    "answer.person": f"t:{CONTACT_TOPIC}",
    "audience.skip": "w:-",
    "choices.none_of_these": "x",
    "stop.again": "s",
    **{f"audience.{audience}.button": f"w:{audience}" for audience in Audience},
}
"""Labels that mean the same whenever they are typed."""
DEEP_LINK = "t-"
"""`/start t-<topic>` opens a topic."""


class Conversation:
    """Answers messages.

    `kept_days` is how long unanswered questions are kept (0: nothing is kept at all), `sent_days` how long it is known
    who got which message, `helped` what the help explains.
    """

    def __init__(
        self,
        library: Library,
        renderer: Renderer,
        understanding: Understanding,
        *,
        kept_days: int = 30,
        sent_days: int = 90,
        helped: Sequence[str] = HELPED,
    ) -> None:
        self._library = library
        self._renderer = renderer
        self._understanding = understanding
        self._kept_days = kept_days
        self._sent_days = sent_days
        self._help_with = tuple(helped)
        self._typed_commands = typed_commands(library.words, "commands", COMMANDS)
        self._typed_languages = {
            skeleton(phrase): code for code, words in library.words.items() for phrase in words.many("speaking")
        }
        self._typed_audiences = typed_commands(library.words, "who_i_am", Audience)
        self._courtesies = courtesies(library.words)
        sections = {f"menu.sections.{name}": action("g", name) for name in library.menu}
        self._typed_labels = typed_labels(library.words, {**FIXED_LABELS, **sections})
        self._in_passing = SaidInPassing(library.words)
        self._follow_ups = FollowUps(library.words)
        self._commands: Mapping[str, Callable[[Person, str], Reply]] = {
            "start": self._start,
            "menu": lambda _person, language: self._menu(language),
            "language": lambda _person, language: self._choose_language(language),
            "help": lambda _person, language: self._help(language),
            "privacy": self._privacy,
            "stop": lambda _person, language: self._stop(language),
            "who": lambda _person, language: self._ask_who(language),
        }

    @property
    def words(self) -> Mapping[str, Words]:
        """The words of each language that is spoken."""
        return self._library.words

    # --- the door ------------------------------------------------------------------------------

    def reply(self, message: Message, person: Person, hint: str | None = None, token: str = "") -> Reply:
        """Return what to say to a message.

        Args:
            message: what the person typed, pressed or sent.
            person: what is known of them.
            hint: a first guess at their language (the device's), used only until they choose.
            token: a fresh opaque name under which the assistant can hold the question for 👎.

        """
        match message:
            case Typed(text):
                return self._typed(text, person, hint, token, message.after)
            case Pressed(carried, question):
                return self._pressed(carried, question, person, self.language(person, hint))
            case Command():
                return self._command(message, person, hint, token)
            case Attached():
                return self.reply(Unsupported(Medium.DOCUMENT), person, hint)
            case Unsupported(_, text) if text and self._understanding.alarmed(text):
                return self._typed(text, person, hint, token)
            case Unsupported(medium, text):
                return self._unsupported(medium, text, person, hint, token)

    def language(self, person: Person, hint: str | None = None) -> str:
        """Return the language that the interface speaks with a person."""
        code = person.language or hint
        if code is None or code not in self._library.languages:
            return self._library.source_language
        return self._library.answer_language(code)

    def knows(self, command: Command) -> bool:
        """Return whether this is a command of the conversation, and no sentence that begins with a slash."""
        return command.name in self._commands and (command.name == "start" or not command.argument)

    def speaks_of_danger(self, text: str) -> bool:
        """Return whether a message speaks of suicide or danger: that is answered before anything else."""
        return self._understanding.alarmed(text)

    def trouble(self, person: Person, hint: str | None = None) -> Reply:
        """Return the apology for a failure on our side; the emergency number is in it."""
        language = self.language(person, hint)
        return Reply(self._with_numbers("trouble.failed", language), language, (self._menu_row(language),))

    def numbers(self, language: str) -> Document:
        """Return one line of numbers to call: beside whatever may be about danger, and where nothing is answered."""
        return self._with_numbers("trouble.numbers", language)

    def _with_numbers(self, key: str, language: str) -> Document:
        locale = self._library.languages[language].locale
        numbers = {name: show(self._library.facts[name], locale) for name in NUMBERS_IN_DANGER}
        return parse(self._words(language)(key, **numbers))

    # --- what came in --------------------------------------------------------------------------

    def _typed(self, text: str, person: Person, hint: str | None, token: str, after: str = "") -> Reply:
        language = self.language(person, hint)
        if self._understanding.says_nothing(text):
            return self._say(language, "media.empty", buttons=(self._menu_row(language),))
        asked = self._asked(text, person, language)
        if asked is not None:
            return asked
        verdict = self._follow_ups.understood(text, self._understanding.understand(text, person.language, hint), after)
        said = self._in_passing.audience(text)
        if said is None or said == person.audience or verdict.kind in SAFETY_TOPICS:
            reply = self._answer_to(text, verdict, person, token)
        else:
            reply = self._as_said(said, self._answer_to(text, verdict, replace(person, audience=said), token))
        document = self.numbers(verdict.language) + reply.document if verdict.wary else reply.document
        return replace(reply, document=document, kind=verdict.kind, topics=verdict.topics)

    def _asked(self, text: str, person: Person, language: str) -> Reply | None:
        """Return the reply to a text that asks for a command or a language, or says who somebody is or a label."""
        folded = skeleton(text)
        for said in (folded, self._courtesies.sub("", folded)):
            if said in self._typed_commands:
                name, written_in = self._typed_commands[said]
                return self._commands[name](person, person.language or written_in or language)
            if said in self._typed_languages:
                return self._language_chosen(self._typed_languages[said], person)
            if said in self._typed_audiences:
                audience, written_in = self._typed_audiences[said]
                return self._who(audience, "", person, person.language or written_in or language)
            if said in self._typed_labels:
                carried, written_in = self._typed_labels[said]
                return self._pressed(carried, "", person, person.language or written_in or language)
        return None

    def _as_said(self, said: Audience, reply: Reply) -> Reply:
        """Say for whom a reply is, to somebody who said in passing who they are; one tap notes it for good.

        It is not noted unasked: the words may be about somebody else, and whose parts are shown depends on it.
        """
        words = self._words(reply.language)
        key = "audience.shown_as_said" if reply.shows else "audience.show_as_said"
        note = line(words(key, who=words(f"audience.{said}.label")), Role.NOTE)
        button = Button(words(f"audience.{said}.button"), action("w", said, reply.shows, reply.language))
        return replace(reply, document=note + reply.document, buttons=((button,), *reply.buttons))

    def _unsupported(self, medium: Medium, text: str, person: Person, hint: str | None, token: str) -> Reply:
        """Answer the words that came along, where there is an answer to them; otherwise say what works."""
        language = self.language(person, hint)
        if medium in _WITH_WORDS and text.strip():
            written = self._typed(text, person, hint, token)
            if written.kind in _ANSWERED:
                key = "media.words_changed" if medium is Medium.EDITED else "media.words_only"
                note = line(self._words(written.language)(key), Role.NOTE)
                return replace(written, document=note + written.document)
        if medium is Medium.STICKER and not _SAD.isdisjoint(text):
            document = line(self._words(language)("media.sad")) + self.numbers(language)
            return Reply(document, language, (self._menu_row(language),))
        return self._say(language, f"media.{medium}", buttons=(self._menu_row(language),))

    def _answer_to(self, text: str, verdict: Verdict, person: Person, token: str) -> Reply:
        language = verdict.language
        match verdict.kind:
            case Kind.CRISIS | Kind.EMERGENCY:
                return self._safety(verdict.label, person, language)
            case Kind.ANSWER:
                reply = self._topic(verdict.label, person, language, token, also=verdict.offers)
                return replace(reply, changes=(RememberQuestion(token, text),)) if token else reply
            case Kind.ELSEWHERE:
                return self._elsewhere(verdict.label, language, verdict.offers)
            case Kind.CHOICES:
                none = Button(self._words(language)("choices.none_of_these"), action("x", token), means="decline")
                offers = self._offers(verdict.offers, language)
                if len(offers) == 1:  # "Is it about this?" is answered with yes
                    offers = tuple((replace(offer, means="agree"),) for (offer,) in offers)
                rows = (*offers, (none,))
                reply = self._say(language, "choices.question", buttons=rows)
                return replace(reply, changes=(RememberQuestion(token, text),)) if token else reply
        if verdict.smalltalk:
            document = self._renderer.text(self._library.smalltalk[verdict.label][language])
            return Reply(document, language, (self._menu_row(language),))
        return self._nothing(text, language, person, token)

    def _pressed(self, carried: str, question: str, person: Person, language: str) -> Reply:
        verb, details = taken_apart(carried)
        first, second, third = details[:3]
        match verb:
            case "t" | "e" if self._exists(first):
                return self._open(first, person, self._one_of_ours(second) or language)
            case "g" if first in self._library.menu:
                return self._section(first, language)
            case "m":
                return self._menu(language)
            case "l" if self._one_of_ours(first):
                return self._language_chosen(first, person, second)
            case "l":
                return self._choose_language(language)
            case "w":
                return self._who(first, second, person, self._one_of_ours(third) or language)
            case "y" | "n" if self._exists(first):
                count = CountHelp(first, self._one_of_ours(second) or language, verb == "y", third)
                return self._helped(count, question)
            case "x":
                return self._nothing(question, language, person, first)
            case "s":
                return self._start(person, language)
        return self._say(language, "answer.gone", self._sections(language))

    def _command(self, command: Command, person: Person, hint: str | None, token: str) -> Reply:
        language, linked = self.language(person, hint), command.argument.removeprefix(DEEP_LINK)
        if command.is_link and command.argument.startswith(DEEP_LINK):
            return self._linked(linked, person, language)
        if self.knows(command):
            return self._commands[command.name](person, language)
        asked = self._asked(command.words, person, language)
        if asked is not None:
            return asked
        if command.argument or self._understanding.understand(command.words, person.language, hint).label:
            return self._typed(command.words, person, hint, token)
        return self._help(language)

    def _linked(self, label: str, person: Person, language: str) -> Reply:
        """Open what a link leads to; who comes here for the first time is greeted, and can choose a language."""
        if not self._exists(label):
            start = self._start(person, language)
            return replace(start, document=line(self._words(language)("start.link_gone")) + start.document)
        reply = self._open(label, person, language)
        if person.language is not None:
            return reply
        greeting = line(self._words(language)("start.greeting"))
        buttons = (*reply.buttons[:-1], self._language_row(language), *reply.buttons[-1:])
        return replace(reply, document=greeting + reply.document, buttons=buttons)

    # --- answers -------------------------------------------------------------------------------

    def _open(self, label: str, person: Person, language: str) -> Reply:
        if label in SAFETY_TOPICS.values():
            return self._safety(label, person, language)
        if label in self._library.topics:
            return self._topic(label, person, language)
        return self._elsewhere(label, language, ())

    def _topic(self, topic_id: str, person: Person, language: str, token: str = "", also: Sequence[str] = ()) -> Reply:
        words, topic = self._words(language), self._library.topics[topic_id]
        document = self._renderer.topic(topic_id, language, person.audience)
        helped = words("answer.helped")
        rows = [
            *self._who_rows(topic_id, person, language),
            (
                Button(words("answer.helpful"), action("y", topic_id, language, token), helped, "agree"),
                Button(words("answer.unhelpful"), action("n", topic_id, language, token), helped, "decline"),
            ),
            *self._offers(dict.fromkeys((*also, *topic.related)), language, words("answer.more")),
            self._menu_row(language, topic_id),
        ]
        return Reply(document, language, tuple(rows), shows=topic_id)

    def _safety(self, topic_id: str, person: Person, language: str) -> Reply:
        """Numbers first and little else: no source, no thumbs, nothing that distracts."""
        entry = self._library.entry(topic_id, language)
        title = line(self._renderer.title(topic_id, language), Role.TITLE)
        rows = (*self._offers(self._library.topics[topic_id].related, language), self._menu_row(language))
        return Reply(title + self._renderer.text(entry, person.audience), language, rows, shows=topic_id)

    def _elsewhere(self, entry_id: str, language: str, offers: Iterable[str]) -> Reply:
        document = self._renderer.text(self._library.entry(entry_id, language))
        rows = self._offers(offers, language, self._words(language)("elsewhere.also"))
        return Reply(document, language, (*rows, self._menu_row(language)), shows=entry_id)

    def _nothing(self, text: str, language: str, person: Person, token: str) -> Reply:
        words = self._words(language)
        if not (text and self._kept_days):
            return Reply(line(words("none.text")), language, self._sections(language))
        document = line(words("none.text")) + line(words("none.kept"), Role.NOTE)
        rows, changes = self._sections(language), [KeepQuestion(text, language)]
        if not (token and person.reachable):
            return Reply(document, language, rows, tuple(changes))
        tell_me = (Button(words("none.tell_me"), action("h", token)),)
        return Reply(document, language, (tell_me, *rows), (*changes, RememberQuestion(token, text)))

    def _helped(self, count: CountHelp, question: str) -> Reply:
        language = count.language
        changes: list[Change] = [count]
        if count.helped:
            return self._say(language, "answer.thanks", (self._menu_row(language),), changes)
        kept = question and self._kept_days
        if kept:
            changes.append(KeepQuestion(question, language))
        key = "answer.sorry" if kept else "answer.sorry_only"
        return self._say(language, key, (self._menu_row(language),), changes)

    # --- the interface -------------------------------------------------------------------------

    def _start(self, person: Person, language: str) -> Reply:
        if person.language is None:
            return self._choose_language(language, greet=True)
        words = self._words(language)
        document = line(words("start.again")) + line(words("start.ready"))
        return Reply(document, language, self._sections(language))

    def _choose_language(self, language: str, *, greet: bool = False) -> Reply:
        """Ask for the language in every language: who cannot read the question cannot answer it.

        The greeting is in the language that we guess only, so that the buttons are in sight on a small phone.
        """
        greeting = line(self._words(language)("start.greeting")) if greet else Document()
        asked = join(
            line(self._words(one.code)("language.choose"), language=one.code) for one in self._spoken(language)
        )
        return Reply(greeting + asked, language, (self._language_row(language),))

    def _spoken(self, first: str) -> list[Language]:
        return sorted(self._library.spoken, key=lambda one: one.code != first)

    def _language_row(self, first: str) -> Row:
        return tuple(Button(one.name, action("l", one.code)) for one in self._spoken(first))

    def _language_chosen(self, code: str, person: Person, label: str = "") -> Reply:
        """Go on in a language: with what was shown last (`label`), or else with the first questions or the menu."""
        words, new = self._words(code), person.language is None and person.audience is None
        noted = words("language.noted")
        if self._exists(label):
            after = self._open(label, person, code)
        elif new:
            noted, after = words("start.greeting"), self._ask_who(code)
        else:
            after = self._menu(code)
        return replace(after, document=line(noted) + after.document, changes=(SetLanguage(code),))

    def _ask_who(self, language: str) -> Reply:
        words = self._words(language)
        rows = [(button,) for button in self._who_buttons(language)]
        rows.append((Button(words("audience.skip"), action("w", "-"), means="decline"),))
        return self._say(language, "start.who", tuple(rows))

    def _who(self, word: str, topic_id: str, person: Person, language: str) -> Reply:
        if word not in (*Audience, "-"):
            return self._ask_who(language)
        audience = None if word == "-" else Audience(word)
        words = self._words(language)
        noted = line(words(f"audience.{audience}.noted") if audience else words("audience.forgotten"))
        if topic_id in self._library.topics:
            after = self._topic(topic_id, replace(person, audience=audience), language)
        else:
            after = Reply(line(words("start.ready")), language, self._sections(language))
        return replace(after, document=noted + after.document, changes=(SetAudience(audience),))

    def _menu(self, language: str) -> Reply:
        words = self._words(language)
        return Reply(
            line(words("menu.title")) + line(words("menu.hint"), Role.NOTE),
            language,
            self._sections(language),
        )

    def _section(self, section: str, language: str) -> Reply:
        words = self._words(language)
        document = line(words("menu.choose_topic", section=words(f"menu.sections.{section}")))
        rows = self._offers(self._library.menu_topics(section), language)
        return Reply(document, language, (*rows, (Button(words("menu.back"), action("m")),)))

    def _help(self, language: str) -> Reply:
        """Explain what can be typed; "help!" may be a cry for it, so the numbers to call come first."""
        words = self._words(language)
        items = "\n".join(f"- {words(f'help.{name}')}" for name in self._help_with)
        document = self.numbers(language) + line(words("help.text")) + parse(items)
        return Reply(document, language, (self._menu_row(language),))

    def _privacy(self, person: Person, language: str) -> Reply:
        words = self._words(language)
        told = _PRIVACY if person.reachable else _PRIVACY_ON_THE_WEB
        texts = "\n\n".join(
            words(f"privacy.{name}", days=self._kept_days, sent_days=self._sent_days)
            for name in (told if self._kept_days else ("nothing",))
        )
        document = line(words("privacy.title"), Role.TITLE) + parse(texts)
        return Reply(document, language, (self._menu_row(language),))

    def _stop(self, language: str) -> Reply:
        words = self._words(language)
        row = (Button(words("stop.again"), action("s")),)
        done = words("stop.done" if self._kept_days else "stop.nothing_kept")
        return Reply(line(done), language, (row,), (Forget(),))

    # --- buttons -------------------------------------------------------------------------------

    def _sections(self, language: str) -> tuple[Row, ...]:
        words = self._words(language)
        rows = [(Button(words(f"menu.sections.{name}"), action("g", name)),) for name in self._library.menu]
        rows.append((Button(words("answer.person"), action("t", CONTACT_TOPIC, language)),))
        return tuple(rows)

    def _offers(self, labels: Iterable[str], language: str, caption: str = "") -> tuple[Row, ...]:
        return tuple(
            (Button(self._renderer.button(label, language), action(self._verb(label), label, language), caption),)
            for label in labels
        )

    def _who_rows(self, topic_id: str, person: Person, language: str) -> tuple[Row, ...]:
        """One tap to say who you are, where the answer differs and we do not know."""
        parts = self._library.entry(topic_id, language).parts
        if person.audience is not None or not any(parts.keys() - {""}):
            return ()
        return (tuple(self._who_buttons(language, topic_id)),)

    def _who_buttons(self, language: str, topic_id: str = "") -> list[Button]:
        words = self._words(language)
        return [
            Button(
                words(f"audience.{audience}.button"),
                action("w", audience, topic_id, language if topic_id else ""),
                words("start.who") if topic_id else "",
            )
            for audience in Audience
        ]

    def _menu_row(self, language: str, shown: str = "") -> Row:
        """The menu and a person to talk to, below everything; but not below the topic `shown` that it leads to."""
        words = self._words(language)
        menu = Button(words("menu.open"), action("m"))
        if shown == CONTACT_TOPIC:
            return (menu,)
        return (menu, Button(words("answer.person"), action("t", CONTACT_TOPIC, language)))

    # --- small help ----------------------------------------------------------------------------

    def _say(self, language: str, key: str, buttons: tuple[Row, ...] = (), changes: Iterable[Change] = ()) -> Reply:
        return Reply(line(self._words(language)(key)), language, buttons, tuple(changes))

    def _words(self, language: str) -> Words:
        return self._library.words[language]

    def _exists(self, label: str) -> bool:
        return label in self._library.topics or label in self._library.elsewhere

    def _verb(self, label: str) -> str:
        return "t" if label in self._library.topics else "e"

    def _one_of_ours(self, code: str) -> str:
        return code if code in self._library.words else ""
