"""The words of a text, and one spelling for all that people make of them (accents, Cyrillic in Latin letters)."""

import re
import unicodedata


class _Letters(dict[int, str]):
    """Lower case, one apostrophe, no accents and nothing invisible; learns each letter when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code).lower()
        if unicodedata.category(letter[0]) in ("Cf", "Mn"):
            letter = ""
        elif not _is_cyrillic(letter):
            letter = "".join(
                part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) != "Mn"
            )
        if len(self) < _LETTERS_KEPT:
            self[code] = letter
        return letter


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter[:1] <= "\u04ff"


_LETTERS_KEPT = 4096
_LETTERS = _Letters({ord(mark): "'" for mark in "'’ʼ‘`´ʹ′＇"} | {ord("ё"): "ё", ord("Ё"): "ё"})
_WORD_OR_STOP = re.compile(r"[^\W_]+(?:'+[^\W_]+)*'*|\.{2,}|[.!?;\n…]+|[,:()–—-]+")
_HALF_STOP = re.compile(r"\.{2,}|…+|[,:()–—-]+")
STOP, PAUSE = ".", ","
_SPELT = re.compile(r"(?<!\w)[^\W\d_]([ .*_-])[^\W\d_](?:\1[^\W\d_])*(?![.*_-]?\w)")
# Three letters and what is between them; several words of one letter («а я і в школі») are nothing that is spelt.
_SPELT_AT_LEAST = 5
_WORDS_AND_GAPS = "aeiouабвеєжзиіїйкоуюяс .*_-"
# Cyrillic letters that look like Latin ones: a word that mixes both alphabets is read as Cyrillic.
_LOOK = str.maketrans("aceiopxykmthb", "асеіорхукмтнв")


def tokens_of(text: str) -> list[str]:
    """Return the words of a text in lower case, with a full stop where a sentence ends, a comma where it pauses."""
    tokens: list[str] = []
    for found in _WORD_OR_STOP.finditer(_joined(unicodedata.normalize("NFC", text).translate(_LETTERS))):
        token = found.group()
        if token[0].isalnum():
            tokens.append(token.replace("'", ""))
        elif tokens and tokens[-1] not in (STOP, PAUSE):
            tokens.append(PAUSE if _HALF_STOP.fullmatch(token) else STOP)
        elif tokens and tokens[-1] == PAUSE and not _HALF_STOP.fullmatch(token):
            tokens[-1] = STOP
    return tokens


def _joined(text: str) -> str:
    """Put words together that are spelt letter by letter (h e l p): a space between letters, two between words."""
    if all(len(run[0]) < _SPELT_AT_LEAST or run[0].strip(_WORDS_AND_GAPS) == "" for run in _SPELT.finditer(text)):
        return text
    return _SPELT.sub(lambda run: run[0][::2], text)


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without the marks where it ends or pauses."""
    return [token for token in tokens_of(text) if token not in (STOP, PAUSE)]


_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ё": "e", "ж": "zh",
    "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
FROM_CYRILLIC = str.maketrans(_CYRILLIC)
# Other ways in which people write these letters in Latin: j or z or g for ж, c and s without their hooks, yo for ё.
_OTHER_WAYS = tuple(
    (frozenset(change), str.maketrans(_CYRILLIC | change))
    for change in (
        {"ж": "j"},
        {"ж": "z", "ч": "c", "ш": "s", "щ": "sc"},
        {"ж": "g"},
        {"ё": "io"},
        {"щ": "shch"},
    )
)
# A shorter spelling would meet other words.
_LONG_ENOUGH = 4
_SOUNDS = str.maketrans({"y": "i", "j": "i", "g": "h", "w": "v", "x": "h", "q": "k", "4": "C", "6": "S"})
_DIGRAPHS = (
    ("shch", "S"), ("sch", "S"), ("shh", "S"), ("sh", "S"), ("ch", "C"), ("zh", "Z"), ("kh", "h"),
    ("ts", "c"), ("tz", "c"),
)  # fmt: skip
_I_BEFORE_VOWEL = re.compile(r"i(?=[aeou])")
_REPEATED = re.compile(r"(.)\1+")
_THREE = re.compile(r"(.)\1{2,}")
HAS_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_HAS_LATIN = re.compile(r"[a-z]")
_DIGITS_AS_LETTERS = str.maketrans("013457", "oieast")


def _fold(latin: str) -> str:
    for written, sound in _DIGRAPHS:
        if written in latin:
            latin = latin.replace(written, sound)
    return _REPEATED.sub(r"\1", _I_BEFORE_VOWEL.sub("", _REPEATED.sub(r"\1", latin.translate(_SOUNDS))))


def slavic(word: str) -> str:
    """One spelling for Cyrillic and for what people make of it in Latin letters: «жити», zhyty, jiti."""
    if word.isdigit():
        return word
    if HAS_CYRILLIC.search(word):
        word = word.translate(_LOOK).translate(FROM_CYRILLIC)
    return _fold(word)


def slavic_ways(word: str) -> set[str]:
    """All spellings under which a word of the data may be met."""
    others = (_fold(word.translate(way)) for letters, way in _OTHER_WAYS if not letters.isdisjoint(word))
    return {slavic(word), *(way for way in others if len(way) >= _LONG_ENOUGH)}


def plain(word: str) -> str:
    """A word of a language that is written in its own letters, with l3tters for digits."""
    word = word if word.isdigit() else word.translate(_DIGITS_AS_LETTERS)
    return _THREE.sub(r"\1", word)
