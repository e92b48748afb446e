"""One Latin skeleton for all the ways people type: Cyrillic, Latin letters, slips.

«подати заяву», "podaty zayavu" and "подать заяву" come close together, so that one index serves Ukrainian,
Russian, Ukrainian in Latin letters, and Dutch names inside any of them. Each step is a function of its own.
"""

import re
import unicodedata

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "е": "e", "є": "ie", "ё": "e", "ж": "zh",
    "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ‘`´ʹ′"))
_LETTERS = str.maketrans(_CYRILLIC)
# Latin spellings of one sound, the longer first: kh and g are h, ts is c, w is v, y and j are i.
_SOUNDS = (
    ("kh", "h"), ("g", "h"), ("tz", "c"), ("ts", "c"), ("w", "v"), ("y", "i"), ("j", "i"), ("x", "ks"), ("q", "k"),
    ("ph", "f"),
)  # fmt: skip
_REPEATED = re.compile(r"([a-z])\1+")
_WORD = re.compile(r"[a-z0-9]+")


def without_apostrophes(text: str) -> str:
    """Drop every kind of apostrophe: п'ять, п’ять and пʼять are one word."""
    return text.translate(_APOSTROPHES)


def latin(text: str) -> str:
    """Write Cyrillic in Latin letters and drop accents: «école», «школа» → "ecole", "shkola"."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    if decomposed.isascii():  # nearly always: then no letter has an accent
        return decomposed
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def one_spelling(text: str) -> str:
    """Fold Latin spellings of one sound into one, and doubled letters into single ones."""
    folded = ""
    while folded != text:  # what one rule leaves may be another's spelling: "kg" becomes kh, and that is h
        folded = text
        for spelling, sound in _SOUNDS:
            text = text.replace(spelling, sound)
        text = _REPEATED.sub(r"\1", text)
    return folded


def skeleton(text: str) -> str:
    """Return the skeleton of a text: lower-case words of a-z and 0-9 with single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return one_spelling(" ".join(_WORD.findall(latin(without_apostrophes(folded)))))
