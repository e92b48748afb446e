"""Safety: words of suicide and of danger now, recognised before anything else is done with a message.

What is recognised is data, content/<language>/safety.yaml, which an editor can read: `words` are concepts
(wanting, dying, weapons, "no longer" …), `crisis`, `act_now` and `emergency` are patterns that combine them,
`harmless` are idioms that take the words which they cover out of the game, `past` are the signs of
something that is over, and `calm` those of a question for information ("which number", "a drill"), which keep
a word such as "ambulance" from being an emergency. `veiled` are patterns of a crisis in words that name neither death
nor harm ("my last letter"). `weary` are too, but of exhaustion only ("I can't any more"): a sign of `everyday` burdens
anywhere in the message (caring for a parent, noisy neighbours, a form, the question who could take over) explains
these, and they raise no alarm then. Both are weak signs, which the second net may take back.

`lookalikes` are ordinary words that never stand for another word, be it misspelt or of the same folded spelling;
`foreign` are the commonest words of other languages: a text in Latin letters with two of them is not read at all.

How a pattern is written:
    word            this word, one slip allowed when it is long       stem*, st*em  any word that begins (and ends) so
    <class>         any word or phrase of that class                     (a|b c)   one of these
    one two         next to each other (fillers such as "the" are not counted)
    one .. two      up to three words between                            one ... two  up to eight
    one & two       near each other in either order                      one && two   both somewhere in the text
    ^ and $         a sentence begins; it ends or pauses                     <number>  a number in digits
    … unless x      not where x is near; in `.. (one|$)` the $ must follow directly

Everything is matched with sets of places in the text, one bit a word, so that the work grows with the length of
the text and never explodes.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

import yaml

from bot.errors import ContentError, Finding


class Alarm(StrEnum):
    """Why a message needs help at once instead of an ordinary answer."""

    CRISIS = "crisis"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Sign:
    """An alarm, and whether it is a `weak` one: veiled words or words of exhaustion, and nothing else."""

    alarm: Alarm
    weak: bool = False


class BadSafety(ContentError, ValueError):
    """A safety.yaml cannot be used; each of its `findings` names the file, the line and the entry."""

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__([str(finding) for finding in found])
        self.found = tuple(found)


class SafetyNet:
    """Recognises suicide and danger now in any of the languages that it was built from."""

    def __init__(self, pages: "Sequence[Page]") -> None:
        """Build from the pages of all languages; those of one family are read together."""
        families: dict[str, list[Page]] = {}
        for page in pages:
            families.setdefault(page.family, []).append(page)
        self.languages = tuple(page.language for page in pages)
        self._readers = tuple(_Reader(members) for members in families.values())

    @classmethod
    def load(cls, content_dir: Path) -> Self:
        """Return the net made of every content/<language>/safety.yaml.

        Raises:
            BadSafety: if there is none, or if one cannot be used.

        """
        paths = sorted(content_dir.glob("*/safety.yaml"))
        if not paths:
            raise BadSafety([Finding(str(content_dir), 0, "no language has a safety.yaml, so danger would go unseen")])
        return cls([read_page(path) for path in paths])

    def alarm(self, text: str) -> Alarm | None:
        """Return the alarm that a message raises, if any.

        Danger by an act that is going on (pills taken, on the bridge, bleeding) goes before thoughts of suicide,
        and these go before other danger.
        """
        sign = self.sign(text)
        return sign.alarm if sign else None

    def sign(self, text: str) -> Sign | None:
        """Return the alarm that a message raises, if any, and whether it is a weak one."""
        words = _tokens(text)
        seen: set[str] = set()
        for reader in self._readers:
            found = reader.read(words)
            if _ACT in found:
                return Sign(Alarm.EMERGENCY)
            seen |= found
        if _CRISIS in seen:
            return Sign(Alarm.CRISIS)
        if _EMERGENCY in seen:
            return Sign(Alarm.EMERGENCY)
        return Sign(Alarm.CRISIS, weak=True) if seen else None


# ---------------------------------------------------------------------------- the language data

_ACT, _CRISIS, _EMERGENCY = "act_now", "crisis", "emergency"
_VEILED, _WEARY = "veiled", "weary"
_WEAK = frozenset({_VEILED, _WEARY})
_HARMLESS, _PAST, _CALM, _EVERYDAY = "harmless", "past", "calm", "everyday"
_RULES = (_HARMLESS, _PAST, _CALM, _EVERYDAY, _ACT, _CRISIS, _VEILED, _WEARY, _EMERGENCY)
# Which signs silence which rules: an information question silences no act, nothing silences a crisis.
_SILENCED_BY = {_ACT: (_PAST,), _CRISIS: (), _VEILED: (), _WEARY: (_EVERYDAY,), _EMERGENCY: (_PAST, _CALM)}
_KEYS = frozenset({"family", "fillers", "lookalikes", "foreign", "words", *_RULES})


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a safety.yaml and the line where it stands."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """One language's safety.yaml as it was read."""

    path: str
    language: str
    family: str
    fillers: tuple[Line, ...] = ()
    lookalikes: tuple[Line, ...] = ()
    foreign: tuple[Line, ...] = ()
    words: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    rules: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


# The loader in C reads the same several times as fast, and is part of nearly every installation.
_FastLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_page(path: Path) -> Page:
    """Return the safety.yaml at `path`.

    Raises:
        BadSafety: if it is no YAML, has an unknown key, or an entry of the wrong form.

    """
    name = "/".join(path.parts[-3:])
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=_FastLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSafety([Finding(name, 1, f"cannot be read: {error}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise BadSafety([Finding(name, line, f"is no YAML: {getattr(error, 'problem', error)}")]) from error
    findings: list[Finding] = []
    top = dict(_pairs(tree, name, findings))
    findings += [
        Finding(name, key.number, f"unknown key {key.text!r}; there are {', '.join(sorted(_KEYS))}")
        for key in top
        if key.text not in _KEYS
    ]
    parts = {key.text: node for key, node in top.items()}
    words = dict(_pairs(parts["words"], name, findings)) if "words" in parts else {}
    page = Page(
        path=name,
        language=path.parent.name,
        family=next((line.text for line in _entries(parts.get("family"), name, findings)), path.parent.name),
        fillers=tuple(_entries(parts.get("fillers"), name, findings)),
        lookalikes=tuple(_entries(parts.get("lookalikes"), name, findings)),
        foreign=tuple(_entries(parts.get("foreign"), name, findings)),
        words={key.text: tuple(_entries(node, name, findings)) for key, node in words.items()},
        rules={rule: tuple(_whole(parts.get(rule), name, findings)) for rule in _RULES},
    )
    if not findings and not page.rules[_CRISIS] + page.rules[_EMERGENCY]:
        findings.append(Finding(name, 1, "has neither `crisis` nor `emergency`, so danger would go unseen"))
    if findings:
        raise BadSafety(findings)
    return page


def _pairs(node: yaml.Node | None, name: str, findings: list[Finding]) -> Iterator[tuple[Line, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 1
        findings.append(Finding(name, line, "here belong keys with values"))
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:  # YAML itself would silently take the last one, and danger would go unseen
            findings.append(Finding(name, key.start_mark.line + 1, f"{key.value!r} stands here a second time"))
        seen.add(str(key.value))
        yield Line(str(key.value), key.start_mark.line + 1), value


def _whole(node: yaml.Node | None, name: str, findings: list[Finding]) -> Iterator[Line]:
    """The entries of a list, each a text."""
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        findings.append(Finding(name, node.start_mark.line + 1, "here belongs a list"))
        return
    for entry in node.value:
        if isinstance(entry, yaml.ScalarNode) and entry.value.strip():
            yield Line(entry.value, entry.start_mark.line + 1)
        else:
            findings.append(Finding(name, entry.start_mark.line + 1, "each entry of this list is one line of text"))


def _entries(node: yaml.Node | None, name: str, findings: list[Finding]) -> Iterator[Line]:
    """The entries of a text that is divided by commas, or of a list of such texts."""
    lines = (
        [Line(node.value, node.start_mark.line + 1)]
        if isinstance(node, yaml.ScalarNode)
        else _whole(node, name, findings)
    )
    for line in lines:
        yield from (Line(part.strip(), line.number) for part in line.text.split(",") if part.strip())


# ---------------------------------------------------------------------------- the words of a text


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
_STOP, _PAUSE = ".", ","
# Cyrillic letters that look like Latin ones: a word that mixes both alphabets is read as Cyrillic.
_LOOK = str.maketrans("aceiopxykmthb", "асеіорхукмтнв")


def _tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, with a full stop where a sentence ends, a comma where it pauses."""
    tokens: list[str] = []
    for found in _WORD_OR_STOP.finditer(unicodedata.normalize("NFC", text).translate(_LETTERS)):
        token = found.group()
        if token[0].isalnum():
            tokens.append(token.replace("'", ""))
        elif tokens and tokens[-1] not in (_STOP, _PAUSE):
            tokens.append(_PAUSE if _HALF_STOP.fullmatch(token) else _STOP)
        elif tokens and tokens[-1] == _PAUSE and not _HALF_STOP.fullmatch(token):
            tokens[-1] = _STOP
    return tokens


def _words(text: str) -> list[str]:
    return [token for token in _tokens(text) if token not in (_STOP, _PAUSE)]


_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ё": "e", "ж": "zh",
    "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
_FROM_CYRILLIC = str.maketrans(_CYRILLIC)
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
_HAS_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_HAS_LATIN = re.compile(r"[a-z]")
_DIGITS_AS_LETTERS = str.maketrans("013457", "oieast")


def _fold(latin: str) -> str:
    for written, sound in _DIGRAPHS:
        if written in latin:
            latin = latin.replace(written, sound)
    return _REPEATED.sub(r"\1", _I_BEFORE_VOWEL.sub("", _REPEATED.sub(r"\1", latin.translate(_SOUNDS))))


def _slavic(word: str) -> str:
    """One spelling for Cyrillic and for what people make of it in Latin letters: «жити», zhyty, jiti."""
    if word.isdigit():
        return word
    if _HAS_CYRILLIC.search(word):
        word = word.translate(_LOOK).translate(_FROM_CYRILLIC)
    return _fold(word)


def _slavic_ways(word: str) -> set[str]:
    """All spellings under which a word of the data may be met."""
    others = (_fold(word.translate(way)) for letters, way in _OTHER_WAYS if not letters.isdisjoint(word))
    return {_slavic(word), *(way for way in others if len(way) >= _LONG_ENOUGH)}


def _plain(word: str) -> str:
    """A word of a language that is written in its own letters, with l3tters for digits."""
    word = word if word.isdigit() else word.translate(_DIGITS_AS_LETTERS)
    return _THREE.sub(r"\1", word)


# ---------------------------------------------------------------------------- finding words, with one slip

_FUZZY_FROM = 6
_SWAP_FROM = 4
_SHORTEST_STEM = 3
_LONGEST = 24
_NUMBER = "<number>"
# Marks the spellings that stand for a Cyrillic word only where somebody writes in Latin letters.
_LATIN = "~"


def _without_one(word: str) -> Iterator[str]:
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _one_slip(one: str, other: str) -> bool:
    """Whether two different words are one letter more, less, other or swapped apart."""
    start = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        start += 1
    one, other = one[start:], other[start:]
    if len(one) > len(other):
        return one[1:] == other
    if len(one) < len(other):
        return one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


class _Lexicon:
    """Which atoms (words and stems of the data) a word of a text stands for."""

    def __init__(self) -> None:
        self._words: dict[str, set[int]] = {}
        self._stems: dict[str, set[tuple[str, int]]] = {}
        self._near_words: dict[str, set[str]] = {}
        self._near_stems: dict[str, set[str]] = {}
        self._known: set[str] = set()
        self._stem_lengths: list[int] = []

    def add(self, key: str, end: str | None, atom: int) -> None:
        """Let `key` stand for an atom: as a whole word, or as a begin that is followed by anything and `end`."""
        if end is None:
            self._words.setdefault(key, set()).add(atom)
        else:
            self._stems.setdefault(key, set()).add((end, atom))

    def add_lookalike(self, key: str) -> None:
        """Never take `key` for a misspelling of another word."""
        self._known.add(key)

    def seal(self, forgiving: frozenset[int]) -> None:
        """Prepare the looking up; nothing is added afterwards. A slip is forgiven only to `forgiving` atoms."""
        words = (
            key
            for key, atoms in self._words.items()
            if len(key) >= _SWAP_FROM and not key.startswith(_LATIN) and atoms & forgiving
        )
        stems = (
            key
            for key, ends in self._stems.items()
            if len(key) >= _FUZZY_FROM
            and not key.startswith(_LATIN)
            and any(atom in forgiving and not end for end, atom in ends)
        )
        for keys, near in ((words, self._near_words), (stems, self._near_stems)):
            for key in keys:
                for shorter in (key, *_without_one(key)):
                    near.setdefault(shorter, set()).add(key)
        self._stem_lengths = sorted({len(key) for key in self._stems})

    def look_up(self, key: str, *, latin: bool = False) -> frozenset[int]:
        """Return the atoms that a word stands for; a slip is forgiven only if it stands for none as it is.

        A word in Latin letters may stand for Cyrillic ones in more than one way.
        """
        found = self._exact(key)
        if latin:
            found |= self._exact(_LATIN + key)
        if key.isdigit():
            found |= self._words.get(_NUMBER, set())
        elif not found and _SWAP_FROM <= len(key) <= _LONGEST and key not in self._known:
            found = self._forgiving(key)
        return frozenset(found)

    def _exact(self, key: str) -> set[int]:
        return self.stems(key).union(self._words.get(key, ()))

    def stems(self, key: str) -> set[int]:
        """Return the atoms of the stems that a word begins with."""
        found = set()
        for length in self._stem_lengths:
            if length > len(key):
                break
            for end, atom in self._stems.get(key[:length], ()):
                if key.endswith(end, length):
                    found.add(atom)
        return found

    def _forgiving(self, key: str) -> set[int]:
        found: set[int] = set()
        for shorter in (key, *_without_one(key)):
            for word in self._near_words.get(shorter, ()):
                long_enough = min(len(word), len(key) + 1) >= _FUZZY_FROM
                swapped = len(word) == len(key) and sorted(word) == sorted(key)
                if (long_enough or swapped) and _one_slip(word, key):
                    found |= self._words[word]
        for length in range(
            _FUZZY_FROM - 1, min(len(key), self._stem_lengths[-1] + 1 if self._stem_lengths else 0) + 1
        ):
            begin = key[:length]
            for shorter in (begin, *_without_one(begin)):
                for stem in self._near_stems.get(shorter, ()):
                    if abs(len(stem) - length) <= 1 and stem[-2:] == begin[-2:] and _one_slip(stem, begin):
                        found |= {atom for end, atom in self._stems[stem] if not end}
        return found


# ---------------------------------------------------------------------------- patterns

# So many different words of another language make a text foreign.
_ENOUGH_FOREIGN = 2

# How many words may stand between, how far "near" reaches, and the empty places between two sentences.
_GAPS = {"..": 3, "...": 8}
_NEAR = 6
_UNLESS = 6
_AROUND = 10
_BREAK = 12

_Phrase = tuple[int, ...]
"""Atoms that follow one another."""

_Found = dict[int, int]
"""Where phrases begin, one bit a place, by the number of their words."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The next item of a pattern, and how far before and after it the one before may stand.

    Where a pause may stand for the item (`or_pause` is then the item of `$`), it must follow directly.
    """

    item: int
    ahead: int = 0
    back: int = 0
    or_pause: int = -1


_Chain = tuple[_Step, ...]

# The place of the rules of which no item is necessary.
_ANY = -1


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Chains of steps that must all be found, and patterns that must not be near."""

    chains: tuple[_Chain, ...]
    unless: "tuple[_Pattern, ...]" = ()
    source: str = ""

    def items(self) -> Iterator[int]:
        """All items of the pattern."""
        return (step.item for chain in self.chains for step in chain)

    def needed(self) -> frozenset[int]:
        """The items without which the pattern cannot match; a pause may stand for the others."""
        return frozenset(step.item for chain in self.chains for step in chain if step.or_pause < 0)


def _spread(places: int, width: int) -> int:
    """Each place and the `width` places after it."""
    done = 0
    while done < width:
        step = min(done + 1, width - done)
        places |= places << step
        done += step
    return places


def _spread_back(places: int, width: int) -> int:
    done = 0
    while done < width:
        step = min(done + 1, width - done)
        places |= places >> step
        done += step
    return places


class _Reading:
    """One text as one family of languages reads it: where each item stands."""

    def __init__(self, found: Mapping[int, _Found]) -> None:
        self._found = found

    @property
    def items(self) -> Set[int]:
        """The items that are somewhere in the text."""
        return self._found.keys()

    def ends(self, chain: _Chain) -> list[int]:
        """Where each step of a chain ends; the last is 0 if the chain is not there."""
        ends: list[int] = []
        here = 0
        for number, step in enumerate(chain):
            reach, pauses = -1, 0
            if number:
                pauses = (here << 1) & self._found.get(step.or_pause, {}).get(1, 0)
                reach = _spread(here << 1, step.ahead)
                if step.back:
                    reach |= _spread_back(here >> 1, step.back)
            here = pauses
            for length, begins in self._found.get(step.item, {}).items():
                here |= (begins & reach) << (length - 1)
            ends.append(here)
            if not here:
                break
        return ends

    def cover(self, pattern: _Pattern) -> int:
        """The places of all words that a pattern matches."""
        covered = 0
        for chain in pattern.chains:
            ends = self.ends(chain)
            if not ends[-1]:
                return 0
            good = ends[-1]
            for number in range(len(chain) - 1, -1, -1):
                step = chain[number]
                pauses = begins_here = good & self._found.get(step.or_pause, {}).get(1, 0)
                for length, begins in self._found.get(step.item, {}).items():
                    hit = begins & (good >> (length - 1))
                    begins_here |= hit
                    covered |= _spread(hit, length - 1)
                if number:
                    before = _spread_back(begins_here >> 1, step.ahead) | pauses >> 1
                    if step.back:
                        before |= _spread(begins_here << 1, step.back)
                    good = ends[number - 1] & before
        return covered

    def matches(self, pattern: _Pattern, silenced: int = 0) -> bool:
        """Whether a pattern is there, outside the places that are silenced."""
        for one in pattern.unless:
            covered = self.cover(one)
            if covered:
                silenced |= _around(covered, _UNLESS)
        return all(self.ends(chain)[-1] & ~silenced for chain in pattern.chains)

    def without(self, covered: int) -> "_Reading":
        """The same text with some words taken out of the game."""
        if not covered:
            return self
        return _Reading(
            {
                item: {length: begins & ~_spread_back(covered, length - 1) for length, begins in places.items()}
                for item, places in self._found.items()
            }
        )


def _around(places: int, width: int = _AROUND) -> int:
    return _spread(places, width) | _spread_back(places, width)


_MARK = re.compile(r"[()|]|[^\s()|]+")
_MARKS = ("^", "$")
_MOST_PHRASES = 5000
_WRITTEN = re.compile(r"[\w'’-]+(?:\*\w*)?|[$^]|<number>")


def _by_rarest(
    rules: Iterable[_Pattern], phrases_of: Mapping[int, Set[_Phrase]]
) -> dict[int, list[tuple[frozenset[int], _Pattern]]]:
    """Rules with the items that they need, by the one of these that stands for the fewest phrases."""
    found: dict[int, list[tuple[frozenset[int], _Pattern]]] = {}
    for rule in rules:
        needed = rule.needed()
        rarest = min(needed, key=lambda item: len(phrases_of[item]), default=_ANY)
        found.setdefault(rarest, []).append((needed, rule))
    return found


def _put(atoms: dict[int, int], which: Iterable[int], place: int) -> None:
    for atom in which:
        atoms[atom] = atoms.get(atom, 0) | 1 << place


def _nothing() -> _Phrase:
    raise ValueError("is empty, or nothing but fillers")


def _pieces(text: str) -> Iterator[str]:
    """The pieces of a chain: gaps and items, an item being a word, a class or all within parentheses."""
    piece, depth = "", 0
    for mark in _MARK.findall(text):
        depth += (mark == "(") - (mark == ")")
        piece += f" {mark}"
        if depth <= 0:
            yield piece.strip()
            piece = ""
    if piece:
        raise ValueError("a parenthesis is left open")


class _Reader:
    """All that one family of languages recognises."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._slavic = any(page.family == "slavic" for page in pages)
        self._lexicon = _Lexicon()
        self._atoms: dict[tuple[str, str | None, str], int] = {}
        self._items: dict[frozenset[_Phrase], int] = {}
        self._findings: list[Finding] = []
        self._known_phrases: dict[str, _Phrase] = {}
        self._fillers = {
            way for page in pages for line in page.fillers for word in _words(line.text) for way in self._written(word)
        }
        self._lookalikes = {word for page in pages for line in page.lookalikes for word in _words(line.text)}
        self._foreign = {word for page in pages for line in page.foreign for word in _words(line.text)}
        # Which atoms a lookalike has as it is written, though its folded spelling be that of another word.
        self._as_written: dict[str, set[int]] = {word: set() for word in self._lookalikes}
        for word in self._lookalikes:
            self._lexicon.add_lookalike(self._key(word))
        self._pause = frozenset({(self._atom("$", None, ()),)})
        self._classes = self._read_classes(pages)
        self._used: set[str] = set()
        rules = {name: [self._pattern(page, line) for page in pages for line in page.rules[name]] for name in _RULES}
        self._findings += [
            Finding(page.path, lines[0].number if lines else 1, f"no pattern uses the words of <{name}>")
            for page in pages
            for name, lines in page.words.items()
            if name not in self._used
        ]
        if self._findings:
            raise BadSafety(self._findings)
        whole = {name: [rule for rule in found if rule is not None] for name, found in rules.items()}
        self._begin, self._end = (
            frozenset(atom for (key, _, _), atom in self._atoms.items() if key == mark) for mark in _MARKS
        )
        self._phrases: dict[int, list[tuple[int, _Phrase]]] = {}
        for phrases, item in self._items.items():
            for phrase in phrases:
                self._phrases.setdefault(phrase[0], []).append((item, phrase[1:]))
        phrases_of = {item: phrases for phrases, item in self._items.items()}
        self._rules = {name: _by_rarest(found, phrases_of) for name, found in whole.items()}
        self._lexicon.seal(
            frozenset(
                atom
                for found in whole.values()
                for rule in found
                for item in rule.items()
                for phrase in phrases_of[item]
                for atom in phrase
            )
        )

    # ------------------------------------------------------------------ reading a text

    def read(self, words: Sequence[str]) -> frozenset[str]:
        """Return the gravest list of rules that a text meets; beside a weak one, that of an emergency too."""
        if self._is_foreign(words):
            return frozenset()
        reading = self._reading(words)
        reading = reading.without(self._covered(reading, _HARMLESS))
        met: set[str] = set()
        for name, signs in _SILENCED_BY.items():
            rules = list(self._possible(reading, name))
            silenced = 0
            for sign in signs if rules else ():
                covered = self._covered(reading, sign)
                silenced |= _around(covered) if sign != _EVERYDAY else -bool(covered)
            if any(reading.matches(rule, silenced) for rule in rules):
                met.add(name)
                if name not in _WEAK:
                    break
        return frozenset(met)

    def _is_foreign(self, words: Sequence[str]) -> bool:
        """Whether a text is plainly written in another language than this family's."""
        foreign = self._foreign.intersection(words)
        return len(foreign) >= _ENOUGH_FOREIGN and not any(map(_HAS_CYRILLIC.search, words))

    def _reading(self, words: Sequence[str]) -> _Reading:
        atoms = self._places(words)
        found: dict[int, _Found] = {}
        for atom, places in atoms.items():
            for item, rest in self._phrases.get(atom, ()):
                begins = places
                for number, following in enumerate(rest, 1):
                    begins &= atoms.get(following, 0) >> number
                if begins:
                    lengths = found.setdefault(item, {})
                    lengths[len(rest) + 1] = lengths.get(len(rest) + 1, 0) | begins
        return _Reading(found)

    def _places(self, words: Sequence[str]) -> dict[int, int]:
        """Where each atom stands, one bit a place; a comma takes a place, between sentences many stay empty."""
        atoms: dict[int, int] = {}
        known: dict[str, frozenset[int]] = {}
        place, begins = _BREAK, True
        for word in words:
            if word in self._fillers:
                continue
            hits = known.get(word)
            if hits is None:
                hits = known[word] = self._atoms_of(word)
            _put(atoms, hits, place)
            if begins:
                _put(atoms, self._begin, place - 1)
            begins = word == _STOP
            place += _BREAK if begins else 1
        _put(atoms, self._end, place)
        return atoms

    def _atoms_of(self, word: str) -> frozenset[int]:
        if word in (_STOP, _PAUSE):
            return self._end
        if word in self._as_written:
            return frozenset(self._as_written[word] | self._lexicon.stems(self._key(word)))
        return self._lexicon.look_up(self._key(word), latin=self._slavic and not _HAS_CYRILLIC.search(word))

    def _possible(self, reading: _Reading, name: str) -> Iterator[_Pattern]:
        """The rules of which no item is missing; only those are looked at whose rarest item is there."""
        present, rules = reading.items, self._rules[name]
        for item in (_ANY, *present):
            for needed, rule in rules.get(item, ()):
                if needed <= present:
                    yield rule

    def _covered(self, reading: _Reading, name: str) -> int:
        covered = 0
        for rule in self._possible(reading, name):
            if not rule.unless or reading.matches(rule):
                covered |= reading.cover(rule)
        return covered

    def _key(self, word: str) -> str:
        return _slavic(word) if self._slavic else _plain(word)

    def _ways(self, word: str) -> set[str]:
        return _slavic_ways(word) if self._slavic else {_plain(word)}

    def _written(self, word: str) -> set[str]:
        """A short word in its own letters and in Latin ones; folded it would meet too many others."""
        return {word, word.translate(_FROM_CYRILLIC)} if self._slavic else {word}

    # ------------------------------------------------------------------ reading the data

    def _read_classes(self, pages: Sequence[Page]) -> dict[str, frozenset[_Phrase]]:
        classes: dict[str, set[_Phrase]] = {}
        for page in pages:
            for name, lines in page.words.items():
                phrases = classes.setdefault(name, set())
                for line in lines:
                    try:
                        phrases.add(self._phrase(line.text) or _nothing())
                    except ValueError as error:
                        self._findings.append(
                            Finding(page.path, line.number, f"words of <{name}>: {line.text!r}: {error}")
                        )
        return {name: frozenset(phrases) for name, phrases in classes.items()}

    def _phrase(self, text: str) -> _Phrase:
        known = self._known_phrases.get(text)
        if known is None:
            known = self._known_phrases[text] = tuple(self._atoms_of_data(text))
        return known

    def _atoms_of_data(self, text: str) -> Iterator[int]:
        for piece in text.split():
            if piece in (_NUMBER, *_MARKS):
                yield self._atom(piece, None, {piece})
                continue
            begin, star, end = piece.partition("*")
            words = _words(begin)
            for number, word in enumerate(words, 1):
                stem = star and number == len(words)
                if stem or word not in self._fillers:
                    apart = not stem and word in self._as_written
                    atom = self._atom(
                        self._key(word), self._key(end) if stem else None, self._ways(word), word if apart else ""
                    )
                    if apart:
                        self._as_written[word].add(atom)
                    yield atom

    def _atom(self, key: str, end: str | None, ways: Iterable[str], written: str = "") -> int:
        """The number of a word or stem; words that are folded alike share it unless one is to be kept apart."""
        if end is not None and len(key) < _SHORTEST_STEM:
            raise ValueError(f"the stem {key}* is too short: it would mean too many words")
        atom = self._atoms.setdefault((key, end, written), len(self._atoms))
        if key not in _MARKS:
            for way in ways:
                self._lexicon.add(way if way == key else _LATIN + way, end, atom)
        return atom

    def _pattern(self, page: Page, line: Line) -> _Pattern | None:
        when, *unless = line.text.split(" unless ")
        try:
            return _Pattern(
                tuple(self._chain(part) for part in when.split("&&")),
                tuple(_Pattern((self._chain(part),)) for part in unless),
                sys.intern(f"{page.path}:{line.number}: {line.text}"),
            )
        except ValueError as error:
            self._findings.append(Finding(page.path, line.number, f"{line.text!r}: {error}"))
            return None

    def _chain(self, text: str) -> _Chain:
        steps: list[_Step] = []
        ahead, back, joined = 0, 0, True
        for piece in _pieces(text):
            if piece in _GAPS or piece == "&":
                if joined:
                    raise ValueError(f"{piece} stands between two items")
                ahead, back, joined = (_NEAR, _NEAR, True) if piece == "&" else (_GAPS[piece], 0, True)
                continue
            phrases = self._alternatives(piece)
            if phrases:  # fillers alone are not counted
                pause = phrases & self._pause if ahead else frozenset()
                other = phrases - pause or phrases
                steps.append(_Step(self._item(other), ahead, back, self._item(pause) if pause else -1))
                ahead, back, joined = 0, 0, False
        if joined:
            raise ValueError("an item is missing" if steps else "is empty, or nothing but fillers")
        return tuple(steps)

    def _item(self, phrases: frozenset[_Phrase]) -> int:
        return self._items.setdefault(phrases, len(self._items))

    def _alternatives(self, piece: str) -> frozenset[_Phrase]:
        marks = _MARK.findall(piece)
        phrases = self._either(marks)
        if marks:
            raise ValueError("a parenthesis is not closed, or closed twice")
        if len(phrases) > _MOST_PHRASES:
            raise ValueError("stands for too many phrases")
        return frozenset(phrases)

    def _either(self, marks: list[str]) -> set[_Phrase]:
        """The phrases of `one|two (three|four)`, up to a closing parenthesis; takes what it reads off `marks`."""
        phrases: set[_Phrase] = set()
        now: set[_Phrase] = {()}
        while marks and marks[0] != ")":
            mark = marks.pop(0)
            if mark == "|":
                phrases, now = phrases | now - {()}, {()}
                continue
            if mark == "(":
                following = self._either(marks)
                if not marks:
                    raise ValueError("a parenthesis is left open")
                marks.pop(0)
            else:
                following = set(self._one(mark))
            if len(now) * len(following) > _MOST_PHRASES:
                raise ValueError("stands for too many phrases")
            now = {first + then for first in now for then in following}
        return phrases | now - {()}

    def _one(self, mark: str) -> Iterable[_Phrase]:
        """The phrases of a word or a class."""
        if mark in _GAPS or mark == "&":
            raise ValueError(f"{mark} cannot stand within parentheses")
        if not mark.startswith("<") or mark == _NUMBER:
            if not _WRITTEN.fullmatch(mark):
                raise ValueError(f"{mark} is no word")
            return (self._phrase(mark),)
        name = mark.strip("<>")
        if name not in self._classes:
            raise ValueError(f"there is no class {mark} under `words`")
        self._used.add(name)
        return self._classes[name]
