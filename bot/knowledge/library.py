"""The library: everything in content/, read once and then only looked at.

content/facts.yaml, content/topics.yaml and a folder per language (docs/content.md). A folder with `answered_in`
in its language.yaml holds example questions only: people may ask in that language, another one answers.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from bot.errors import ContentError, Finding
from bot.knowledge.announceable import EVENT_PARTS, Announceable, read_announceable
from bot.knowledge.facts import NUMBERS_IN_DANGER, Audience, BadFact, Fact, FactBook, Kind, read_fact
from bot.knowledge.loader import SafeLoader
from bot.knowledge.words import Words

OTHERS = "anderen"
"""The part for every audience that has no part of its own."""

OUTSIDE = "outside"
"""The label of example questions that nothing of ours answers."""

PARTS = (*Audience, OTHERS)

WORD_FILES = ("interface", "following", "staff", "recurrence")
"""The files of a language that hold the interface's words: for everybody, who follows something, staff; repetition."""

QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One content file: a title, a text in parts, and the questions that it answers.

    `parts` maps "" (for everybody), an audience or `anderen` to a Jinja2 template of Markdown; `lines` tells in
    which line of the file the heading of each part stands, `begins` in which its text begins.
    """

    id: str
    language: str
    path: str
    title: str = ""
    button: str = ""
    made_from: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    begins: Mapping[str, int] = field(default_factory=dict)

    def begin_of(self, part: str) -> int:
        """Return the line of the file where the text of a part, the title or the button begins."""
        return self.begins.get(part, self.lines.get(part, 1))

    @property
    def fingerprint(self) -> str:
        """A short hash of title and text: a translation keeps that of the text it was made from."""
        words = "\n".join([self.title, *(f"## {name}\n{text}" for name, text in self.parts.items())])
        return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Topic:
    """What all languages of a topic share (content/topics.yaml)."""

    id: str
    group: str
    audiences: frozenset[Audience]
    sections: tuple[str, ...]
    related: tuple[str, ...]
    checked: dt.date


@dataclass(frozen=True, slots=True)
class Language:
    """A folder of content/."""

    code: str
    name: str
    locale: Locale
    direction: str = "ltr"
    source: bool = False
    answered_in: str = ""
    currency: str = "symbol"


@dataclass(frozen=True, slots=True)
class Library:
    """All content, by kind, id and language."""

    facts: FactBook
    topics: Mapping[str, Topic]
    menu: Mapping[str, tuple[str, ...]]
    elsewhere: tuple[str, ...]
    languages: Mapping[str, Language]
    entries: Mapping[tuple[str, str], Entry]
    smalltalk: Mapping[str, Mapping[str, Entry]]
    outside: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Words]
    test_questions: Mapping[str, tuple[tuple[str, str], ...]]
    announcements: Announceable
    templates: Mapping[tuple[str, str], Entry]

    @property
    def spoken(self) -> tuple[Language, ...]:
        """The languages that answers are written in, the source first."""
        return tuple(
            sorted(
                (one for one in self.languages.values() if not one.answered_in),
                key=lambda one: not one.source,
            )
        )

    @property
    def source_language(self) -> str:
        """The language that the others are written from."""
        return self.spoken[0].code

    def answer_language(self, code: str) -> str:
        """Return the language in which a question in language `code` is answered."""
        return self.languages[code].answered_in or code

    def entry(self, entry_id: str, language: str) -> Entry:
        """Return a topic's or elsewhere entry's file in one language; KeyError if there is none."""
        return self.entries[entry_id, language]

    def examples(self) -> Iterator[tuple[str, str, str]]:
        """All example questions as (label, language, question): topics, elsewhere entries and OUTSIDE."""
        for (label, language), entry in self.entries.items():
            for question in entry.questions:
                yield label, language, question
        for language, questions in self.outside.items():
            for question in questions:
                yield OUTSIDE, language, question

    def menu_topics(self, section: str) -> tuple[str, ...]:
        """The topics behind one button of the menu, in the order of topics.yaml."""
        return tuple(topic.id for topic in self.topics.values() if topic.group in self.menu[section])


def fingerprint(library: Library) -> str:
    """Return a short hash of all example questions: what the finder was taught."""
    lines = sorted("\t".join(example) for example in library.examples())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def load(content: Path) -> Library:
    """Return the library that the folder `content` holds.

    Raises:
        ContentError: with every finding, if anything cannot be read.

    """
    library, findings = read(content)
    if findings or library is None:
        raise ContentError([str(finding) for finding in sorted(findings)])
    return library


def read(content: Path) -> tuple[Library | None, list[Finding]]:
    """Return the library and what is wrong with its form; None where too little could be read."""
    reader = _Reader(content)
    library = reader.library()
    return library, reader.findings


_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*$")


class _EachKeyOnce(SafeLoader):
    """Reads YAML, and notes each key that stands twice: YAML itself would silently take the last one.

    The first is read, so that whatever else stands in the file can be looked at too.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.twice: list[tuple[str, int]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[tuple[str, str]] = set()
        first: list[tuple[yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            written = (key.tag, str(key.value))
            if written in seen:
                self.twice.append((written[1], key.start_mark.line + 1))
            else:
                first.append((key, value))
            seen.add(written)
        node.value = first
        return super().construct_mapping(node, deep)


class _Reader:
    """Reads a content folder and gathers findings instead of stopping at the first."""

    def __init__(self, content: Path) -> None:
        self._content = content
        self.findings: list[Finding] = []

    def library(self) -> Library | None:
        if not self._content.is_dir():
            self._find(self._content, 0, "there is no such folder: check WEGWIJZER_CONTENT_DIR")
            return None
        languages = self._languages()
        facts = self._facts(languages)
        structure = self._yaml(self._content / "topics.yaml")
        topics = self._topics(structure)
        elsewhere = tuple(structure.get("elsewhere") or ())
        if not topics or not languages:
            return None
        entries: dict[tuple[str, str], Entry] = {}
        for language in languages.values():
            for folder, ids in (("topics", tuple(topics)), ("elsewhere", elsewhere)):
                for entry in self._folder(language, folder, ids):
                    entries[entry.id, language.code] = entry
        announcements = self._announcements(topics)
        templates = {
            (entry.id, language.code): entry
            for language in languages.values()
            if not language.answered_in
            for entry in self._folder(language, "announcements", tuple(announcements.kinds), EVENT_PARTS)
        }
        smalltalk: dict[str, dict[str, Entry]] = {}
        for language in languages.values():
            for entry in self._folder(language, "smalltalk", None):
                smalltalk.setdefault(entry.id, {})[language.code] = entry
        return Library(
            facts=facts,
            topics=topics,
            menu={name: tuple(groups) for name, groups in (structure.get("menu") or {}).items()},
            elsewhere=elsewhere,
            languages=languages,
            entries=entries,
            smalltalk=smalltalk,
            outside={code: self._outside(code) for code in languages},
            words=self._all_words(languages),
            test_questions={code: self._test_questions(code, topics) for code in languages},
            announcements=announcements,
            templates=templates,
        )

    # --- the parts -----------------------------------------------------------------------------

    def _facts(self, languages: Mapping[str, Language]) -> FactBook:
        """Return all facts; one that cannot be read stands there as a number, so that texts with it can be shown."""
        path, before = self._content / "facts.yaml", len(self.findings)
        entries = self._yaml(path)
        lines = _top_level_lines(path)
        facts: dict[str, Fact] = {}
        for name, entry in entries.items():
            line = lines.get(name, 0)
            try:
                facts[name] = read_fact(name, entry, line)
                _told_in_each(languages, facts[name])
            except BadFact as error:
                self._find(path, line, str(error))
                facts[name] = Fact(name, Kind.NUMBER, 1, line=line)
        if facts or len(self.findings) == before:  # else what is missing is what could not be read
            for name in NUMBERS_IN_DANGER:
                if name not in facts or not facts[name].known:
                    line = facts[name].line if name in facts else 1
                    self._find(path, line, f"the assistant itself needs the fact {name!r}, with a value")
        return FactBook(facts)

    def _topics(self, structure: Mapping[str, Any]) -> dict[str, Topic]:
        path = self._content / "topics.yaml"
        topics: dict[str, Topic] = {}
        for group, members in (structure.get("groups") or {}).items():
            for topic_id, entry in (members or {}).items():
                line = _line_of(path, rf"^\s+{re.escape(topic_id)}:")
                try:
                    topics[topic_id] = Topic(
                        id=topic_id,
                        group=group,
                        audiences=frozenset(Audience(word) for word in entry["for"]),
                        sections=tuple(str(section) for section in entry["section"]),
                        related=tuple(entry["related"]),
                        checked=_day(entry["checked"]),
                    )
                except (KeyError, TypeError, ValueError) as error:
                    self._find(path, line, f"topic {topic_id}: {error!s} is missing or wrong")
        for topic in topics.values():
            for other in topic.related:
                if other not in topics:
                    line = _line_of(path, rf"^\s+{re.escape(topic.id)}:")
                    self._find(path, line, f"topic {topic.id}: related topic {other!r} does not exist")
        return topics

    def _announcements(self, topics: Mapping[str, Topic]) -> Announceable:
        path = self._content / "announcements.yaml"
        found, problems = read_announceable(self._yaml(path), frozenset(topics))
        for key, message in problems:
            self._find(path, _line_of(path, rf"^\s*{re.escape(key)}:"), message)
        return found

    def _languages(self) -> dict[str, Language]:
        languages: dict[str, Language] = {}
        for folder in sorted(self._content.glob("[!.]*/")):
            path = folder / "language.yaml"
            if not path.exists():
                self._find(path, 0, "this file is missing, so nobody is answered in this language")
                continue
            code, entry = folder.name, self._yaml(path)
            try:
                languages[code] = Language(
                    code=code,
                    name=entry["name"],
                    locale=Locale.parse(entry["locale"]),
                    direction=entry.get("direction", "ltr"),
                    source=bool(entry.get("source")),
                    answered_in=entry.get("answered_in", ""),
                    currency=entry.get("currency", "symbol"),
                )
            except (KeyError, ValueError) as error:
                self._find(path, 1, f"{error!s} is missing or wrong")
        if not any(language.source for language in languages.values()):
            self._find(
                self._content,
                0,
                "no language.yaml says `source: true`: is this the folder of the texts (WEGWIJZER_CONTENT_DIR)?",
            )
        return languages

    def _folder(
        self, language: Language, folder: str, ids: tuple[str, ...] | None, named: tuple[str, ...] = PARTS
    ) -> Iterator[Entry]:
        directory = self._content / language.code / folder
        found = {path.stem: path for path in sorted(directory.glob("*.md"))}
        for entry_id in ids or ():
            if entry_id not in found:
                self._find(directory / f"{entry_id}.md", 0, "this file is missing")
        for entry_id, path in found.items():
            if ids is not None and entry_id not in ids:
                where = "announcements.yaml" if folder == "announcements" else "topics.yaml"
                self._find(path, 1, f"{entry_id!r} is not named in {where}")
                continue
            yield self._entry(entry_id, language, path, named)

    def _entry(self, entry_id: str, language: Language, path: Path, named: tuple[str, ...]) -> Entry:
        text = self._text(path)
        front, body, offset = self._front_matter(path, text)
        title, title_line = "", 0
        parts: dict[str, list[str]] = {"": []}
        lines, begins = {"": offset + 1}, dict[str, int]()
        part = ""
        for number, line in enumerate(body.splitlines(), offset + 1):
            heading = _HEADING.match(line)
            if heading is None:
                parts[part].append(line)
                if line.strip():
                    begins.setdefault(part, number)
            elif heading[1] == "#" and not title:
                title, title_line = heading[2], number
            elif heading[1] == "##" and heading[2] in (*named, QUESTIONS) and heading[2] not in parts:
                part = heading[2]
                parts[part], lines[part] = [], number
            else:
                self._find(
                    path,
                    number,
                    f"unexpected heading {line!r}: the parts are {', '.join(named)}, {QUESTIONS}",
                )
        questions = tuple(self._questions(path, parts.pop(QUESTIONS, []), lines.get(QUESTIONS, 0)))
        lines["title"] = title_line
        texts = {name: "\n".join(content).strip() for name, content in parts.items()}
        if language.answered_in and (title or any(texts.values())):
            self._find(path, 1, f"{language.code} has example questions only")
        if not language.answered_in and not title:
            self._find(path, offset + 1, "has no title (# …)")
        return Entry(
            id=entry_id,
            language=language.code,
            path=self._relative(path),
            title=title,
            button=str(front.get("button", title)),
            made_from=str(front.get("made_from", "")),
            parts={name: content for name, content in texts.items() if content},
            questions=questions,
            lines=lines,
            begins=begins,
        )

    def _front_matter(self, path: Path, text: str) -> tuple[dict[str, Any], str, int]:
        """Return the front matter, the rest, and how many lines the front matter took."""
        match = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
        if match is None:
            return {}, text, 0
        front = self._parse_yaml(path, match[1], 1)
        unknown = set(front) - {"button", "made_from"}
        if unknown:
            self._find(path, 2, f"unknown key {', '.join(sorted(unknown))} (known: button, made_from)")
        return front, text[match.end() :], match[0].count("\n")

    def _questions(self, path: Path, lines: list[str], start: int) -> Iterator[str]:
        for number, line in enumerate(lines, start + 1):
            if line.startswith("- ") and line[2:].strip():
                yield line[2:].strip()
            elif line.strip():
                self._find(path, number, f"expected a question on one line after a dash, found {line.strip()!r}")

    def _outside(self, code: str) -> tuple[str, ...]:
        path = self._content / code / "outside.md"
        if not path.exists():
            return ()
        lines = self._text(path).splitlines()
        start = next((number for number, line in enumerate(lines, 1) if line.strip() == f"## {QUESTIONS}"), 0)
        return tuple(self._questions(path, lines[start:], start))

    def _all_words(self, languages: Mapping[str, Language]) -> dict[str, Words]:
        """Return the words of each language that is spoken, and find those with which nothing could be said.

        What follows from a file that could not be read would bury that one.
        """
        words: dict[str, Words] = {}
        whole: dict[str, Words] = {}
        spoken = (language for language in languages.values() if not language.answered_in)
        for language in sorted(spoken, key=lambda one: not one.source):
            before = len(self.findings)
            words[language.code] = self._words(language)
            if len(self.findings) == before:
                whole[language.code] = words[language.code]
        source = next(iter(whole.values()), None)
        for code, own in whole.items():
            for name, fault in own.faults(source or own):
                self._find(self._content / code / f"{name}.yaml", 1, fault)
        return words

    def _words(self, language: Language) -> Words:
        tree: dict[str, Any] = {}
        files: dict[str, str] = {}
        for name in WORD_FILES:
            path = self._content / language.code / f"{name}.yaml"
            own = self._yaml(path)
            for twice in sorted(tree.keys() & own.keys()):
                self._find(path, 1, f"{twice!r} stands in another file of words already")
            try:
                Words(language.locale, own)
            except TypeError as error:
                self._find(path, 1, str(error))
                continue
            tree.update(own)
            files.update(dict.fromkeys(own, name))
        return Words(language.locale, tree, files)

    def _test_questions(self, code: str, topics: Mapping[str, Topic]) -> tuple[tuple[str, str], ...]:
        path = self._content / code / "test-questions.yaml"
        if not path.exists():
            return ()
        pairs: list[tuple[str, str]] = []
        for key, questions in self._yaml(path).items():
            line = _line_of(path, rf"^[\"']?{re.escape(str(key))}[\"']?:")
            expected = [word.strip() for word in str(key).split(",")]
            if any(word not in topics for word in expected):
                self._find(path, line, f"{key!r} is no topic")
            elif not isinstance(questions, list) or not all(isinstance(one, str) for one in questions):
                self._find(path, line, f"{key!r}: expected a list of questions")
            else:
                pairs.extend((key, question) for question in questions)
        return tuple(pairs)

    # --- reading -------------------------------------------------------------------------------

    def _yaml(self, path: Path) -> dict[str, Any]:
        return self._parse_yaml(path, self._text(path), 0)

    def _parse_yaml(self, path: Path, text: str, offset: int) -> dict[str, Any]:
        loader = _EachKeyOnce(text)
        try:
            value = loader.get_single_data()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = (mark.line + 1 if mark else 0) + offset
            self._find(path, line, f"not valid YAML: {getattr(error, 'problem', None) or error}")
            return {}
        finally:
            loader.dispose()
        for key, line in loader.twice:
            self._find(path, line + offset, f"{key!r} stands here a second time")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._find(path, offset + 1, "expected `name: value` lines")
            return {}
        return value

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self._find(path, 0, "this file is missing")
        except (OSError, UnicodeDecodeError) as error:
            self._find(path, 0, f"cannot be read: {error}")
        return ""

    def _find(self, path: Path, line: int, message: str) -> None:
        self.findings.append(Finding(self._relative(path), line, message))

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._content.parent).as_posix() if path != self._content else path.as_posix()


def _day(value: Any) -> dt.date:
    if type(value) is not dt.date:
        raise TypeError("`checked`, a day such as 2026-11-24,")
    return value


def _told_in_each(languages: Mapping[str, Language], fact: Fact) -> None:
    """Raise BadFact if a text that is written per language is not there in one that answers are written in."""
    if fact.kind is Kind.TEXT and isinstance(fact.value, dict):
        for language in languages.values():
            if not language.answered_in and language.locale.language not in fact.value:
                raise BadFact(f"fact {fact.name}: there is no text in {language.name}")


def _top_level_lines(path: Path) -> dict[str, int]:
    """In which line of a YAML file each top-level key stands."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {match[1]: number for number, line in enumerate(lines, 1) if (match := re.match(r"([\w-]+):", line))}


def _line_of(path: Path, pattern: str) -> int:
    """The first line of a file that the pattern matches; 0 if none does."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return next((number for number, line in enumerate(lines, 1) if re.match(pattern, line)), 0)
