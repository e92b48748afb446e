"""Wrong keyboard layout: «ghbdsn» is «привіт» typed with the Latin layout on."""

from bot.knowledge.language import LanguageGuesser

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_UKRAINIAN_KEYS = "йцукенгшщзхїфівапролджєячсмитьбю'"
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_VOWELS = frozenset("aeiouy")

_LAYOUTS = tuple(
    str.maketrans(_LATIN_KEYS + _LATIN_KEYS.upper(), keys + keys.upper()) for keys in (_UKRAINIAN_KEYS, _RUSSIAN_KEYS)
)
_BACK = tuple(
    str.maketrans(keys + keys.upper(), _LATIN_KEYS + _LATIN_KEYS.upper()) for keys in (_UKRAINIAN_KEYS, _RUSSIAN_KEYS)
)
_MOST_WORDS = 12


def retyped(text: str, guesser: LanguageGuesser) -> str | None:
    """Return what was meant if a message was typed in the wrong layout, else None.

    Only a message that hardly looks like any language as it stands, and clearly does the other way, is changed.
    """
    words = text.split()
    if not words or len(words) > _MOST_WORDS or not any(map(str.isalpha, text)):
        return None
    here = guesser.likeness(text)
    best: tuple[float, str] | None = None
    for layout in _LAYOUTS if _is_latin(text) else _BACK:
        candidate = text.translate(layout)
        likeness = guesser.likeness(candidate)
        if best is None or likeness > best[0]:
            best = likeness, candidate
    if best is not None and best[0] - here > _CLEARLY and best[0] > _LIKE_A_LANGUAGE:
        return best[1]
    return None


# Mean log-probability of a character n-gram: real sentences lie near -7, keyboard noise below -9.
_CLEARLY = 1.2
_LIKE_A_LANGUAGE = -8.2


def _is_latin(text: str) -> bool:
    return sum("a" <= letter <= "z" for letter in text.casefold()) * 2 > sum(map(str.isalpha, text))
