"""Wrong keyboard layout: «ghbdsn» is «привіт» typed with the Latin layout on."""

import re

from bot.knowledge.language import LanguageGuesser

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_UKRAINIAN_KEYS = "йцукенгшщзхїфівапролджєячсмитьбю'"
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
# The same keys with Shift.
_LATIN_SHIFTED = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'

_LAYOUTS = tuple(
    str.maketrans(_LATIN_KEYS + _LATIN_SHIFTED, keys + keys.upper()) for keys in (_UKRAINIAN_KEYS, _RUSSIAN_KEYS)
)
_BACK = tuple(
    # An apostrophe in a Cyrillic text stays one: it is a letter of neither alphabet, and its key varies.
    {a: b for a, b in str.maketrans(keys + keys.upper(), _LATIN_KEYS + _LATIN_SHIFTED).items() if a != ord("'")}
    for keys in (_UKRAINIAN_KEYS, _RUSSIAN_KEYS)
)
_MOST_WORDS = 12
# A mark within a word or before it, where х, ї, ж, є, б, ю or э are on the other layout.
_STRAY_MARK = re.compile(r"[a-z][\[\];,.`][a-z]|(?<!\S)[\[\];,.'`]+[a-z]", re.IGNORECASE)


def retyped(text: str, guesser: LanguageGuesser) -> str | None:
    """Return what was meant if a message was typed in the wrong layout, else None.

    Only a message that hardly looks like any language as it stands, and clearly does the other way, is changed.
    """
    words = text.split()
    letters = {letter.casefold() for letter in text if letter.isalpha()}
    if not words or len(words) > _MOST_WORDS or len(letters) < _FEWEST_LETTERS:
        return None
    here = guesser.likeness(text)
    best: tuple[float, str] | None = None
    for layout in _LAYOUTS if _is_latin(text) else _BACK:
        candidate = text.translate(layout)
        if _letters(candidate) < _KEPT_LETTERS * _letters(text):
            continue  # "хм" is no «[v»
        likeness = guesser.likeness(candidate)
        if best is None or likeness > best[0]:
            best = likeness, candidate
    clearly = _CLEARLY_WITH_MARKS if _STRAY_MARK.search(text) else _CLEARLY
    if best is not None and best[0] - here > clearly and best[0] > _LIKE_A_LANGUAGE:
        return best[1]
    return None


# Mean log-probability of a character n-gram: real sentences lie near -7, keyboard noise below -9.
_CLEARLY = 1.2
_CLEARLY_WITH_MARKS = 0.6
_LIKE_A_LANGUAGE = -8.2
_KEPT_LETTERS = 0.8
_FEWEST_LETTERS = 2
"""Different letters: "ыыы" is a sigh in any layout."""


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _is_latin(text: str) -> bool:
    return sum("a" <= letter <= "z" for letter in text.casefold()) * 2 > sum(map(str.isalpha, text))
