"""A small document: what the assistant says, free of any channel's markup.

Content is written in a little Markdown (paragraphs, lists, bold, links). `parse` turns it into these values;
each channel renders them in its own form, and `plain` renders them as text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token


class Role(StrEnum):
    """What a paragraph is for; channels show a title larger and a note smaller."""

    TEXT = "text"
    TITLE = "title"
    LABEL = "label"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text within a line, perhaps strong, perhaps a link (`https:`, `mailto:` or `tel:`)."""

    text: str
    strong: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `language` is given where it is not that of the whole document.

    `anchor` is the name by which a page's address can point at it.
    """

    spans: tuple[Span, ...]
    role: Role = Role.TEXT
    language: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is one line of spans. `language` as in Paragraph."""

    items: tuple[tuple[Span, ...], ...]
    language: str = ""


Block = Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks in reading order. Documents add up: `title + answer + note`."""

    blocks: tuple[Block, ...] = ()

    def __add__(self, other: "Document") -> "Document":
        return Document(self.blocks + other.blocks)

    def __bool__(self) -> bool:
        return bool(self.blocks)

    def in_language(self, code: str) -> "Document":
        """Return the document with its language noted, so that it can stand within one of another language."""
        return Document(tuple(replace(block, language=code) for block in self.blocks))

    def with_lead(self, lead: "Document") -> "Document":
        """Return the document with something before all else that it says: below its title."""
        titles = (at for at, block in enumerate(self.blocks, 1) if getattr(block, "role", None) is Role.TITLE)
        at = next(titles, 0)
        return Document((*self.blocks[:at], *lead.blocks, *self.blocks[at:]))

    def spans(self) -> Iterator[Span]:
        """All spans, in reading order."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield from block.spans
            else:
                for item in block.items:
                    yield from item


class UnsupportedMarkdown(ValueError):
    """The Markdown uses something other than paragraphs, lists, bold and links."""


def line(text: str, role: Role = Role.TEXT, language: str = "", anchor: str = "") -> Document:
    """Return a document of one paragraph without any markup in it."""
    return Document((Paragraph((Span(text),), role, language, anchor),))


def join(documents: Iterable[Document]) -> Document:
    """Return the documents one after the other."""
    return Document(tuple(block for document in documents for block in document.blocks))


_markdown = MarkdownIt("zero").enable(["emphasis", "link", "list", "escape", "newline", "entity"])


def parse(markdown: str) -> Document:
    """Return the document that a piece of content's Markdown describes.

    Raises:
        UnsupportedMarkdown: if there is more in it than paragraphs, flat lists, bold and links.

    """
    blocks: list[Block] = []
    items: list[tuple[Span, ...]] | None = None
    for token in _markdown.parse(markdown):
        match token.type:
            case "bullet_list_open":
                if items is not None:
                    raise UnsupportedMarkdown("a list inside a list")
                items = []
            case "bullet_list_close":
                blocks.append(Bullets(tuple(items or ())))
                items = None
            case "inline" if items is not None:
                items.append(_spans(token))
            case "inline":
                blocks.append(Paragraph(_spans(token)))
            case "paragraph_open" | "paragraph_close" | "list_item_open" | "list_item_close":
                pass
            case other:
                raise UnsupportedMarkdown(other.replace("_", " "))
    return Document(tuple(blocks))


def _spans(token: Token) -> tuple[Span, ...]:
    spans: list[Span] = []
    strong, link = False, None
    for child in token.children or ():
        match child.type:
            case "text" | "text_special":
                spans.append(Span(child.content, strong, link))
            case "softbreak" | "hardbreak":
                spans.append(Span(" ", strong, link))
            case "strong_open" | "strong_close":
                strong = child.type == "strong_open"
            case "link_open":
                link = str(child.attrs["href"])
            case "link_close":
                link = None
            case "em_open" | "em_close":
                raise UnsupportedMarkdown("*italics*; use **bold**")
            case other:
                raise UnsupportedMarkdown(other.replace("_", " "))
    return tuple(_merged(spans))


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Join neighbours that look alike, so that a channel writes one tag and not three."""
    last: Span | None = None
    for span in spans:
        if last is not None and (last.strong, last.link) == (span.strong, span.link):
            last = Span(last.text + span.text, span.strong, span.link)
            continue
        if last is not None and last.text:
            yield last
        last = span
    if last is not None and last.text:
        yield last


BETWEEN_BLOCKS = 2
"""Units that the blank line between two blocks takes."""
_BULLET = 3


def units_of(document: Document) -> int:
    """Return how long a document is in UTF-16 units without its markup: so the Bot API counts."""
    return sum(map(block_units, document.blocks)) + BETWEEN_BLOCKS * max(0, len(document.blocks) - 1)


def block_units(block: Block) -> int:
    """Return how long a block is in UTF-16 units, with the bullets and line ends of its items."""
    if isinstance(block, Paragraph):
        return sum(map(_width, block.spans))
    return sum(sum(map(_width, item)) + _BULLET for item in block.items)


def _width(span: Span) -> int:
    return len(span.text.encode("utf-16-le")) // 2


def plain(document: Document) -> str:
    """Return the document as plain text: blank lines between blocks, a dash before each item.

    A link's address is written out only where the text does not already show it.
    """
    return "\n\n".join(_plain_block(block) for block in document.blocks)


def _plain_block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return _plain_spans(block.spans)
    return "\n".join(f"- {_plain_spans(item)}" for item in block.items)


def _plain_spans(spans: Iterable[Span]) -> str:
    return "".join(_plain_span(span) for span in spans)


def _plain_span(span: Span) -> str:
    if span.link is None or span.link.startswith(("tel:", "mailto:")):
        return span.text
    address = span.link.removeprefix("https://").removeprefix("www.").rstrip("/")
    return span.text if address in span.text else f"{span.text} ({span.link})"
