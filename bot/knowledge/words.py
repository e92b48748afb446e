"""The interface's own words: buttons, greetings, labels, in content/<language>/interface.yaml and its neighbours."""

import string
from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal


class MissingWord(KeyError):
    """The interface asked for a word that this language does not have."""


class Words:
    """The words of one language, by dotted key: `words("menu.title")`, `words("found", count=3)`.

    A word is a text with `{placeholders}`, or a mapping of plural forms (one, few, many, other), chosen by
    the CLDR rule of the language for the value `count`.
    """

    def __init__(self, locale: Locale, tree: Mapping[str, Any], files: Mapping[str, str] | None = None) -> None:
        """Take a tree of words; `files` tells in which file each of its top keys stands."""
        self.locale = locale
        self._words = dict(_flat(tree))
        self._files = files or {}

    def file(self, key: str) -> str:
        """Return the name of the file in which a word stands, without its ending."""
        return self._files.get(key.split(".")[0], "interface")

    def __call__(self, key: str, **values: object) -> str:
        """Return the word with its placeholders filled in; numbers and dates in the forms of the language.

        Raises:
            MissingWord: if there is no such word.

        """
        try:
            word = self._words[key]
        except KeyError:
            raise MissingWord(f"{self.locale}: {key}") from None
        if isinstance(word, Mapping):
            word = word.get(self.locale.plural_form(_number(values["count"])), word["other"])
        return str(word).strip().format(**{name: self._show(value) for name, value in values.items()})

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def keys(self) -> Iterator[str]:
        """All keys, dotted."""
        return iter(self._words)

    def many(self, key: str) -> tuple[str, ...]:
        """Return a list of words, such as the typed words that open the menu."""
        try:
            return tuple(str(word) for word in self._words[key])
        except KeyError:
            raise MissingWord(f"{self.locale}: {key}") from None

    def placeholders(self, key: str) -> frozenset[str]:
        """The names in braces that a word wants."""
        if isinstance(self._words[key], list):
            return frozenset()
        return frozenset(
            name for text in self.texts(key) for _, name, _, _ in string.Formatter().parse(text) if name is not None
        )

    def faults(self, source: "Words") -> Iterator[tuple[str, str]]:
        """Yield (file, what is wrong) for each word with which nothing could be said, beside those of the source."""
        for key in sorted(set(source.keys()) - set(self.keys())):
            yield source.file(key), f"the word {key!r} is missing"
        for key in self.keys():
            try:
                here, there = self.placeholders(key), source.placeholders(key) if key in source else None
            except ValueError:
                yield self.file(key), f"the word {key!r} has a brace without its partner: a placeholder is {{name}}"
                continue
            if there is not None and here != there:
                wanted = ", ".join(sorted(there)) or "none"
                yield self.file(key), f"the word {key!r} must have these placeholders: {wanted}"
            if isinstance(self._words[key], Mapping) and "other" not in self._words[key]:
                yield self.file(key), f"the word {key!r} has no form `other`"

    def texts(self, key: str) -> tuple[str, ...]:
        """All texts of a word: its plural forms, or the words of a list, or the one."""
        word = self._words[key]
        if isinstance(word, Mapping):
            return tuple(map(str, word.values()))
        return tuple(map(str, word)) if isinstance(word, list) else (str(word),)

    def _show(self, value: object) -> str:
        if isinstance(value, bool | str):
            return str(value)
        if isinstance(value, int | float):
            return format_decimal(value, locale=self.locale)
        if hasattr(value, "isoformat"):
            return format_date(value, "d MMMM y", locale=self.locale)  # type: ignore[arg-type] # a date
        return str(value)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a plural is chosen by a whole number, not by {value!r}")
    return value


_PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if not isinstance(key, str):
            raise TypeError(
                f"the key {key!r} in {prefix or 'the file'} is no text: YAML reads yes, no and numbers as values"
            )
        if isinstance(value, Mapping) and not set(value) <= _PLURALS:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
