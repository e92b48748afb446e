"""Questions that found no answer: an answer that staff added since, or word when there is one."""

from collections.abc import Mapping
from typing import Protocol

from bot.dialogue.actions import action, taken_apart
from bot.dialogue.values import Button, Message, Person, Pressed, Reply
from bot.knowledge.document import Role, line, parse
from bot.knowledge.library import Library
from scheduler.announcements import Text

TELL_ME = "h"
"""The verb of the button that asks to be told."""


class Added(Protocol):
    """An answer that staff wrote beside the content."""

    @property
    def texts(self) -> Mapping[str, Text]:
        """Its text in each language that it has been written in."""


class Answers(Protocol):
    """The answers that were added, and who wants to hear of new ones."""

    def find(self, text: str) -> Added | None:
        """Return the answer to a question, None if there is none."""

    def want_to_know(self, address: str, text: str) -> bool:
        """Note that somebody wants to hear the answer to a kept question; return whether it is still there."""


class Wondering:
    """Knows the answers that were added."""

    def __init__(self, library: Library, answers: Answers, kept_days: int) -> None:
        self._library = library
        self._kept_days = kept_days
        self._answers = answers

    def wants_text(self, _address: str) -> bool:
        """Return whether it waits for words: never."""
        return False

    def wants_file(self, _address: str) -> bool:
        """Return whether a file would be of use: never."""
        return False

    def reply(self, message: Message, address: str, person: Person, language: str) -> Reply | None:  # noqa: ARG002 - every talk is asked so
        """Note that somebody wants to be told; None to everything else."""
        if not isinstance(message, Pressed) or taken_apart(message.action)[0] != TELL_ME:
            return None
        words = self._library.words[language]
        there = bool(message.question) and self._answers.want_to_know(address, message.question)
        said = words("none.tell_noted", days=self._kept_days) if there else words("none.tell_too_late")
        return Reply(line(said), language, self._menu(language))

    def instead(self, text: str, language: str) -> Reply | None:
        """Return an added answer to a question that the content does not answer, None if there is none."""
        found = self._answers.find(text)
        if found is None:
            return None
        code = language if language in found.texts else next(iter(found.texts))
        words, said = self._library.words[language], found.texts[code]
        document = line(said.title, Role.TITLE) + parse(said.body)
        if code != language:
            document = line(words("none.other_language"), Role.NOTE) + document
        return Reply(document, language, self._menu(language))

    def _menu(self, language: str) -> tuple[tuple[Button, ...], ...]:
        return ((Button(self._library.words[language]("menu.open"), action("m")),),)
