"""The terminal: a conversation with numbered choices."""

from collections.abc import Callable, Iterator
from itertools import count

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.assistant import Assistant
from bot.dialogue.typed import command
from bot.dialogue.values import Command, Message, Pressed, Reply, Typed
from bot.knowledge.document import Block, Document, Paragraph, Role, Span
from bot.knowledge.understanding import Kind
from bot.knowledge.words import Words

_STYLES = {Role.TEXT: "", Role.TITLE: "bold", Role.LABEL: "bold underline", Role.NOTE: "dim"}


class Terminal:
    """Talks with the person at the keyboard. `words` gives the interface's words of a language."""

    def __init__(
        self,
        assistant: Assistant,
        words: Callable[[str], Words],
        console: Console,
        address: str,
        hint: str | None,
    ) -> None:
        self._assistant = assistant
        self._words = words
        self._console = console
        self._address = address
        self._hint = hint
        self._shown = Reply(Document(), "")

    def talk(self, read: Callable[[str], str]) -> None:
        """Talk until an empty line or the end of input. `read` asks for one line with a prompt."""
        self._show(self._assistant.handle(self._address, Command("start"), self._hint))
        while True:
            words = self._words(self._shown.language)
            self._console.print(words("terminal.choose"), style="dim")
            try:
                line = read(words("terminal.prompt")).strip()
            except (EOFError, KeyboardInterrupt):
                line = ""
            if not line:
                self._console.print(words("terminal.bye"))
                return
            reply = self._assistant.handle(self._address, self._message(line), self._hint)
            if line.isdecimal() and reply.kind in (Kind.NONE, Kind.CHOICES):
                self._console.print(self._words(self._shown.language)("terminal.no_such_choice"))
                self._show_choices()
            else:
                self._show(reply)

    def _message(self, line: str) -> Message:
        choices = [button for row in self._shown.buttons for button in row]
        if line.isdecimal() and 1 <= int(line) <= len(choices):
            return Pressed(choices[int(line) - 1].action)
        return command(line) or Typed(line)

    def _show(self, reply: Reply) -> None:
        self._shown = reply
        self._console.print()
        for text in rich_blocks(reply.document):
            self._console.print(Padding(text, (0, 0, 1, 2)), width=min(self._console.width, 88))
        self._show_choices()

    def _show_choices(self) -> None:
        numbers = count(1)
        for caption, rows in self._shown.groups():
            if caption:
                self._console.print(Text(f"  {caption}"))
            for row in rows:
                labels = "   ".join(f"[{next(numbers)}] {button.label}" for button in row)
                self._console.print(Text(f"  {labels}", style="cyan"))


def rich_blocks(document: Document) -> Iterator[Text]:
    """Yield each block of a document as styled text."""
    for block in document.blocks:
        yield _rich_block(block)


def _rich_block(block: Block) -> Text:
    if isinstance(block, Paragraph):
        return _rich_line(block.spans, _STYLES[block.role])
    return Text("\n").join(Text("• ") + _rich_line(item, "") for item in block.items)


def _rich_line(spans: tuple[Span, ...], style: str) -> Text:
    text = Text(style=style)
    for span in spans:
        looks = " ".join(filter(None, ("bold" if span.strong else "", f"link {span.link}" if span.link else "")))
        text.append(span.text, style=looks or None)
    return text
