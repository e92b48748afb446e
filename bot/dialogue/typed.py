"""Typed words that do the same as a command or a button: "menu", «меню», "Ja, graag"; and what begins with a slash."""

import re
from collections.abc import Iterable, Mapping
from itertools import product

from bot.dialogue.values import Button, Command
from bot.knowledge.facts import Audience
from bot.knowledge.skeleton import skeleton
from bot.knowledge.words import Words

_WORDS_AROUND_A_NUMBER = 2
"""So many words may stand beside the number that answers "how many?": "we are 3"."""


def typed_commands(words: Mapping[str, Words], key: str, names: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Return the words for some commands, by skeleton, as (command, language); what languages share has none.

    Args:
        words: the words of each language.
        key: under which key the lists stand, `<key>.<name>`.
        names: the names of the commands.

    """
    names = tuple(names)
    return _by_skeleton(
        (word, name, language)
        for language, own in words.items()
        for name in names
        for word in own.many(f"{key}.{name}")
    )


def typed_labels(words: Mapping[str, Words], actions: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """Return the labels of buttons that always mean the same, by skeleton, as (action, language).

    Args:
        words: the words of each language.
        actions: the action of each label, by the key of the label.

    """
    return _by_skeleton(
        (own(key), action, language) for language, own in words.items() for key, action in actions.items()
    )


def _by_skeleton(meanings: Iterable[tuple[str, str, str]]) -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for word, meaning, language in meanings:
        folded = skeleton(word)
        shared = folded in found and found[folded][1] != language
        found[folded] = (meaning, "" if shared else language)
    return found


def courtesies(words: Mapping[str, Words]) -> re.Pattern[str]:
    """Return the pattern of what does not count around a request, in a skeleton: "menu please" asks for the menu."""
    phrases = {skeleton(phrase) for own in words.values() for phrase in own.many("courtesy")}
    either = "|".join(sorted(phrases, key=len, reverse=True))
    return re.compile(rf"^(?:(?:{either}) )+|(?: (?:{either}))+$")


def command(text: str) -> Command | None:
    """Return the command that a text which begins with a slash looks like; in groups "@bot" may follow the name."""
    words = text[1:].split(maxsplit=1)
    if not text.startswith("/") or not words:
        return None
    name, *rest = words
    return Command(name.split("@")[0].casefold(), "".join(rest).strip())


class SaidInPassing:
    """Finds in the middle of a message who somebody says they are: "I am an asylum seeker, is there a sports club?"."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        """Take the words of each language, `in_passing` among them."""
        self._fillers = frozenset(skeleton(word) for own in words.values() for word in own.many("in_passing.fillers"))
        self._phrases = {
            self._folded(phrase): audience
            for own in words.values()
            for audience in Audience
            for phrase in _phrases(own, audience)
        }

    def audience(self, text: str) -> Audience | None:
        """Return who the writer says they are; None if they do not, or name two.

        The phrases are in the first person and count as whole words in a row: a "not" in between breaks them.
        """
        folded = f" {self._folded(text)} "
        found = {audience for phrase, audience in self._phrases.items() if f" {phrase} " in folded}
        return found.pop() if len(found) == 1 else None

    def _folded(self, text: str) -> str:
        return " ".join(word for word in skeleton(text).split() if word not in self._fillers)


def _phrases(words: Words, audience: Audience) -> Iterable[str]:
    yield from words.many(f"in_passing.{audience}.phrases")
    for begin, origin in product(words.many("in_passing.from"), words.many(f"in_passing.{audience}.origins")):
        yield f"{begin} {origin}"


class TypedAnswers:
    """Knows which of the buttons shown last a typed text means: its label, its number, or a yes or no."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        """Take the words of each language, `answers` among them."""
        self._meanings = {
            meaning: frozenset(skeleton(word) for own in words.values() for word in own.many(f"answers.{meaning}"))
            for meaning in ("agree", "decline")
        }

    def action(self, text: str, rows: Iterable[tuple[Button, ...]]) -> str:
        """Return the action of the button that a text means, "" if it means none, or one of several."""
        rows = tuple(rows)
        buttons = [button for row in rows for button in row]
        folded = skeleton(text)
        meant = [button for button in buttons if _same(text, folded, button.label)]
        if not meant:
            meant = [button for button in buttons if button.means and folded in self._meanings[button.means]]
        if not meant:
            meant = _numbered(folded.split(), rows)
        actions = {button.action for button in meant}
        return actions.pop() if len(actions) == 1 else ""


def _same(text: str, folded: str, label: str) -> bool:
    """Whether a text is a label, or the sign that a label begins with."""
    return folded == skeleton(label) if folded else bool(text.strip()) and label.split()[:1] == [text.strip()]


def _numbered(words: list[str], rows: tuple[tuple[Button, ...], ...]) -> list[Button]:
    """Return the button that a number stands for: the label itself, or the place in a list of choices."""
    numbers = [word for word in words if word.isdecimal()]
    if len(numbers) != 1:
        return []
    said = [button for row in rows for button in row if button.label == numbers[0]]
    if said:
        return said if len(words) <= 1 + _WORDS_AROUND_A_NUMBER else []
    # In a list every choice has a row of its own, from the first on; below an answer stand thumbs.
    choices = [row[0] for row in rows if len(row) == 1]
    is_a_list = bool(rows) and len(rows[0]) == 1
    return [one for place, one in enumerate(choices, 1) if is_a_list and words == [str(place)]]
