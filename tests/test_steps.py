"""The life of an announcement: every step from every state, and by every role, through the desk."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from scheduler.announcements import Announcement, NotAllowed, Role, State, Step
from tests.desk import Place

BY_THE_CLOCK = {Step.START, Step.FINISH, Step.EXPIRE}
BY_HAND = [step for step in Step if step not in BY_THE_CLOCK]
TEXT = {"nl": ("Nieuws", "Er is nieuws.")}

# From a state (row), where a step (column) leads; a dot: it is refused. "begun": somebody may have it already.
LIFE = """
state           | edit  submit    send_back approve   pause  resume    cancel    correct recall
draft           | draft submitted .         .         .      .         cancelled .       .
submitted       | draft .         draft     scheduled .      .         cancelled .       .
scheduled       | draft .         .         .         paused .         cancelled .       .
scheduled,begun | .     .         .         .         paused .         cancelled .       .
sending,begun   | .     .         .         .         paused .         cancelled sending recalled
paused          | draft .         .         .         .      scheduled cancelled .       recalled
paused,begun    | .     .         .         .         .      scheduled cancelled paused  recalled
sent,begun      | .     .         .         .         .      .         .         sent    recalled
cancelled       | .     .         .         .         .      .         .         .       recalled
cancelled,begun | .     .         .         .         .      .         .         .       recalled
recalled,begun  | .     .         .         .         .      .         .         .       .
expired         | .     .         .         .         .      .         .         .       .
"""
# Who may take a step at all: the lowest role.
NEEDED = {
    "edit": "editor", "submit": "editor", "send_back": "approver", "approve": "approver", "pause": "editor",
    "resume": "approver", "cancel": "editor", "correct": "approver", "recall": "approver",
}  # fmt: skip


Stand = tuple[State, bool]
"""A state, and whether sending had begun."""


def life() -> dict[tuple[Stand, Step], State | None]:
    head, *rows = (line.replace("|", " ").split() for line in LIFE.strip().splitlines())
    steps = [Step(name) for name in head[1:]]
    return {
        (stand(row[0]), step): None if cell == "." else State(cell)
        for row in rows
        for step, cell in zip(steps, row[1:], strict=True)
    }


def stand(named: str) -> Stand:
    state, _, begun = named.partition(",")
    return State(state), bool(begun)


STANDS = list(dict.fromkeys(where for where, _ in life()))


def in_state(place: Place, state: State, *, begun: bool) -> Announcement:
    """An announcement by somebody else that stands in a state, as if it had come there by itself."""
    writer = place.staff("Eva", Role.EDITOR)
    written = place.desk.announcing.write(writer, "algemeen", texts=TEXT)
    there = replace(written, state=state, sent_at=place.now if begun else None)
    place.desk.office.announcements.write(there)
    return place.desk.announcing.find(written.id)


def take(place: Place, step: Step, actor: int, number: int) -> Announcement:
    announcing = place.desk.announcing
    hands: dict[Step, Callable[[], Announcement]] = {
        Step.EDIT: lambda: announcing.change(actor, number, texts={"nl": ("Nieuws", "Iets anders.")}),
        Step.SUBMIT: lambda: announcing.submit(actor, number),
        Step.SEND_BACK: lambda: announcing.send_back(actor, number),
        Step.APPROVE: lambda: announcing.approve(actor, number),
        Step.PAUSE: lambda: announcing.pause(actor, number),
        Step.RESUME: lambda: announcing.resume(actor, number),
        Step.CANCEL: lambda: announcing.cancel(actor, number),
        Step.CORRECT: lambda: announcing.correct(actor, number, {"nl": ("Nieuws", "Er is niews.")}, in_meaning=False),
        Step.RECALL: lambda: announcing.recall(actor, number),
    }
    return hands[step]()


def test_the_table_knows_every_state_and_every_step_that_somebody_can_take() -> None:
    assert set(life()) == set(product(STANDS, BY_HAND))
    assert {state for state, _ in STANDS} == set(State)
    assert set(NEEDED) == set(BY_HAND)


@pytest.mark.parametrize(("where", "step"), list(product(STANDS, BY_HAND)))
def test_each_step_leads_where_it_should_or_is_refused_and_changes_nothing(
    place: Place, where: Stand, step: Step
) -> None:
    state, begun = where
    before = in_state(place, state, begun=begun)
    approver = place.staff("Anna", Role.APPROVER)
    logged = place.desk.office.audit.latest(1000)
    expected = life()[where, step]
    if expected is None:
        with pytest.raises(NotAllowed):
            take(place, step, approver, before.id)
        assert place.desk.announcing.find(before.id) == before
        assert place.desk.office.audit.latest(1000) == logged
        return
    assert take(place, step, approver, before.id).state is expected
    assert place.desk.announcing.find(before.id).state is expected
    assert len(place.desk.office.audit.latest(1000)) == len(logged) + 1


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("step", BY_HAND)
def test_each_step_asks_for_its_role(place: Place, step: Step, role: Role | None) -> None:
    state, begun = next(where for where in STANDS if life()[where, step])
    before = in_state(place, state, begun=begun)
    actor = place.staff("Iemand", role or Role.ADMIN)
    if role is None:
        place.desk.staffing.revoke(0, actor)
    ranks = ["editor", "approver", "admin"]
    if role is not None and ranks.index(role) >= ranks.index(NEEDED[step]):
        assert take(place, step, actor, before.id)
        return
    with pytest.raises(NotAllowed):
        take(place, step, actor, before.id)
    assert place.desk.announcing.find(before.id) == before
