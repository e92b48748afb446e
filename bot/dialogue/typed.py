"""Typed words that do the same as a command: "menu", «меню», "taal"."""

from collections.abc import Iterable, Mapping

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
