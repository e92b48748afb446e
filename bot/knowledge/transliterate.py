"""Ukrainian and Russian typed in Latin letters: recognise it, and write it back in Cyrillic.

People without a Cyrillic keyboard type «як отримати гроші» as "yak otrymaty hroshi". A model of meaning has hardly
seen that spelling, so it is put back first. There is no one standard (yu, ju and iu are all ю): each rule takes the
commonest reading, and a wrong letter here and there does little harm. Dutch and English words inside such a
sentence ("podaty na leefgeld") stay as they are.
"""

import math
import re

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"[a-z]+(?:['’ʼ`][a-z]+)*['’ʼ`]?", re.IGNORECASE)
_APOSTROPHES = re.compile("[’ʼ`]")


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Small words, question words and matters of daily life that are no words of Dutch or English.
_UKRAINIAN_WORDS = _words_of("""
    abo bez bude budu buty cej cey cherez choho chogo chomu ci cya dity ditej ditey ditei dytyna dytyni dytynu dlia
    dlja dlya do dobryi dobryj dobryy dopomoga dopomoha dopomohu dopomogu gde hde hroshi groshi ja jak jaka jake
    jaki jakyj jakscho jakshcho khto xto hto koly kudy likar likarya maie maje maye mayu maju meni mene mij miy moho
    moia moja moya moyi moye mozhe mozhemo mozhna mojna mozna nema nemae nemaje nemaye nichoho nichogo pidkazhit
    pidskazhit pislya potribna potriben potribni potribno pratsyuyu pratsiuiu robota robotu roboty scho shcho
    skazhit skilky skilki syn syna synu tezh tilky treba tse tsej tsey tsia tsya tut uzhe vzhe vid vona vony ya yak
    yaka yake yaki yakyi yakyj yakyy yakscho yakshcho yih yiyi yogo yoho zvidky
""")
_RUSSIAN_WORDS = _words_of("""
    byl byla bylo chto chtoby dengi detey detej deti detskiy esli eto etot gde hochu ili kak kakaya kakie kakoi
    kakoj kakoy kogda komu kto kuda menya mne mogu mozhno mojno moya moy nado nachat net nuzhen nuzhna nuzhno nujno
    otkuda pochemu poluchit pomosch pomoshch pomosh privet rabota rabotu rabotat rebenka rebenku rebenok seichas
    seychas skolko spasibo tolko vrach vracha yest zachem zdes
""")
_SLAVIC_WORDS = _UKRAINIAN_WORDS | _RUSSIAN_WORDS
# Short words that Dutch or English may also have: a nudge.
_MAYBE = _words_of("""
    ale chy da mi mo my na nam nas ne ni no on pro sho ta tak tam tsi ty u v vas vam vy z za zi zhe
""")

# Letter groups of Slavic words in Latin letters that Dutch and English words hardly ever have, and the reverse.
_SLAVIC = re.compile(
    r"zh|shch|[^aeiou]kh|^kh|[bdfglmnprstvz]y[aue]|[bdfglmnprstvz]j[au]|[aeou]y[aueio]|[aeouiy]j[aueoi]|yi|iy|yj|uiu|aie"
    r"|y[kt][aiuy]|aty$|uty$|yty$|yla$|yv$|oho$|ogo$|omu$|amy$|ymy$|ykh$|ymo$|emo$|ov[ay]$|skyi?|nnya|nnia|ttia"
    r"|^pry|^pid|^pere|^vid|^roz|^dopo|^hro|ts[iyuya]|^zv|^vs|^vz|^zd|^sk[iu]l|dytyn|mozh|otry|prac|prats|shi?t?$"
)
_WESTERN = re.compile(
    r"aa|ee|oo|uu|(?<!t)ij(?!a)|oe|eu|ui(?!u)|ou|ck|th|wh|gh|ng$|[ts]ion|lijk|heid|[aeiou][lnrt]en$|ed$|[qwx]|cht|ea"
    r"|([bdfglmprst])\1|'s$|n't$|^ge|^ver|ie$|sch(?![yi])|nd$|rd$|rt$|ld$|ly$"
)
# Words of here that stay in Latin letters; a word all in capitals (COA, IND) does too.
_KEPT = _words_of("""
    digid duo eropuit leefgeld nidos opkoers telegram whatsapp bsn coa gemeente
""")


def looks_like_latin_cyrillic(text: str) -> float:
    """Return how surely (0 to 1) a text is Ukrainian or Russian typed in Latin letters.

    A text with a Cyrillic letter, or without a Latin one, gives 0.
    """
    if _CYRILLIC.search(text):
        return 0.0
    words = _words(text)
    if not words:
        return 0.0
    evidence = sum(_evidence(word) for word in words) / math.sqrt(len(words))
    return min(1.0, max(0.0, 0.5 + evidence / 2))


def to_cyrillic(text: str) -> str:
    """Write a text in Cyrillic letters, by Russian rules if it reads like Russian, else by Ukrainian ones.

    Words that are plainly Dutch or English, or all in capitals, stay as they are, and so does everything that is
    not a Latin letter.
    """
    words = set(_words(text))
    russian = len(words & _RUSSIAN_ONLY) > len(words & _UKRAINIAN_ONLY)
    return _WORD.sub(lambda match: _word(match[0], russian=russian), text)


def _words(text: str) -> list[str]:
    return [_APOSTROPHES.sub("'", word.lower()) for word in _WORD.findall(text)]


def _evidence(word: str) -> float:
    """How much one word speaks for (above 0) or against (below 0) Slavic in Latin letters."""
    if word in _SLAVIC_WORDS:
        return 1.0
    if word in _MAYBE:
        return 0.2
    if word in _KEPT:
        return 0.0
    return 0.5 * len(_SLAVIC.findall(word)) - 0.5 * len(_WESTERN.findall(word)) - 0.15


def _stays(word: str) -> bool:
    """Tell whether a word inside a Slavic sentence is Dutch or English."""
    lower = word.lower()
    if lower in _SLAVIC_WORDS or lower in _MAYBE:
        return False
    return lower in _KEPT or (word.isupper() and len(word) > 1) or _evidence(lower) < -0.4


# Ukrainian has these too, or spells them much the same.
_RUSSIAN_ONLY = _RUSSIAN_WORDS - _words_of("gde komu kto moy moya nachat rabotu")
_UKRAINIAN_ONLY = _words_of("""
    abo bude budu chy chomu dity ditej ditey dytyna dytyni dytynu dopomoha hroshi jak jaka jakshcho khto koly maye
    mayu meni mozhe mozhna mozna nemaye nema potribna potriben potribno scho shcho sho skilky ta tse tut treba vid
    yak yaka yake yaki yakshcho ye
""")

# What Latin letters stand for, the longest first. Each language has a few of its own on top.
_COMMON = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш",
    "ya": "я", "ja": "я", "yu": "ю", "ju": "ю",
    "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "j": "й", "k": "к", "l": "л", "m": "м",
    "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "х",
    "z": "з",
}  # fmt: skip
_TO_UKRAINIAN = _COMMON | {
    "ia": "я", "iu": "ю", "ye": "є", "je": "є", "ie": "є", "yi": "ї", "ji": "ї", "yo": "йо", "jo": "йо", "io": "йо",
    "h": "г", "i": "і", "y": "и", "'": "ь",
}  # fmt: skip
_TO_RUSSIAN = _COMMON | {
    "ye": "е", "je": "е", "yo": "е", "jo": "е", "h": "х", "i": "и", "y": "ы", "'": "ь",
}  # fmt: skip
_ENDINGS_UKRAINIAN = ((re.compile("(?:yy|yj|yi|iy|ij)$"), "ий"),)
_ENDINGS_RUSSIAN = ((re.compile("(?:yy|yj|yi)$"), "ый"), (re.compile("(?:iy|ij|ii)$"), "ий"))
_AFTER_VOWEL = re.compile(r"(?<=[aeou])[yi](?![aeiouy])")
_PIECE = re.compile("shch|sch|zh|kh|ts|tz|ch|sh|[yji][aeuoi]|[a-z]|'")


def _word(word: str, *, russian: bool) -> str:
    if _stays(word):
        return word
    table, endings = (_TO_RUSSIAN, _ENDINGS_RUSSIAN) if russian else (_TO_UKRAINIAN, _ENDINGS_UKRAINIAN)
    rest = _APOSTROPHES.sub("'", word.lower())
    for ending, replacement in endings:
        rest = ending.sub(replacement, rest)
    rest = _AFTER_VOWEL.sub("й", rest)
    return _PIECE.sub(lambda match: table.get(match[0]) or "".join(table[letter] for letter in match[0]), rest)
