"""Documents and buttons in Telegram's form."""

from collections.abc import Iterable, Iterator
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.dialogue.values import Button
from bot.knowledge.document import BETWEEN_BLOCKS, Block, Document, Paragraph, Role, Span, block_units

LIMIT = 4096
"""UTF-16 units that a message may have after its entities are parsed (Bot API, sendMessage)."""


def messages(document: Document, limit: int = LIMIT) -> list[str]:
    """Return a document as one or more messages of Telegram's HTML, split between blocks where it is too long."""
    texts: list[str] = []
    room = 0
    for block in document.blocks:
        html, units = _html(block), block_units(block)
        if texts and units + BETWEEN_BLOCKS <= room:
            texts[-1] += f"\n\n{html}"
            room -= units + BETWEEN_BLOCKS
        else:
            texts.append(html)
            room = limit - units
    return texts


def keyboard(rows: Iterable[Iterable[Button]]) -> InlineKeyboardMarkup | None:
    """Return rows of buttons as an inline keyboard, None if there are none."""
    made = [[InlineKeyboardButton(button.label, callback_data=button.action) for button in row] for row in rows]
    return InlineKeyboardMarkup(made) if made else None


def without_thumbs(markup: InlineKeyboardMarkup, pressed: str) -> InlineKeyboardMarkup:
    """Return a keyboard without the row of a button that was pressed, so that a thumb counts once."""
    rows = [row for row in markup.inline_keyboard if all(button.callback_data != pressed for button in row)]
    return InlineKeyboardMarkup(rows)


def _html(block: Block) -> str:
    if not isinstance(block, Paragraph):
        return "\n".join(f"• {_html_line(item)}" for item in block.items)
    line = _html_line(block.spans)
    match block.role:
        case Role.TITLE:
            return f"<b>{line}</b>"
        case Role.LABEL:
            return f"<b><u>{line}</u></b>"
        case Role.NOTE:
            return f"<i>{line}</i>"
    return line


def _html_line(spans: Iterable[Span]) -> str:
    return "".join(_html_spans(spans))


def _html_spans(spans: Iterable[Span]) -> Iterator[str]:
    for span in spans:
        text = escape(span.text, quote=False)
        # Telegram makes phone numbers clickable by itself and knows no tel: links.
        if span.link is not None and not span.link.startswith("tel:"):
            text = f'<a href="{escape(span.link)}">{text}</a>'
        yield f"<b>{text}</b>" if span.strong else text
