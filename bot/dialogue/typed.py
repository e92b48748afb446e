"""Typed words that do the same as a command: "menu", «меню», "taal"; and what begins with a slash."""

import re
from collections.abc import Iterable, Mapping

from bot.dialogue.values import Command
from bot.knowledge.skeleton import skeleton
from bot.knowledge.words import Words


def typed_commands(words: Mapping[str, Words], key: str, names: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Return the words for some commands, by skeleton, as (command, language); what languages share has none.

    Args:
        words: the words of each language.
        key: under which key the lists stand, `<key>.<name>`.
        names: the names of the commands.

    """
    found: dict[str, tuple[str, str]] = {}
    names = tuple(names)
    for language, own in words.items():
        for name in names:
            for word in own.many(f"{key}.{name}"):
                folded = skeleton(word)
                shared = folded in found and found[folded][1] != language
                found[folded] = (name, "" if shared else language)
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
