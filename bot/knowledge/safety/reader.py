"""A reader: what the pages of one family of languages recognise, built from their patterns."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from bot.errors import Finding
from bot.knowledge.safety.letters import FROM_CYRILLIC, HAS_CYRILLIC, PAUSE, STOP, plain, slavic, slavic_ways, words_of
from bot.knowledge.safety.lexicon import LATIN, NUMBER, SHORTEST_STEM, Lexicon
from bot.knowledge.safety.matching import (
    ANY,
    BREAK,
    ENOUGH_FOREIGN,
    GAPS,
    NEAR,
    Chain,
    Found,
    Pattern,
    Phrase,
    Reading,
    Step,
    around,
)
from bot.knowledge.safety.pages import EVERYDAY, HARMLESS, RULES, SILENCED_BY, WEAK, BadSafety, Line, Page

_MARK = re.compile(r"[()|]|[^\s()|]+")
_MARKS = ("^", "$")
_MOST_PHRASES = 5000
_WRITTEN = re.compile(r"[\w'’-]+(?:\*\w*)?|[$^]|<number>")


def _by_rarest(
    rules: Iterable[Pattern], phrases_of: Mapping[int, Set[Phrase]]
) -> dict[int, list[tuple[frozenset[int], Pattern]]]:
    """Rules with the items that they need, by the one of these that stands for the fewest phrases."""
    found: dict[int, list[tuple[frozenset[int], Pattern]]] = {}
    for rule in rules:
        needed = rule.needed()
        rarest = min(needed, key=lambda item: len(phrases_of[item]), default=ANY)
        found.setdefault(rarest, []).append((needed, rule))
    return found


def _put(atoms: dict[int, int], which: Iterable[int], place: int) -> None:
    for atom in which:
        atoms[atom] = atoms.get(atom, 0) | 1 << place


def _nothing() -> Phrase:
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


class Reader:
    """All that one family of languages recognises."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._slavic = any(page.family == "slavic" for page in pages)
        self._lexicon = Lexicon()
        self._atoms: dict[tuple[str, str | None, str], int] = {}
        self._items: dict[frozenset[Phrase], int] = {}
        self._findings: list[Finding] = []
        self._known_phrases: dict[str, Phrase] = {}
        self._fillers = {
            way
            for page in pages
            for line in page.fillers
            for word in words_of(line.text)
            for way in self._written(word)
        }
        self._lookalikes = {word for page in pages for line in page.lookalikes for word in words_of(line.text)}
        self._foreign = {word for page in pages for line in page.foreign for word in words_of(line.text)}
        # Which atoms a lookalike has as it is written, though its folded spelling be that of another word.
        self._as_written: dict[str, set[int]] = {word: set() for word in self._lookalikes}
        for word in self._lookalikes:
            self._lexicon.add_lookalike(self._key(word))
        self._pause = frozenset({(self._atom("$", None, ()),)})
        self._classes = self._read_classes(pages)
        self._used: set[str] = set()
        rules = {name: [self._pattern(page, line) for page in pages for line in page.rules[name]] for name in RULES}
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
        self._phrases: dict[int, list[tuple[int, Phrase]]] = {}
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
        reading = reading.without(self._covered(reading, HARMLESS))
        met: set[str] = set()
        for name, signs in SILENCED_BY.items():
            rules = list(self._possible(reading, name))
            silenced = 0
            for sign in signs if rules else ():
                covered = self._covered(reading, sign)
                silenced |= around(covered) if sign != EVERYDAY else -bool(covered)
            if any(reading.matches(rule, silenced) for rule in rules):
                met.add(name)
                if name not in WEAK:
                    break
        return frozenset(met)

    def _is_foreign(self, words: Sequence[str]) -> bool:
        """Whether a text is plainly written in another language than this family's."""
        foreign = self._foreign.intersection(words)
        return len(foreign) >= ENOUGH_FOREIGN and not any(map(HAS_CYRILLIC.search, words))

    def _reading(self, words: Sequence[str]) -> Reading:
        atoms = self._places(words)
        found: dict[int, Found] = {}
        for atom, places in atoms.items():
            for item, rest in self._phrases.get(atom, ()):
                begins = places
                for number, following in enumerate(rest, 1):
                    begins &= atoms.get(following, 0) >> number
                if begins:
                    lengths = found.setdefault(item, {})
                    lengths[len(rest) + 1] = lengths.get(len(rest) + 1, 0) | begins
        return Reading(found)

    def _places(self, words: Sequence[str]) -> dict[int, int]:
        """Where each atom stands, one bit a place; a comma takes a place, between sentences many stay empty."""
        atoms: dict[int, int] = {}
        known: dict[str, frozenset[int]] = {}
        place, begins = BREAK, True
        for word in words:
            if word in self._fillers:
                continue
            hits = known.get(word)
            if hits is None:
                hits = known[word] = self._atoms_of(word)
            _put(atoms, hits, place)
            if begins:
                _put(atoms, self._begin, place - 1)
            begins = word == STOP
            place += BREAK if begins else 1
        _put(atoms, self._end, place)
        return atoms

    def _atoms_of(self, word: str) -> frozenset[int]:
        if word in (STOP, PAUSE):
            return self._end
        if word in self._as_written:
            return frozenset(self._as_written[word] | self._lexicon.stems(self._key(word)))
        return self._lexicon.look_up(self._key(word), latin=self._slavic and not HAS_CYRILLIC.search(word))

    def _possible(self, reading: Reading, name: str) -> Iterator[Pattern]:
        """The rules of which no item is missing; only those are looked at whose rarest item is there."""
        present, rules = reading.items, self._rules[name]
        for item in (ANY, *present):
            for needed, rule in rules.get(item, ()):
                if needed <= present:
                    yield rule

    def _covered(self, reading: Reading, name: str) -> int:
        covered = 0
        for rule in self._possible(reading, name):
            if not rule.unless or reading.matches(rule):
                covered |= reading.cover(rule)
        return covered

    def _key(self, word: str) -> str:
        return slavic(word) if self._slavic else plain(word)

    def _ways(self, word: str) -> set[str]:
        return slavic_ways(word) if self._slavic else {plain(word)}

    def _written(self, word: str) -> set[str]:
        """A short word in its own letters and in Latin ones; folded it would meet too many others."""
        return {word, word.translate(FROM_CYRILLIC)} if self._slavic else {word}

    # ------------------------------------------------------------------ reading the data

    def _read_classes(self, pages: Sequence[Page]) -> dict[str, frozenset[Phrase]]:
        classes: dict[str, set[Phrase]] = {}
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

    def _phrase(self, text: str) -> Phrase:
        known = self._known_phrases.get(text)
        if known is None:
            known = self._known_phrases[text] = tuple(self._atoms_of_data(text))
        return known

    def _atoms_of_data(self, text: str) -> Iterator[int]:
        for piece in text.split():
            if piece in (NUMBER, *_MARKS):
                yield self._atom(piece, None, {piece})
                continue
            begin, star, end = piece.partition("*")
            words = words_of(begin)
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
        if end is not None and len(key) < SHORTEST_STEM:
            raise ValueError(f"the stem {key}* is too short: it would mean too many words")
        atom = self._atoms.setdefault((key, end, written), len(self._atoms))
        if key not in _MARKS:
            for way in ways:
                self._lexicon.add(way if way == key else LATIN + way, end, atom)
        return atom

    def _pattern(self, page: Page, line: Line) -> Pattern | None:
        when, *unless = line.text.split(" unless ")
        try:
            return Pattern(
                tuple(self._chain(part) for part in when.split("&&")),
                tuple(Pattern((self._chain(part),)) for part in unless),
                sys.intern(f"{page.path}:{line.number}: {line.text}"),
            )
        except ValueError as error:
            self._findings.append(Finding(page.path, line.number, f"{line.text!r}: {error}"))
            return None

    def _chain(self, text: str) -> Chain:
        steps: list[Step] = []
        ahead, back, joined = 0, 0, True
        for piece in _pieces(text):
            if piece in GAPS or piece == "&":
                if joined:
                    raise ValueError(f"{piece} stands between two items")
                ahead, back, joined = (NEAR, NEAR, True) if piece == "&" else (GAPS[piece], 0, True)
                continue
            phrases = self._alternatives(piece)
            if phrases:  # fillers alone are not counted
                pause = phrases & self._pause if ahead else frozenset()
                other = phrases - pause or phrases
                steps.append(Step(self._item(other), ahead, back, self._item(pause) if pause else -1))
                ahead, back, joined = 0, 0, False
        if joined:
            raise ValueError("an item is missing" if steps else "is empty, or nothing but fillers")
        return tuple(steps)

    def _item(self, phrases: frozenset[Phrase]) -> int:
        return self._items.setdefault(phrases, len(self._items))

    def _alternatives(self, piece: str) -> frozenset[Phrase]:
        marks = _MARK.findall(piece)
        phrases = self._either(marks)
        if marks:
            raise ValueError("a parenthesis is not closed, or closed twice")
        if len(phrases) > _MOST_PHRASES:
            raise ValueError("stands for too many phrases")
        return frozenset(phrases)

    def _either(self, marks: list[str]) -> set[Phrase]:
        """The phrases of `one|two (three|four)`, up to a closing parenthesis; takes what it reads off `marks`."""
        phrases: set[Phrase] = set()
        now: set[Phrase] = {()}
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

    def _one(self, mark: str) -> Iterable[Phrase]:
        """The phrases of a word or a class."""
        if mark in GAPS or mark == "&":
            raise ValueError(f"{mark} cannot stand within parentheses")
        if not mark.startswith("<") or mark == NUMBER:
            if not _WRITTEN.fullmatch(mark):
                raise ValueError(f"{mark} is no word")
            return (self._phrase(mark),)
        name = mark.strip("<>")
        if name not in self._classes:
            raise ValueError(f"there is no class {mark} under `words`")
        self._used.add(name)
        return self._classes[name]
