"""Nobody is left out, told twice or told what is not so: the corners of sending, moving, cancelling and signing up."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from bot.dialogue.values import Reach
from bot.knowledge.document import plain
from bot.knowledge.facts import Audience
from scheduler.announcements import Announcement, Part, State
from scheduler.delivery import Delivered, Refused
from scheduler.desk.office import COMMAND_LINE, Mistake
from scheduler.events import Answer, Change, Event, Occurrence
from tests import desk
from tests.desk import TEXTS, Place, address_of, local

DUTCH = {"nl": TEXTS["nl"]}


@pytest.fixture
def released(place: Place, editor: int, approver: int) -> Callable[..., Announcement]:
    return partial(desk.released, place, editor, approver)


def one_gets_it(place: Place) -> str:
    """Let exactly one reader get what is due; return their address."""
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 1)
    place.desk.office.deliveries.settle([(row, Delivered(77))])
    return row.address


def only(place: Place, event: Event) -> Occurrence:
    (occurrence,) = place.desk.planning.coming(event)
    return occurrence


def about(place: Place, event: Event) -> Announcement:
    """The first message about the only occurrence of an event."""
    return place.desk.office.announcements.of_occurrence(only(place, event).id)[0]


def words_out(place: Place) -> dict[str, str]:
    """What leaves now: the words by the address that gets them."""
    place.desk.clockwork.tick()
    rows = place.desk.office.deliveries.claim(place.now, 99)
    return {row.address: plain(place.desk.mailroom.letter(row.announcement, row.language).document) for row in rows}


# --- sending goes on ---------------------------------------------------------------------------------


def test_what_is_resumed_when_it_is_of_no_use_any_more_stops_nothing_else(
    place: Place, editor: int, approver: int, released: Callable[..., Announcement]
) -> None:
    place.person(1)
    place.person(2)
    first = released()
    one_gets_it(place)
    place.desk.announcing.pause(editor, first.id)
    place.move_on(days=4)
    place.desk.announcing.resume(approver, first.id)
    released()
    assert sorted(address for address, _, _ in place.send() if "900" not in address) == ["telegram:1", "telegram:2"]
    assert place.desk.announcing.find(first.id).state is State.SENT


def test_what_goes_on_after_a_pause_costs_nobody_the_reminder(
    place: Place, planned: Callable[..., Event], editor: int, approver: int
) -> None:
    for number in (1, 2):
        place.person(number, follows=("oudercafe",))
    event = planned()
    told = one_gets_it(place)
    for moment in (local(2026, 11, 29, 12), local(2026, 11, 30, 11)):
        place.now = moment
        place.desk.clockwork.tick()
    place.desk.announcing.pause(editor, about(place, event).id)
    place.now = local(2026, 12, 1, 10)
    place.desk.announcing.resume(approver, about(place, event).id)
    assert told in [address for address, _, _ in place.send()]


def test_resuming_is_not_reported_as_a_standstill(
    place: Place, editor: int, approver: int, released: Callable[..., Announcement]
) -> None:
    place.person(1)
    place.person(2, reach=Reach(0, 0, date(2026, 12, 20)))
    sent = released()
    place.send()
    place.move_on(hours=2)
    place.desk.announcing.pause(editor, sent.id)
    place.desk.announcing.resume(approver, sent.id)
    assert place.send() == []


def test_a_cancellation_does_not_wait_behind_a_broadcast(
    place: Place, planned: Callable[..., Event], approver: int, released: Callable[..., Announcement]
) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned()
    place.send()
    for number in range(100, 140):
        place.person(number)
    released()
    place.desk.clockwork.tick()
    place.move_on(minutes=1)
    place.desk.planning.cancel_occurrence(approver, only(place, event).id)
    place.desk.clockwork.tick()
    (first,) = place.desk.office.deliveries.claim(place.now, 1)
    assert first.address == "telegram:1"


# --- whom it concerns --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["subscribes", "changes language"])
def test_who_comes_to_it_between_approval_and_sending_gets_it_in_the_source_language(
    place: Place, released: Callable[..., Announcement], who: str
) -> None:
    first = place.person(1)
    released(texts=DUTCH, due=local(2026, 11, 25, 10))
    if who == "subscribes":
        place.person(2, "uk")
    else:
        place.desk.office.people.set_language(first, "uk")
    place.now = local(2026, 11, 25, 10)
    got = [address for address, _, _ in place.send()]
    assert got == (["telegram:1", "telegram:2"] if who == "subscribes" else ["telegram:1"])


def test_who_belongs_to_another_group_by_now_does_not_get_it(
    place: Place, released: Callable[..., Announcement]
) -> None:
    person = place.person(1, audience=Audience.OEKRAINE, reach=Reach(0, 13 * 60))
    released(who=Audience.OEKRAINE)
    assert place.send() == []
    place.desk.office.people.set_audience(person, Audience.ASIEL)
    place.now = local(2026, 11, 24, 13, 1)
    assert place.send() == []


def test_who_signed_up_is_reminded_though_they_follow_nothing_and_who_waits_is_not(
    place: Place, planned: Callable[..., Event]
) -> None:
    occurrence = only(place, planned(maximum=2))
    comes, waits = (place.person(number, follows=()) for number in (1, 2))
    for person in (comes, waits):
        place.desk.signing.come(person, occurrence.id, 2)
    place.send()
    place.now = local(2026, 12, 1, 10)
    assert [address for address, _, _ in place.send()] == [comes]


def test_an_approver_sees_how_many_a_correction_reaches(
    place: Place, approver: int, released: Callable[..., Announcement]
) -> None:
    for number in (1, 2):
        place.person(number)
    sent = released()
    place.send()
    reply = place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", "Elf uur.")}, in_meaning=True)
    assert place.desk.announcing.readers(reply).total == 2
    place.desk.announcing.approve(COMMAND_LINE, reply.id)
    assert len(place.send()) == 2


# --- corrections and recalls -------------------------------------------------------------------------


def refused_edit(place: Place, approver: int, sent: Announcement) -> None:
    """A typing error is corrected, and the server refuses that for one of two readers."""
    place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws!", "Er is nieuws.")}, in_meaning=False)
    first, second = place.desk.office.deliveries.claim(place.now, 9)
    place.desk.office.deliveries.settle([(first, Refused("message can't be edited")), (second, Delivered(78))])


def test_a_message_whose_change_is_refused_stays_delivered_and_is_recalled(
    place: Place, approver: int, released: Callable[..., Announcement]
) -> None:
    for number in (1, 2):
        place.person(number)
    sent = released()
    place.send()
    refused_edit(place, approver, sent)
    report = place.desk.office.deliveries.report(sent.id)
    assert (report.states, report.corrected) == ({"delivered": 2}, 1)
    place.desk.announcing.recall(approver, sent.id)
    assert len(place.desk.office.deliveries.claim(place.now, 9)) == 2


def test_who_kept_the_typing_error_hears_of_a_new_meaning(
    place: Place, approver: int, released: Callable[..., Announcement]
) -> None:
    for number in (1, 2):
        place.person(number)
    sent = released()
    place.send()
    refused_edit(place, approver, sent)
    reply = place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", "Toch om elf.")}, in_meaning=True)
    place.desk.announcing.approve(COMMAND_LINE, reply.id)
    assert len(place.send()) == 2


def test_a_change_that_never_left_is_not_reported_as_made(
    place: Place, editor: int, approver: int, released: Callable[..., Announcement]
) -> None:
    place.person(1)
    place.person(2, reach=Reach(0, 0, date(2026, 12, 20)))
    sent = released()
    place.send()
    place.desk.announcing.pause(editor, sent.id)
    place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", "Verbeterd.")}, in_meaning=False)
    place.move_on(days=4)
    place.desk.clockwork.tick()
    assert place.desk.office.deliveries.report(sent.id).corrected == 0


def test_who_sleeps_through_two_corrections_gets_the_last_one_only(
    place: Place, approver: int, released: Callable[..., Announcement]
) -> None:
    person = place.person(1)
    sent = released()
    place.send()
    place.desk.office.people.set_reach(person, Reach(0, 23 * 60))
    for words in ("Elf uur.", "Twaalf uur."):
        reply = place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", words)}, in_meaning=True)
        place.desk.announcing.approve(COMMAND_LINE, reply.id)
        assert place.send() == []
    place.now = local(2026, 11, 24, 23, 1)
    rows = place.desk.office.deliveries.claim(place.now, 9)
    said = [plain(place.desk.mailroom.letter(row.announcement, row.language).document) for row in rows]
    assert len(said) == 1
    assert "Twaalf uur" in said[0]


def test_a_recall_takes_the_correction_of_a_correction_along(
    place: Place, approver: int, released: Callable[..., Announcement]
) -> None:
    place.person(1)
    messages = [released()]
    place.send()
    for words in ("Elf uur.", "Twaalf uur."):
        new = {"nl": ("Nieuws", words)}
        reply = place.desk.announcing.correct(approver, messages[-1].id, new, in_meaning=True)
        messages.append(place.desk.announcing.approve(COMMAND_LINE, reply.id))
        place.send()
    place.desk.announcing.recall(approver, messages[0].id)
    taken_back = place.desk.office.deliveries.claim(place.now, 9)
    assert sorted(row.announcement for row in taken_back) == [message.id for message in messages]


# --- events that change ------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["move", "cancel"])
def test_whom_a_stopped_broadcast_had_reached_hears_of_what_becomes_of_the_event(
    place: Place, planned: Callable[..., Event], editor: int, approver: int, step: str
) -> None:
    for number in (1, 2):
        place.person(number, follows=("oudercafe",))
    event = planned()
    told = one_gets_it(place)
    place.desk.announcing.cancel(editor, about(place, event).id)
    if step == "move":
        place.desk.planning.move(approver, only(place, event).id, local(2026, 12, 3, 11))
    else:
        place.desk.planning.cancel_occurrence(approver, only(place, event).id)
    assert [address for address, _, _ in place.send()] == [told]


def test_what_is_resumed_and_moved_at_once_tells_everybody_the_new_time(
    place: Place, planned: Callable[..., Event], editor: int, approver: int
) -> None:
    for number in (1, 2):
        place.person(number, follows=("oudercafe",))
    event = planned()
    one_gets_it(place)
    place.desk.announcing.pause(editor, about(place, event).id)
    place.desk.announcing.resume(approver, about(place, event).id)
    place.desk.planning.move(approver, only(place, event).id, local(2026, 12, 3, 11))
    said = words_out(place)
    assert sorted(said) == ["telegram:1", "telegram:2"]
    assert all("3 december" in words for words in said.values())


def test_who_heard_of_one_cancelled_occurrence_does_not_hear_it_again_with_the_series(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned(rule="FREQ=MONTHLY;BYDAY=1WE")
    place.send()
    place.desk.planning.cancel_occurrence(approver, place.desk.planning.coming(event)[0].id)
    assert len(place.send()) == 1
    place.desk.planning.cancel(approver, event.id)
    assert place.send() == []


def test_a_cancellation_reaches_also_who_sleeps_until_the_event_begins(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned()
    place.send()
    place.desk.office.people.set_reach("telegram:1", Reach(20 * 60, 10 * 60))
    place.now = local(2026, 12, 1, 20, 30)
    place.desk.planning.cancel_occurrence(approver, only(place, event).id)
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 9)
    assert row.silent


def test_who_was_told_months_before_hears_that_it_is_cancelled(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned(start=local(2027, 3, 10, 10), announce_days=110, reminder_days=())
    assert len(place.send()) == 1
    place.now += timedelta(days=95)
    place.desk.office.deliveries.purge(place.now.date())
    place.desk.planning.cancel_occurrence(approver, only(place, event).id)
    assert [address for address, _, _ in place.send()] == ["telegram:1"]


def test_who_hears_of_a_nearer_day_is_not_reminded_in_the_same_breath(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned(start=local(2026, 12, 8, 10), reminder_days=(7, 1))
    place.send()
    place.desk.planning.move(approver, only(place, event).id, local(2026, 11, 27, 10))
    assert [title for _, _, title in place.send()] == ["Veranderd: Oudercafé"]


def test_what_is_announced_on_the_eve_is_not_reminded_of_an_hour_later(
    place: Place, planned: Callable[..., Event]
) -> None:
    place.person(1, follows=("oudercafe",))
    place.now = local(2026, 12, 1, 9)
    planned()
    assert [title for _, _, title in place.send()] == ["Oudercafé"]
    place.now = local(2026, 12, 1, 10)
    assert place.send() == []


def test_a_correction_names_no_time_that_some_have_never_heard_of(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned()
    place.send()
    for day in (3, 4):
        place.desk.planning.move(approver, only(place, event).id, local(2026, 12, day, 11))
    (said,) = words_out(place).values()
    assert "4 december" in said
    assert "3 december" not in said
    assert "Het was" not in said


def test_moving_to_where_it_is_already_tells_nobody(place: Place, planned: Callable[..., Event], approver: int) -> None:
    place.person(1, follows=("oudercafe",))
    event = planned()
    place.send()
    with pytest.raises(Mistake, match="nothing_changed"):
        place.desk.planning.move(approver, only(place, event).id, local(2026, 12, 2, 10), " De Luifel ")
    assert place.send() == []


# --- signing up --------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["cancelled", "over"])
def test_nobody_is_offered_a_place_in_what_does_not_take_place_any_more(
    place: Place, planned: Callable[..., Event], approver: int, why: str
) -> None:
    event = planned(maximum=2)
    occurrence = only(place, event)
    first, second = (place.person(number, follows=()) for number in (1, 2))
    for person in (first, second):
        place.desk.signing.come(person, occurrence.id, 2)
    if why == "cancelled":
        place.desk.planning.cancel_occurrence(approver, occurrence.id)
        place.send()
    else:
        place.now = local(2026, 12, 3, 12)
    place.desk.signing.leave(first, occurrence.id)
    assert words_out(place) == {}


def test_a_place_is_not_given_to_somebody_who_cannot_be_told(place: Place, planned: Callable[..., Event]) -> None:
    occurrence = only(place, planned(maximum=2))
    first, blocked, third = (place.person(number, follows=()) for number in (1, 2, 3))
    for person in (first, blocked, third):
        place.desk.signing.come(person, occurrence.id, 2)
    number = place.desk.office.people.number(blocked)
    place.db.execute("UPDATE people SET active = 0 WHERE id = ?", [number])
    place.desk.signing.leave(first, occurrence.id)
    assert place.desk.signing.mine(third, occurrence.id).answer is Answer.COMING


def test_who_has_a_place_may_come_with_fewer_whatever_the_maximum_is_now(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    event = planned(maximum=8)
    occurrence = only(place, event)
    people = [place.person(number, follows=()) for number in (1, 2)]
    for person in people:
        place.desk.signing.come(person, occurrence.id, 4)
    place.desk.planning.change(approver, event.id, Change(maximum=4))
    assert place.desk.signing.come(people[0], occurrence.id, 2).people == 2


def test_who_signs_up_while_another_process_cancels_is_told_so(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    event = planned()
    person = place.person(1, follows=())
    elsewhere = Place(place.folder, place.library, place.sealer, now=place.now).desk.planning
    cancelled: list[Event] = []

    def cancel(statement: str) -> None:
        if statement == "BEGIN IMMEDIATE" and not cancelled:
            cancelled.append(elsewhere.find(event.id))
            elsewhere.cancel(approver, event.id)

    occurrence = only(place, event)
    place.db.conn.set_trace_callback(cancel)
    answer = place.desk.signing.come(person, occurrence.id, 2).answer
    place.db.conn.set_trace_callback(None)
    assert answer is Answer.CANCELLED


def test_a_place_that_is_found_is_news_until_the_event_begins_only(place: Place, planned: Callable[..., Event]) -> None:
    occurrence = only(place, planned(maximum=2, reminder_days=()))
    first = place.person(1, follows=())
    second = place.person(2, follows=(), reach=Reach(20 * 60, 11 * 60))
    for person in (first, second):
        place.desk.signing.come(person, occurrence.id, 2)
    place.now = local(2026, 12, 1, 21)
    place.desk.signing.leave(first, occurrence.id)
    place.now = local(2026, 12, 2, 11, 1)
    assert place.send() == []


# --- what staff hear ---------------------------------------------------------------------------------


def test_staff_hear_of_a_reminder_that_reached_nobody_because_sending_stood_still(
    place: Place, planned: Callable[..., Event]
) -> None:
    place.person(1, follows=("oudercafe",))
    planned()
    place.send()
    place.desk.office.pause_sending("staff")
    place.now = local(2026, 12, 1, 10)
    assert place.send() == []
    place.now = local(2026, 12, 2, 8, 30)
    place.desk.office.resume_sending()
    assert {address for address, _, _ in place.send()} >= {address_of("Eva"), address_of("Anna")}


def test_a_title_with_signs_in_it_costs_staff_no_notice(place: Place, released: Callable[..., Announcement]) -> None:
    place.person(1)
    released(texts={"nl": ("*Let op*", "Er is nieuws.")}, due=local(2026, 11, 25, 10))
    place.now = local(2026, 11, 30, 10)
    said = words_out(place)
    assert "*Let op*" in said[address_of("Eva")]
    assert {one.part for one in place.desk.office.announcements.in_states((State.SENDING,))} == {Part.NOTICE}
