"""The content check: every rule that the texts must keep, every finding at once, with file and line.

docs/content.md explains the rules to editors; this module is where they are kept.
"""

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from statistics import mode
from typing import Any, NoReturn

import textstat

from bot.checking_templates import template_findings
from bot.errors import ContentError, Finding, WegwijzerError
from bot.knowledge.danger import FILE as DANGER_EXAMPLES
from bot.knowledge.danger import NET_FILE, SecondNet, gather
from bot.knowledge.danger import fingerprint as fingerprint_of_danger
from bot.knowledge.document import Document, plain, units_of
from bot.knowledge.facts import EMAIL, EVERYONE, WEB, Audience, Fact, FactBook, Kind
from bot.knowledge.fusion import FUSION_FILE, SEMANTIC_FILE, exact_titles, learnt_from
from bot.knowledge.library import OTHERS, OUTSIDE, Entry, Library, fingerprint, read
from bot.knowledge.light import LightPart
from bot.knowledge.loader import of_each_language
from bot.knowledge.rendering import CannotRender, Renderer, readers, used_facts
from bot.knowledge.safety import BadSafety, SafetyNet
from bot.knowledge.semantic import Embedder, NoNumpy, SemanticPart, SemanticUnavailable
from bot.knowledge.skeleton import skeleton
from bot.knowledge.understanding import DANGER_TOPICS
from bot.knowledge.words import MissingWord, Words

LEAST_QUESTIONS = 12
LEAST_QUESTIONS_ONLY = 5
"""In a language that has example questions only (Russian)."""
TITLE_LETTERS = 70
BUTTON_LETTERS = 30
TELEGRAM_UNITS = 4096
"""UTF-16 units that a Telegram message may have (Bot API, sendMessage)."""
AROUND_UNITS = 200
"""Kept free for the question «did this help?» and what a choice of audience adds."""
READABLE = 50.0
"""The least Flesch-Douma score of a Dutch text; docs/decisions/readability.md tells why."""
AMONG = 3

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_DIGITS = re.compile(r"\w*\d[\w.,/-]*")
_LINK = re.compile(rf"{WEB}|tel:\+?\d{{3,}}|mailto:{EMAIL}")
_MARKUP = re.compile(r"\[?[^\[\]]*\]\(\S*|\*\*\S*|\S*\*\*")
_ADDRESS = re.compile(
    r"\w+:/\S*|www\.\S*|[^\s(]*@[^\s)]*|(?<![\w.])[\w-]+\.(?:nl|eu|com|org|net|info|ua)(?!\w)", re.IGNORECASE
)


def check_content(content: Path, today: dt.date) -> list[Finding]:
    """Return everything that is wrong with a content folder, in the order of files and lines."""
    library, findings = read(content)
    found = set(findings)
    if library is not None:
        found.update(_Check(library, content).findings(today))
    return sorted(found)


def check_weights(content: Path, weights: Path) -> list[Finding]:
    """Return a finding for each file of weights that was not learnt from the questions, or the danger, of today.

    Without numpy the weights of the semantic part and of the second net cannot be looked at; nor are they used then.
    """
    library, _ = read(content)
    if library is None:
        return []  # named by check_content
    questions, dangers = fingerprint(library), fingerprint_of_danger(gather(content)[0])
    learnt = [(FUSION_FILE, learnt_from(weights), questions)]
    with suppress(NoNumpy):
        learnt += [
            (SEMANTIC_FILE, _learnt_by(SemanticPart.load, weights / SEMANTIC_FILE), questions),
            (NET_FILE, _learnt_by(SecondNet.load, weights / NET_FILE), dangers),
        ]
    return [
        Finding(
            (weights / name).as_posix(), 0,
            "was learnt from other examples than those of now: run  make train" if found
            else "is missing or damaged: run  make train",
        )
        for name, found, taught in learnt if found != taught
    ]  # fmt: skip


def _learnt_by(load: Callable[[Path, Embedder], SemanticPart | SecondNet], path: Path) -> str:
    try:
        return load(path, _NoEmbedder()).learnt_from
    except NoNumpy:
        raise
    except SemanticUnavailable:
        return ""


class _NoEmbedder:
    """For weights that are only looked at."""

    def embed(self, texts: Sequence[str]) -> NoReturn:
        """Never called."""
        raise NotImplementedError


class _Check:
    """Checks a library that could be read."""

    def __init__(self, library: Library, content: Path) -> None:
        self._library = library
        self._content = content
        self._now = Renderer(library)
        # The same texts once every open fact is filled in: the other branch of each `{% if … %}`.
        self._later = Renderer(dataclasses.replace(library, facts=_filled(library)))

    def findings(self, today: dt.date) -> Iterator[Finding]:
        for entry in self._entries():
            yield from self._entry(entry)
        yield from self._facts(today)
        yield from self._pairs()
        yield from self._questions()
        yield from self._words()
        yield from self._structure()
        yield from template_findings(self._library)
        yield from self._danger_examples()
        yield from self._search()

    def _entries(self) -> Iterator[Entry]:
        """Every file with a text of its own."""
        yield from (e for e in self._library.entries.values() if not self._library.languages[e.language].answered_in)
        for entries in self._library.smalltalk.values():
            yield from (e for e in entries.values() if not self._library.languages[e.language].answered_in)

    # --- one file ------------------------------------------------------------------------------

    def _entry(self, entry: Entry) -> Iterator[Finding]:
        title = entry.lines.get("title", 1)
        if len(entry.title) > TITLE_LETTERS:
            yield Finding(entry.path, title, f"the title has {len(entry.title)} characters, at most {TITLE_LETTERS}")
        if len(_JINJA.sub("112", entry.button)) > BUTTON_LETTERS and entry.id in self._named:
            yield Finding(entry.path, 2, f"`button` has {len(entry.button)} characters, at most {BUTTON_LETTERS}")
        if not entry.parts:
            yield Finding(entry.path, title, "there is no text")
        yield from self._audiences(entry)
        if self._library.facts:  # else that is the finding, and hundreds that follow from it would bury it
            yield from self._facts_of(entry)
            yield from self._digits(entry)
            yield from self._addresses(entry)
            yield from self._shown(entry)

    @property
    def _named(self) -> frozenset[str]:
        return frozenset((*self._library.topics, *self._library.elsewhere))

    def _audiences(self, entry: Entry) -> Iterator[Finding]:
        topic = self._library.topics.get(entry.id)
        if topic is None:
            if set(entry.parts) - {""}:
                yield Finding(entry.path, 1, "only topics have parts for audiences")
            return
        for audience in sorted(topic.audiences - set(entry.parts)):
            yield Finding(entry.path, 1, f"there is no part `## {audience}`, but topics.yaml names that audience")
        parts = set(entry.parts) - {""}
        left_out = EVERYONE - {Audience(part) for part in parts - {OTHERS}}
        if parts and left_out and OTHERS not in parts:
            missing = ", ".join(sorted(left_out))
            yield Finding(entry.path, 1, f"nobody wrote for {missing}: add a part `## {OTHERS}`")
        if OTHERS in parts and not left_out:
            yield Finding(entry.path, entry.lines[OTHERS], f"`## {OTHERS}` has no readers left")

    def _facts_of(self, entry: Entry) -> Iterator[Finding]:
        for part, text in _templates(entry):
            line = entry.lines.get(part, 1)
            try:
                names = used_facts([text])
            except CannotRender as error:
                yield Finding(entry.path, line, f"cannot be shown: {error}")
                continue
            reading = readers(entry, part) if part in entry.parts else EVERYONE
            for name in sorted(names):
                fact = self._library.facts.get(name)
                where = _line_with(text, name, entry.begin_of(part))
                if fact is None:
                    yield Finding(entry.path, where, f"there is no fact {name!r} in facts.yaml")
                elif not reading <= fact.audiences:
                    wrong = ", ".join(sorted(reading - fact.audiences))
                    yield Finding(entry.path, where, f"fact {name!r} is not valid for {wrong}, who read it here")

    def _digits(self, entry: Entry) -> Iterator[Finding]:
        names = [str(fact.value) for fact in self._library.facts.values() if fact.kind is Kind.NAME and fact.known]
        for part, text in _templates(entry):
            bare = _bare(text)
            for name in names:
                bare = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", bare)
            for match in _DIGITS.finditer(_with_plain_digits(bare)):
                line = entry.begin_of(part) + bare.count("\n", 0, match.start())
                number = bare[match.start() : match.end()]
                yield Finding(entry.path, line, f"{number!r} is a number that is no fact: write {{{{ its_name }}}}")

    def _addresses(self, entry: Entry) -> Iterator[Finding]:
        for part, text in _templates(entry):
            bare = _bare(text)
            for match in _ADDRESS.finditer(bare):
                line = entry.begin_of(part) + bare.count("\n", 0, match.start())
                yield Finding(entry.path, line, f"{match[0]!r} is an address that is no fact: write {{{{ its_name }}}}")

    def _shown(self, entry: Entry) -> Iterator[Finding]:
        for renderer in (self._now, self._later):
            for audience in (None, *Audience):
                try:
                    document = renderer.text(entry, audience)
                except CannotRender as error:
                    yield Finding(entry.path, entry.lines.get("", 1), f"cannot be shown: {error}")
                    return
                except MissingWord:
                    return  # named once, for the file where it is missing
                if not plain(document).strip():
                    yield Finding(entry.path, 1, f"is empty for {audience or 'a reader we do not know'}")
                units = units_of(document) + len(entry.title) + AROUND_UNITS
                if units > TELEGRAM_UNITS:
                    yield Finding(entry.path, 1, f"is too long for Telegram: {units} of {TELEGRAM_UNITS} units")
                yield from _links(entry, document)
                yield from _left_over(entry, document)
        if self._library.languages[entry.language].source and entry.id in self._library.topics:
            yield from self._readable(entry)

    def _readable(self, entry: Entry) -> Iterator[Finding]:
        score = readability(self._now.text(entry))
        if score < READABLE:
            yield Finding(
                entry.path, entry.lines.get("", 1),
                f"is hard to read (Flesch-Douma {score:.0f}, at least {READABLE:.0f}): shorter sentences and words",
            )  # fmt: skip

    # --- languages beside each other -----------------------------------------------------------

    def _pairs(self) -> Iterator[Finding]:
        source = self._library.source_language
        for (entry_id, language), entry in self._library.entries.items():
            original = self._library.entries.get((entry_id, source))
            if language == source or original is None or self._library.languages[language].answered_in:
                continue
            if set(entry.parts) != set(original.parts):
                yield Finding(entry.path, 1, f"has the parts {_names(entry)}, but {source} has {_names(original)}")
            for part in set(entry.parts) & set(original.parts):
                yield from self._same_facts(entry, original, part)
            if entry.made_from != original.fingerprint:
                hint = f"read it again, then run  wegwijzer stamp {entry_id} --language {language}"
                yield Finding(entry.path, 1, f"is older than the text it was made from ({original.path}): {hint}")

    def _same_facts(self, entry: Entry, original: Entry, part: str) -> Iterator[Finding]:
        try:
            here, there = used_facts([entry.parts[part]]), used_facts([original.parts[part]])
        except CannotRender:
            return  # already found
        for name in sorted(here ^ there):
            which = "does not use" if name in there else "uses"
            yield Finding(
                entry.path, entry.lines.get(part, 1),
                f"part {part or '(for everybody)'} {which} fact {name!r}, unlike {original.path}",
            )  # fmt: skip

    def _questions(self) -> Iterator[Finding]:
        seen: dict[str, tuple[str, str]] = {}
        for (label, language), entry in self._library.entries.items():
            only = self._library.languages[language].answered_in
            least = LEAST_QUESTIONS_ONLY if only else LEAST_QUESTIONS
            if len(entry.questions) < least:
                count = len(entry.questions)
                yield Finding(entry.path, entry.lines.get("questions", 1), f"has {count} questions, at least {least}")
            for question in entry.questions:
                folded = skeleton(question)
                if not folded:
                    yield Finding(entry.path, _line_of(entry, question), f"{question!r} has no letters")
                    continue
                other = seen.setdefault(folded, (label, entry.path))
                if other[0] != label:
                    yield Finding(entry.path, _line_of(entry, question), f"{question!r} stands in {other[1]} too")

    def _words(self) -> Iterator[Finding]:
        source = self._library.words[self._library.source_language]
        for code, words in self._library.words.items():
            yield from self._differences(f"{self._content.name}/{code}", words, source)

    def _differences(self, folder: str, words: Words, source: Words) -> Iterator[Finding]:
        here, there = set(words.keys()), set(source.keys())
        # Of a file that could not be read that is the finding, and a hundred words would bury it.
        read_there = {source.file(key) for key in there}
        for key in sorted(here - there):
            if words.file(key) in read_there:
                path = f"{folder}/{words.file(key)}.yaml"
                yield Finding(path, 1, f"the word {key!r} does not exist in the source language")
        for key in sorted(here & there):
            path = f"{folder}/{words.file(key)}.yaml"
            for text in words.texts(key):
                if not text.strip():
                    yield Finding(path, 1, f"the word {key!r} is empty")
                if any(map(str.isnumeric, text)):
                    yield Finding(path, 1, f"the word {key!r} has a number in it: make it a placeholder")

    def _facts(self, today: dt.date) -> Iterator[Finding]:
        path = f"{self._content.name}/facts.yaml"
        if not self._library.facts:
            yield Finding(path, 0, "no fact could be read: the texts are looked at in full once they can")
            return
        facts = [fact for fact in self._library.facts.values() if fact.checked]
        # A machine whose clock is behind must not make every day one to come: most facts are checked together.
        today = max(today, mode([fact.checked for fact in facts if fact.checked] or [today]))
        for fact in facts:
            if fact.checked and fact.checked > today:
                yield Finding(path, fact.line, f"fact {fact.name}: `checked` is a day to come ({fact.checked})")
        topics = (self._content / "topics.yaml").read_text(encoding="utf-8")
        for topic in self._library.topics.values():
            if topic.checked > today:
                line = _line_with(topics, f" {topic.id}:", 1)
                yield Finding(
                    f"{self._content.name}/topics.yaml", line,
                    f"topic {topic.id}: `checked` is a day to come ({topic.checked})",
                )  # fmt: skip

    def _structure(self) -> Iterator[Finding]:
        path = f"{self._content.name}/topics.yaml"
        in_menu = {topic for section in self._library.menu for topic in self._library.menu_topics(section)}
        for topic in self._library.topics:
            if topic not in in_menu:
                yield Finding(path, 1, f"topic {topic} is in no section of the menu")
        for name, entries in self._library.smalltalk.items():
            for language in self._library.spoken:
                if language.code not in entries:
                    yield Finding(
                        f"{self._content.name}/{language.code}/smalltalk/{name}.md", 0, "this file is missing"
                    )

    # --- what the assistant makes of the questions ---------------------------------------------

    def _danger_examples(self) -> Iterator[Finding]:
        yield from gather(self._content)[1]
        for path in of_each_language(self._content, DANGER_EXAMPLES):
            if not path.exists():
                name = path.relative_to(self._content.parent).as_posix()
                yield Finding(name, 0, "this file is missing, so danger in this language is known by its words only")

    def _search(self) -> Iterator[Finding]:
        safety: SafetyNet | None = None
        try:
            safety = SafetyNet.load(self._content)
        except BadSafety as error:
            yield from error.found
        light = LightPart(self._library.examples())
        titles = exact_titles(self._library)
        for (label, _), entry in self._library.entries.items():
            for question in entry.questions:
                line = _line_of(entry, question)
                if safety is not None and label not in DANGER_TOPICS and safety.alarm(question) is not None:
                    yield Finding(entry.path, line, f"{question!r} sets off the alarm for danger")
                if label not in _first(light, titles, question):
                    yield Finding(entry.path, line, f"{question!r} does not find its own topic among the first {AMONG}")
        for language, pairs in self._library.test_questions.items():
            path = f"{self._content.name}/{language}/test-questions.yaml"
            for expected, question in pairs:
                if not set(map(str.strip, expected.split(","))) & set(_first(light, titles, question)):
                    line = _line_with((self._content.parent / path).read_text(encoding="utf-8"), question, 1)
                    yield Finding(path, line, f"{question!r} does not find {expected} among the first {AMONG}")


def _first(light: LightPart, titles: Mapping[str, str], question: str) -> list[str]:
    scores = dict(zip(light.labels, light.scores(question), strict=True))
    scores.pop(OUTSIDE, None)
    ranked = sorted(scores, key=lambda label: -scores[label])[:AMONG]
    exact = titles.get(skeleton(question))
    return [exact, *ranked] if exact else ranked


def _links(entry: Entry, document: Document) -> Iterator[Finding]:
    for span in document.spans():
        if span.link is not None and not _LINK.fullmatch(span.link):
            yield Finding(entry.path, 1, f"the link {span.link!r} is not well formed (https:, tel: or mailto:)")


def _left_over(entry: Entry, document: Document) -> Iterator[Finding]:
    """Marks that are shown to people as they stand, because what they began is not closed or no link."""
    for match in (match for span in document.spans() for match in _MARKUP.finditer(span.text)):
        marks = match[0]
        lines = (_line_with(text, marks, entry.begin_of(part)) for part, text in _templates(entry) if marks in text)
        yield Finding(entry.path, next(lines, 1), f"{marks!r} is no link and not bold: people would see the marks")


def readability(document: Document) -> float:
    """Return the Flesch-Douma score of a Dutch document: 0 (very hard) to 100 (very easy)."""
    textstat.set_lang("nl")
    return float(textstat.flesch_reading_ease(_sentences(document)))


def _sentences(document: Document) -> str:
    """Titles, labels and list items end with a full stop, so that they count as sentences."""
    lines = (line.removeprefix("- ").strip() for line in plain(document).splitlines())
    return " ".join(line if line[-1:] in ".!?" else f"{line}." for line in lines if line)


def _templates(entry: Entry) -> Iterator[tuple[str, str]]:
    """All that is shown of an entry, by name."""
    yield from {"title": entry.title, "button": entry.button, **entry.parts}.items()


def _bare(template: str) -> str:
    """A template without what is filled in, line by line as it was."""
    return _JINJA.sub(lambda match: "\n" * match[0].count("\n"), template)


def _with_plain_digits(text: str) -> str:
    """Every digit and number sign of any script (½, ⑤) becomes a plain digit, all else stays in its place."""
    return "".join("0" if letter.isnumeric() else letter for letter in text)


def _filled(library: Library) -> FactBook:
    return FactBook({name: _with_a_value(fact, library) for name, fact in library.facts.items()})


def _with_a_value(fact: Fact, library: Library) -> Fact:
    if fact.known:
        return fact
    samples: dict[Kind, Any] = {
        Kind.EURO: Decimal("12.50"), Kind.NUMBER: 5, Kind.PERCENT: 50, Kind.DATE: dt.date(2027, 3, 31),
        Kind.DATETIME: dt.datetime(2027, 3, 31, 19, 30),  # noqa: DTZ001 - facts are written in local time
        Kind.PHONE: "023-000 00 00", Kind.EMAIL: "naam@example.nl", Kind.WEB: "https://www.example.nl/lang",
        Kind.HOURS: {"days": ["mon", "fri"], "from": "09:00", "to": "17:00"},
        Kind.TEXT: dict.fromkeys(library.languages, "Raadhuisplein, 023-000 00 00, www.example.nl"),
    }  # fmt: skip
    return dataclasses.replace(fact, value=samples.get(fact.kind, "naam"))


def _names(entry: Entry) -> str:
    return ", ".join(part or "(for everybody)" for part in entry.parts)


def _line_with(text: str, word: str, start: int) -> int:
    lines = text.splitlines() or [""]
    return start + next((number for number, line in enumerate(lines) if word in line), 0)


def _line_of(entry: Entry, question: str) -> int:
    return entry.lines.get("questions", 0) + entry.questions.index(question) + 1


# --- for staff and translators -----------------------------------------------------------------------


def open_questions(content: Path) -> Iterator[str]:
    """Yield, for staff, each fact that is still to be supplied or confirmed, and where it is used.

    Raises:
        ContentError: if the content cannot be read.

    """
    library = _readable_library(content)
    used: dict[str, set[str]] = defaultdict(set)
    for entry in library.entries.values():
        try:
            names = used_facts([*entry.parts.values(), entry.title])
        except CannotRender as error:
            raise ContentError([f"{entry.path}: cannot be shown: {error}"]) from error
        for name in names:
            used[name].add(entry.id)
    yield "To be supplied:"
    yield from _listed(((fact, fact.ask) for fact in library.facts.values() if not fact.known), used)
    yield ""
    yield "To be confirmed:"
    confirm = ((fact, fact.confirm) for fact in library.facts.values() if fact.known and fact.confirm)
    yield from _listed(confirm, used)


def _readable_library(content: Path) -> Library:
    """Return the library, whatever is wrong in single files: an editor at work may not have written them all yet."""
    library, findings = read(content)
    if library is None:
        raise ContentError([str(finding) for finding in findings])
    return library


def _listed(pairs: Iterable[tuple[Fact, str]], used: Mapping[str, set[str]]) -> Iterator[str]:
    for fact, question in pairs:
        where = ", ".join(sorted(used.get(fact.name, ()))) or "no text yet"
        yield f"  {fact.name}: {question}  [{where}]"


def stamp_translations(content: Path, topics: Iterable[str], language: str | None) -> int:
    """Write into translations which text they were made from; return how many files were changed.

    Args:
        content: the content folder.
        topics: ids of topics, elsewhere entries or kinds of announcements; none = all.
        language: only this language; None = all but the source.

    Raises:
        ContentError: if the content cannot be read.
        WegwijzerError: if there is no such topic or language.

    """
    library = _readable_library(content)
    chosen, changed = set(topics), 0
    # A topic and a kind of announcement may have the same name: oudercafe is both.
    both = (library.entries, library.templates)
    for name in chosen:
        if not any((name, library.source_language) in texts for texts in both):
            raise WegwijzerError(f"There is no topic {name!r}. See  wegwijzer topics.")
    translated = [one.code for one in library.spoken if not one.source]
    if language is not None and language not in translated:
        raise WegwijzerError(f"There are no translations in {language!r}: choose one of {', '.join(translated)}.")
    for (entry_id, code), entry, original in (
        (key, entry, texts.get((key[0], library.source_language))) for texts in both for key, entry in texts.items()
    ):
        if original is None or code == library.source_language or library.languages[code].answered_in:
            continue
        if (chosen and entry_id not in chosen) or (language and code != language):
            continue
        if entry.made_from != original.fingerprint:
            _stamp(content.parent / entry.path, original.fingerprint)
            changed += 1
    return changed


def _stamp(path: Path, fingerprint: str) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        text = f"---\n---\n{text}"
    front, rest = text[4:].split("---\n", 1)
    kept = "".join(line for line in front.splitlines(keepends=True) if not line.startswith("made_from:"))
    path.write_text(f'---\n{kept}made_from: "{fingerprint}"\n---\n{rest}', encoding="utf-8")
