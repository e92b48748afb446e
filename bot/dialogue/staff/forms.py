"""Forms: short questions one after the other, with buttons, that can be left and gone on with.

How far somebody is lies in the store as plain values, so a restart loses nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.actions import action
from bot.dialogue.values import Button
from bot.knowledge.document import Document, Role, line, parse
from bot.knowledge.words import Words

Values = dict[str, Any]
Row = tuple[Button, ...]
SKIP, BACK, CLOSE = "-", "<", "x"


class Unreadable(ValueError):
    """What was typed is no answer to the question; `code` names the words for it under `staff.mistakes`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a question: the value that it stands for (no colon in it), and its label."""

    value: str
    label: str


def _none(_values: Values) -> Sequence[Choice]:
    return ()


def _always(_values: Values) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a form.

    `key` names the words of the question under `staff.ask`; `read` turns an answer, typed or pressed, into a value
    that JSON can hold, or raises Unreadable; `choices` are offered as buttons. A step that does not `apply` is
    passed over. `several` takes one choice after the other until it is done.
    """

    name: str
    key: str
    read: Callable[[str, Values], Any]
    choices: Callable[[Values], Sequence[Choice]] = _none
    applies: Callable[[Values], bool] = _always
    optional: bool = False
    file: bool = False
    shown: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """Questions in order."""

    name: str
    steps: tuple[Step, ...]

    def current(self, state: Values) -> Step | None:
        """Return the question that is open, None when all are answered."""
        answered = state["values"]
        return next((step for step in self.steps if step.name not in answered and step.applies(answered)), None)

    def answer(self, state: Values, text: str) -> None:
        """Put an answer into the state.

        Raises:
            Unreadable: if it is none; the state is as it was.

        """
        step = self.current(state)
        if step is None:
            return
        if text == SKIP and step.optional:
            state["values"][step.name] = None
            return
        state["values"][step.name] = step.read(text, state["values"])

    def back(self, state: Values) -> None:
        """Open the question before the one that is open."""
        answered = [step.name for step in self.steps if step.name in state["values"]]
        if answered:
            del state["values"][answered[-1]]

    def ask(self, state: Values, words: Words) -> tuple[Document, tuple[Row, ...]]:
        """Return the open question and its buttons."""
        step = self.current(state)
        if step is None:
            return Document(), ()
        place = [one.name for one in self.steps if one.applies(state["values"])].index(step.name) + 1
        count = sum(one.applies(state["values"]) for one in self.steps)
        document = line(words("staff.step", place=place, count=count), Role.NOTE)
        document += parse(words(f"staff.ask.{step.key}", **step.shown))
        rows: list[Row] = [(_button(step, choice.label, choice.value),) for choice in step.choices(state["values"])]
        last = [_button(step, words("staff.close"), CLOSE)]
        if state["values"]:
            last.insert(0, _button(step, words("menu.back"), BACK))
        if step.optional:
            last.insert(0, _button(step, words("staff.skip"), SKIP))
        return document, (*rows, tuple(last))


def _button(step: Step, label: str, value: str) -> Button:
    """A button that says which question it answers, so that a second tap is no answer to the next."""
    return Button(label, action("z", "f", f"{step.name}={value}"))
