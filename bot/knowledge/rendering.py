"""Rendering: a content file, the facts and who is asking become a document."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from bot.knowledge.document import Document, Role, UnsupportedMarkdown, line, parse, plain
from bot.knowledge.facts import Audience, Fact, FactBook, show
from bot.knowledge.library import OTHERS, PARTS, Entry, Language, Library


class CannotRender(ValueError):
    """A text refers to a fact that does not exist or is not known, or its markup is not understood."""


class FactInText:
    """A fact as a template sees it: true when known, and written in the words of the language."""

    def __init__(self, fact: Fact, language: Language) -> None:
        self.fact = fact
        self._language = language

    def __bool__(self) -> bool:
        return self.fact.known

    def __str__(self) -> str:
        if not self.fact.known:
            raise CannotRender(f"{self.fact.name} is not known; write {{% if {self.fact.name} %}}…{{% endif %}}")
        return show(self.fact, self._language.locale, self._language.currency)


def environment() -> Environment:
    """Return the Jinja2 environment of content texts: a name that is no fact is an error, Python is out of reach.

    No HTML is made here: every channel escapes the finished document in its own way.
    """
    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    made.globals.clear()
    return made


class Renderer:
    """Renders the entries of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._environment = environment()
        self._compiled = lru_cache(maxsize=None)(self._environment.from_string)
        self._names = {code: _names(library.facts, language) for code, language in library.languages.items()}

    def title(self, entry_id: str, language: str) -> str:
        """Return the title of an entry in one language."""
        return self._line(self._library.entry(entry_id, language).title, language)

    def button(self, entry_id: str, language: str) -> str:
        """Return the short title of an entry, for a button."""
        return self._line(self._library.entry(entry_id, language).button, language)

    def _line(self, template: str, language: str) -> str:
        """A title or a label on a button: text without any markup."""
        return plain(parse(self._text(template, language)))

    def topic(self, topic_id: str, language: str, audience: Audience | None = None) -> Document:
        """Return a topic's answer: title, what concerns this reader, and where it comes from.

        A reader we know gets the text for everybody and their own part; one we do not know gets every part
        under a label that says for whom it is.

        Raises:
            CannotRender: if the text is at fault (the content check finds this first).

        """
        entry = self._library.entry(topic_id, language)
        topic, words = self._library.topics[topic_id], self._library.words[language]
        note = words("answer.source", section=", ".join(topic.sections), checked=topic.checked)
        title = line(self.title(topic_id, language), Role.TITLE)
        return title + self.text(entry, audience) + line(note, Role.NOTE)

    def text(self, entry: Entry, audience: Audience | None = None) -> Document:
        """Return the text of an entry for one audience, or for an unknown one; without title and source."""
        document = Document()
        for name, template in _shown(entry, audience):
            if audience is None and name:
                label = self._library.words[entry.language](f"audience.{name}.label")
                document += line(label, Role.LABEL)
            document += self._document(template, entry)
        return document

    def _document(self, template: str, entry: Entry) -> Document:
        try:
            return parse(self._text(template, entry.language))
        except UnsupportedMarkdown as error:
            raise CannotRender(f"this markup is not used in texts: {error}") from error

    def _text(self, template: str, language: str) -> str:
        compiled: Template
        try:
            compiled = self._compiled(template)
            return compiled.render(self._names[language])
        except TemplateError as error:
            raise CannotRender(str(error)) from error


def _shown(entry: Entry, audience: Audience | None) -> Iterator[tuple[str, str]]:
    """The parts that a reader sees, as (name, template), in their fixed order."""
    if "" in entry.parts:
        yield "", entry.parts[""]
    own = audience if audience in entry.parts else OTHERS
    for name in PARTS:
        if name in entry.parts and (audience is None or name == own):
            yield str(name), entry.parts[name]


def readers(entry: Entry, part: str) -> frozenset[Audience]:
    """Return the audiences that read a part of an entry: everybody the text for all, `anderen` the rest."""
    if part == "":
        return frozenset(Audience)
    if part == OTHERS:
        return frozenset(audience for audience in Audience if audience not in entry.parts)
    return frozenset({Audience(part)})


def _names(facts: FactBook, language: Language) -> Mapping[str, Any]:
    def count(fact: FactInText, **forms: str) -> str:
        form = forms.get(language.locale.plural_form(fact.fact.value), forms.get("other", ""))
        if not form:
            raise CannotRender(f"count({fact.fact.name}) needs the plural form `other`")
        return f"{fact}\N{NO-BREAK SPACE}{form}"

    return {**{name: FactInText(fact, language) for name, fact in facts.items()}, "count": count}


_USED_IN_TEXTS = (
    nodes.Template, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.Not, nodes.And, nodes.Or,
    nodes.Compare, nodes.Operand, nodes.Keyword,
)  # fmt: skip


def _used_in_texts(node: nodes.Node) -> bool:
    """Texts consist of words, facts, what is said if something is known or is so, and counted things."""
    match node:
        case nodes.Output():
            return all(isinstance(part, (nodes.TemplateData, nodes.Name, nodes.Call)) for part in node.nodes)
        case nodes.Call():
            return isinstance(node.node, nodes.Name) and node.node.name == "count"
        case _:
            return isinstance(node, _USED_IN_TEXTS)


def used_facts(templates: Iterable[str]) -> frozenset[str]:
    """Return the names that templates refer to, `count` left out.

    Raises:
        CannotRender: if one cannot be parsed, or has more in it than facts, `if` and `count`.

    """
    found: set[str] = set()
    for template in templates:
        try:
            tree = environment().parse(template)
        except TemplateError as error:
            raise CannotRender(str(error)) from error
        for node in tree.find_all(nodes.Node):
            if not _used_in_texts(node):
                raise CannotRender("only {{ fact }}, {{ count(…) }} and {% if … %} are used in texts")
        found |= meta.find_undeclared_variables(tree)
    return frozenset(found - {"count"})
