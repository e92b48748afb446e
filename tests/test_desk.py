"""The desk: what staff and the clock do, seen through what readers get."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from bot.dialogue.values import Reach
from bot.knowledge.announceable import Phase
from bot.knowledge.document import plain
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library
from bot.settings import Settings
from bot.store.locations import Location
from bot.store.notes import Notes
from bot.store.sealing import Sealer
from bot.store.staff import Member
from scheduler.announcements import (
    Attachment,
    Missing,
    NotAllowed,
    Part,
    Refused,
    Role,
    State,
)  # fmt: skip
from scheduler.composing import BadText, Problem
from scheduler.delivery import Again, Delivered, Gone
from scheduler.desk.office import COMMAND_LINE, Mistake
from scheduler.desk.planning import new_event
from scheduler.events import Answer, Change, Event
from scheduler.jobs import forget_old
from tests.desk import NEVER_QUIET, TEXTS, Place, address_of, local, parent_cafe, released

# --- one announcement --------------------------------------------------------------------------------


def test_everybody_whom_it_concerns_gets_it_once_in_their_own_language(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1, "uk")
    place.person(2, "en", follows=("nieuws", "herenweg-55"))
    place.person(3, None)
    place.person(4, "nl", follows=("oudercafe",))
    released(place, editor, approver, subjects=("nieuws", "herenweg-55"))
    assert sorted(place.send()) == [
        ("telegram:1", "uk", "Новини"), ("telegram:2", "en", "News"), ("telegram:3", "nl", "Nieuws"),
    ]  # fmt: skip
    assert place.send() == []


def test_only_an_explicit_approval_by_a_colleague_releases(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    written = place.desk.announcing.write(approver, "algemeen", texts=TEXTS)
    assert place.send() == []
    place.desk.announcing.submit(approver, written.id)
    assert place.send() == []
    with pytest.raises(NotAllowed) as refused:
        place.desk.announcing.approve(approver, written.id)
    assert refused.value.why is Refused.OWN_WORK
    with pytest.raises(NotAllowed) as refused:
        place.desk.announcing.approve(editor, written.id)
    assert refused.value.why is Refused.ROLE
    assert place.send() == []


def test_solo_mode_lets_the_writer_approve_and_the_log_says_so(
    tmp_path: Path, library: Library, sealer: Sealer
) -> None:
    place = Place(tmp_path, library, sealer, settings=Settings(solo=True))
    approver = place.staff("Anna", Role.APPROVER)
    place.person(1)
    released(place, approver, approver)
    assert len(place.send()) == 1
    assert any("solo" in entry.what for entry in place.desk.office.audit.latest())


def test_a_change_after_handing_in_asks_for_approval_anew(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    written = place.desk.announcing.write(editor, "algemeen", texts=TEXTS)
    place.desk.announcing.submit(editor, written.id)
    changed = place.desk.announcing.change(editor, written.id, texts={"nl": ("Anders", "Heel anders.")})
    assert changed.state is State.DRAFT
    with pytest.raises(NotAllowed):
        place.desk.announcing.approve(approver, written.id)


def test_another_time_by_a_colleague_does_not_let_the_writer_approve(place: Place, editor: int, approver: int) -> None:
    written = place.desk.announcing.write(approver, "algemeen", ("nieuws",), texts={"nl": ("Werk", "Wij werken.")})
    place.desk.announcing.change(editor, written.id, due=place.now + timedelta(days=1))
    place.desk.announcing.submit(approver, written.id)
    with pytest.raises(NotAllowed) as refused:
        place.desk.announcing.approve(approver, written.id)
    assert refused.value.why is Refused.OWN_WORK


def test_who_wrote_any_of_it_cannot_approve_it_whoever_wrote_last(place: Place, editor: int, approver: int) -> None:
    announcing = place.desk.announcing
    written = announcing.write(approver, "algemeen", texts={"nl": TEXTS["nl"]})
    announcing.change(editor, written.id, texts={"uk": TEXTS["uk"]})  # a colleague adds the Ukrainian only
    announcing.submit(approver, written.id)
    with pytest.raises(NotAllowed) as caught:
        announcing.approve(approver, written.id)
    assert caught.value.why is Refused.OWN_WORK
    third = place.staff("Bo", Role.APPROVER)
    assert announcing.approve(third, written.id).state is State.SCHEDULED


def test_who_entered_an_event_cannot_approve_it_after_a_colleague_changed_something(
    place: Place, editor: int, approver: int
) -> None:
    planning = place.desk.planning
    event = planning.add(approver, parent_cafe())
    planning.change(editor, event.id, Change(minutes=90))
    planning.submit(editor, event.id)
    with pytest.raises(NotAllowed) as caught:
        planning.approve(approver, event.id)
    assert caught.value.why is Refused.OWN_WORK
    assert planning.approve(COMMAND_LINE, event.id).state is State.SCHEDULED


def test_it_leaves_at_the_time_that_was_chosen(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    released(place, editor, approver, due=local(2026, 11, 25, 10))
    assert place.send() == []
    place.now = local(2026, 11, 25, 10)
    assert len(place.send()) == 1


def test_a_missing_language_stops_the_release_until_somebody_decides(place: Place, editor: int, approver: int) -> None:
    place.person(1, "uk")
    place.person(2, "nl")
    written = place.desk.announcing.write(editor, "algemeen", texts={"nl": TEXTS["nl"]})
    place.desk.announcing.submit(editor, written.id)
    with pytest.raises(Mistake) as mistake:
        place.desk.announcing.approve(approver, written.id)
    assert (mistake.value.code, mistake.value.values["languages"]) == ("missing_languages", {"uk": 1})
    place.desk.announcing.approve(approver, written.id, Missing.FALL_BACK)
    assert sorted(place.send()) == [("telegram:1", "nl", "Nieuws"), ("telegram:2", "nl", "Nieuws")]


def test_who_is_skipped_for_a_missing_language_gets_nothing(place: Place, editor: int, approver: int) -> None:
    place.person(1, "uk")
    place.person(2, "nl")
    written = place.desk.announcing.write(editor, "algemeen", texts={"nl": TEXTS["nl"]}, missing=Missing.SKIP)
    place.desk.announcing.submit(editor, written.id)
    place.desk.announcing.approve(approver, written.id)
    assert place.send() == [("telegram:2", "nl", "Nieuws")]


def test_a_translation_of_an_older_text_counts_as_missing(place: Place, editor: int, approver: int) -> None:
    place.person(1, "uk")
    written = place.desk.announcing.write(editor, "algemeen", texts=TEXTS)
    place.desk.announcing.change(editor, written.id, texts={"nl": ("Nieuws", "Er is ander nieuws.")})
    place.desk.announcing.submit(editor, written.id)
    assert place.desk.announcing.readers(place.desk.announcing.find(written.id)).missing == {"uk": 1}
    with pytest.raises(Mistake):
        place.desk.announcing.approve(approver, written.id)


def test_for_one_audience_it_reaches_nobody_else(place: Place, editor: int, approver: int) -> None:
    place.person(1, audience=Audience.OEKRAINE)
    place.person(2, audience=Audience.ASIEL)
    place.person(3)
    released(place, editor, approver, who=Audience.OEKRAINE)
    assert [address for address, _, _ in place.send()] == ["telegram:1"]


def test_the_count_before_sending_is_exactly_who_gets_it(place: Place, editor: int, approver: int) -> None:
    for number, language in enumerate(("nl", "uk", "uk", "en"), 1):
        place.person(number, language, follows=("nieuws", "herenweg-55"))
    written = place.desk.announcing.write(editor, "algemeen", ("nieuws", "herenweg-55"), texts=TEXTS)
    readers = place.desk.announcing.readers(written)
    assert (readers.total, dict(readers.languages)) == (4, {"en": 1, "nl": 1, "uk": 2})
    place.desk.announcing.submit(editor, written.id)
    place.desk.announcing.approve(approver, written.id)
    assert len(place.send()) == readers.total


def test_who_stops_meanwhile_gets_nothing_more(place: Place, editor: int, approver: int) -> None:
    address = place.person(1)
    released(place, editor, approver, due=local(2026, 11, 25, 10))
    place.now = local(2026, 11, 25, 10)
    place.desk.clockwork.tick()
    place.desk.board.unfollow(address)
    assert place.send() == []


def test_quiet_hours_are_waited_for_and_the_message_comes_silently(place: Place, editor: int, approver: int) -> None:
    place.person(1, reach=Reach())
    place.now = local(2026, 11, 24, 22)
    released(place, editor, approver)
    assert place.send() == []
    place.now = local(2026, 11, 25, 8)
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 10)
    assert row.silent


def test_what_came_too_late_is_not_sent_and_staff_are_told(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    released(place, editor, approver, due=local(2026, 11, 25, 10))
    place.now = local(2026, 11, 30, 10)
    titles = [title for _, _, title in place.send()]
    assert "Nieuws" not in titles
    assert len(titles) == 2  # Eva and Anna hear of it


# --- afterwards --------------------------------------------------------------------------------------


def test_a_typing_error_is_changed_in_every_chat(place: Place, editor: int, approver: int) -> None:
    place.person(1, "nl")
    place.person(2, "uk")
    sent = released(place, editor, approver)
    place.send()
    place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws!", "Er is nieuws.")}, in_meaning=False)
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 10)
    assert (row.address, row.job, row.message is not None) == ("telegram:1", "edit", True)


def correct_in_meaning(place: Place, who: int, number: int, texts: dict[str, tuple[str, str]]) -> None:
    """Write a correction in meaning, and have it released by somebody else."""
    reply = place.desk.announcing.correct(who, number, texts, in_meaning=True)
    place.desk.announcing.approve(COMMAND_LINE, reply.id)


def test_a_change_of_meaning_waits_for_a_colleague_too(place: Place, editor: int, approver: int) -> None:
    place.person(1, "nl")
    sent = released(place, editor, approver)
    place.send()
    words = {"nl": ("Nieuws", "Het is om elf uur.")}
    reply = place.desk.announcing.correct(approver, sent.id, words, in_meaning=True)
    assert place.send() == []
    with pytest.raises(NotAllowed) as caught:
        place.desk.announcing.approve(approver, reply.id)
    assert caught.value.why is Refused.OWN_WORK
    late = place.person(2, "nl")
    assert place.desk.announcing.find(sent.id).texts["nl"].body != "Het is om elf uur.", "nothing has been released yet"
    place.desk.announcing.approve(COMMAND_LINE, reply.id)
    assert [address for address, _, _ in place.send()] == ["telegram:1"], f"{late} got nothing that needs correcting"


def test_a_correction_of_what_was_recalled_meanwhile_is_not_released(place: Place, editor: int, approver: int) -> None:
    place.person(1, "nl")
    sent = released(place, editor, approver)
    place.send()
    reply = place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", "Anders.")}, in_meaning=True)
    place.desk.announcing.recall(approver, sent.id)
    with pytest.raises(NotAllowed):
        place.desk.announcing.approve(COMMAND_LINE, reply.id)


def test_a_change_of_meaning_comes_as_a_reply_to_what_each_received(place: Place, editor: int, approver: int) -> None:
    place.person(1, "nl")
    sent = released(place, editor, approver)
    place.send()
    place.person(2, "nl")  # came later: got nothing that needs correcting
    correct_in_meaning(place, approver, sent.id, {"nl": ("Nieuws", "Het is om elf uur.")})
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 10)
    assert row.address == "telegram:1"
    assert row.reply_to is not None


def test_whose_translation_was_not_corrected_gets_the_correction_in_the_source_language(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1, "nl")
    place.person(2, "uk")
    place.person(3, "en")
    sent = released(place, editor, approver)
    place.send()
    texts = {"nl": ("Nieuws", "Het is om elf uur."), "en": ("News", "It is at eleven.")}
    correct_in_meaning(place, approver, sent.id, texts)
    assert sorted((address, language) for address, language, _ in place.send()) == [
        ("telegram:1", "nl"), ("telegram:2", "nl"), ("telegram:3", "en"),
    ]  # fmt: skip


def test_a_wrong_translation_is_corrected_for_those_who_read_it_and_nobody_else(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1, "nl")
    place.person(2, "uk")
    place.person(3, "en")
    sent = released(place, editor, approver)
    place.send()
    correct_in_meaning(place, approver, sent.id, {"uk": ("Новини", "Об одинадцятій.")})
    assert [(address, language) for address, language, _ in place.send()] == [("telegram:2", "uk")]
    assert place.desk.announcing.find(sent.id).fresh("en")


def test_who_had_not_received_it_yet_never_gets_the_old_words_of_a_translation(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1, "uk")
    sent = released(place, editor, approver)
    place.desk.clockwork.tick()
    correct_in_meaning(place, approver, sent.id, {"nl": ("Anders", "Heel anders.")})
    assert [(address, title) for address, _, title in place.send()] == [("telegram:1", "Anders")]


def test_a_time_that_is_past_is_refused_and_nothing_is_written(place: Place, editor: int) -> None:
    announcing = place.desk.announcing
    past = place.now - timedelta(minutes=1)
    written = announcing.write(editor, "algemeen", texts=TEXTS)
    with pytest.raises(Mistake) as new:
        announcing.write(editor, "algemeen", texts=TEXTS, due=past)
    with pytest.raises(Mistake) as changed:
        announcing.change(editor, written.id, texts={"nl": ("Anders", "Anders.")}, due=past)
    assert (new.value.code, changed.value.code) == ("past", "past")
    assert announcing.latest() == (written,)


def test_recalling_takes_it_out_of_every_chat_and_stops_the_rest(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    place.person(2)
    sent = released(place, editor, approver)
    place.desk.clockwork.tick()
    first, second = place.desk.office.deliveries.claim(place.now, 2)
    place.desk.office.deliveries.settle([(first, Again(unsure=False)), (second, Gone())])
    place.move_on(minutes=5)
    place.send()
    place.desk.announcing.recall(approver, sent.id)
    rows = place.desk.office.deliveries.claim(place.now, 10)
    assert [(row.address, str(row.job)) for row in rows] == [("telegram:1", "delete")]


def test_what_was_cancelled_half_way_can_still_be_taken_back(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    place.person(2)
    sent = released(place, editor, approver)
    place.desk.clockwork.tick()
    (first,) = place.desk.office.deliveries.claim(place.now, 1)
    place.desk.office.deliveries.settle([(first, Delivered(77))])
    place.desk.announcing.cancel(editor, sent.id)
    assert place.send() == []
    place.desk.announcing.recall(approver, sent.id)
    (row,) = place.desk.office.deliveries.claim(place.now, 10)
    assert (row.address, str(row.job), row.message) == (first.address, "delete", 77)


def test_a_recall_takes_back_a_correction_that_is_under_way(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    place.person(2)
    sent = released(place, editor, approver)
    place.send()
    correct_in_meaning(place, approver, sent.id, {"nl": ("Nieuws", "Het is om elf uur.")})
    place.desk.clockwork.tick()
    (reply,) = place.desk.office.deliveries.claim(place.now, 1)
    place.desk.office.deliveries.settle([(reply, Delivered(88))])
    place.desk.announcing.recall(approver, sent.id)
    rows = place.desk.office.deliveries.claim(place.now, 10)
    assert {str(row.job) for row in rows} == {"delete"}
    assert 88 in {row.message for row in rows}
    assert len(rows) == 3


def test_what_stands_below_a_file_cannot_be_corrected_beyond_what_fits_there(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1)
    sent = released(place, editor, approver, attachments=(Attachment("pdf", "0" * 32 + ".pdf", "brief"),))
    place.send()
    with pytest.raises(BadText) as caught:
        place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", "woord " * 200)}, in_meaning=False)
    assert caught.value.code is Problem.TOO_LONG
    assert place.desk.announcing.find(sent.id).texts["nl"].body == "Er is nieuws."
    place.desk.announcing.correct(approver, sent.id, {"nl": ("Nieuws", "woord " * 150)}, in_meaning=False)


def test_what_cannot_be_made_stops_nothing_else(
    place: Place, editor: int, approver: int, planned: Callable[..., Event], caplog: pytest.LogCaptureFixture
) -> None:
    place.person(1)
    planned()
    place.db.execute("UPDATE events SET kind = 'opgeheven'")
    sent = released(place, editor, approver)
    for _ in range(3):
        place.send()
        place.move_on(minutes=1)
    assert place.desk.announcing.find(sent.id).state is State.SENT
    (broken,) = place.desk.office.announcements.of_occurrence(1)
    assert broken.state is State.PAUSED
    told = place.desk.office.announcements.in_states([State.SENT])
    assert ["sjabloon" in one.texts["nl"].body for one in told if one.part is Part.NOTICE] == [True]
    assert len([record for record in caplog.records if "cannot be made" in record.message]) == 1


@pytest.mark.parametrize("step", ["pause", "cancel"])
def test_paused_or_cancelled_nothing_leaves(place: Place, editor: int, approver: int, step: str) -> None:
    place.person(1)
    sent = released(place, editor, approver)
    getattr(place.desk.announcing, step)(editor, sent.id)
    assert place.send() == []


def test_what_another_process_cancels_at_the_last_moment_does_not_start(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1)
    sent = released(place, editor, approver)
    elsewhere = Place(place.folder, place.library, place.sealer).desk.announcing
    meddled: list[str] = []

    def meddle(statement: str) -> None:
        """Cancel between the look at what is due and the first write."""
        if statement == "BEGIN IMMEDIATE" and not meddled:
            meddled.append(elsewhere.cancel(editor, sent.id).state)

    place.db.conn.set_trace_callback(meddle)
    assert place.send() == []
    place.db.conn.set_trace_callback(None)
    assert meddled == [place.desk.announcing.find(sent.id).state] == [State.CANCELLED]


def test_what_was_paused_goes_on_where_it_was(place: Place, editor: int, approver: int) -> None:
    place.person(1)
    place.person(2)
    sent = released(place, editor, approver)
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 1)
    place.desk.office.deliveries.settle([(row, Delivered(5))])
    place.desk.announcing.pause(editor, sent.id)
    assert place.send() == []
    place.desk.announcing.resume(approver, sent.id)
    assert len(place.send()) == 1


def test_what_nobody_has_received_is_changed_and_approved_anew_never_just_corrected(
    place: Place, editor: int, approver: int
) -> None:
    place.person(1)
    sent = released(place, editor, approver, due=local(2026, 11, 25, 10))
    announcing, new = place.desk.announcing, {"nl": ("Heel anders", "Woorden die niemand anders zag.")}
    announcing.pause(approver, sent.id)
    with pytest.raises(NotAllowed):
        announcing.correct(approver, sent.id, new, in_meaning=False)
    assert announcing.change(editor, sent.id, texts=new).state is State.DRAFT
    place.now = local(2026, 11, 25, 10)
    assert place.send() == []
    announcing.submit(editor, sent.id)
    announcing.approve(approver, sent.id, Missing.FALL_BACK)
    assert [title for _, _, title in place.send()] == ["Heel anders"]


# --- events ------------------------------------------------------------------------------------------


def test_a_monthly_event_announces_and_reminds_by_itself(place: Place, planned: Callable[..., Event]) -> None:
    place.person(1, "uk", follows=("oudercafe",))
    planned(rule="FREQ=MONTHLY;BYDAY=1WE")
    seen = []
    for _ in range(40):
        seen += [(place.now.strftime("%d-%m"), title) for _, _, title in place.send()]
        place.move_on(days=1)
        place.now = local(place.now.year, place.now.month, place.now.day, 10)
    assert seen == [
        ("24-11", "Oudercafé (зустріч для батьків)"),  # entered late: announced at once
        ("01-12", "Нагадування: Oudercafé (зустріч для батьків)"),
        ("23-12", "Oudercafé (зустріч для батьків)"),
    ]


def test_an_event_says_nothing_before_a_colleague_has_approved_it(place: Place, editor: int) -> None:
    place.person(1, follows=("oudercafe",))
    event = place.desk.planning.add(editor, parent_cafe())
    place.desk.planning.submit(editor, event.id)
    assert place.send() == []
    assert place.desk.board.coming("nl", None) == ()


def test_a_move_tells_who_was_told_and_what_is_pending_follows(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = planned()
    place.send()
    place.person(2, "nl", follows=("oudercafe",))
    (occurrence,) = place.desk.planning.coming(event)
    place.desk.planning.move(approver, occurrence.id, local(2026, 12, 3, 11), "Raadhuis")
    assert place.send() == [("telegram:1", "nl", "Veranderd: Oudercafé")]
    place.now = local(2026, 12, 1, 10)
    assert place.send() == []
    place.now = local(2026, 12, 2, 10)
    assert sorted(address for address, _, _ in place.send()) == ["telegram:1", "telegram:2"]


def test_cancelling_one_occurrence_tells_who_was_told_and_nobody_is_reminded(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = planned()
    place.send()
    (occurrence,) = place.desk.planning.coming(event)
    place.desk.planning.cancel_occurrence(approver, occurrence.id)
    assert [title for _, _, title in place.send()] == ["Gaat niet door: Oudercafé"]
    place.now = local(2026, 12, 1, 10)
    assert place.send() == []


def test_cancelling_before_anybody_was_told_tells_nobody(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = planned(announce_days=3)
    assert place.send() == []
    place.desk.planning.cancel(approver, event.id)
    place.now = local(2026, 11, 29, 10)
    assert place.send() == []


def test_a_reminder_for_an_event_that_is_over_is_never_sent(place: Place, planned: Callable[..., Event]) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    planned()
    place.send()
    place.now = local(2026, 12, 1, 9)
    place.desk.clockwork.tick()
    place.now = local(2026, 12, 2, 10, 1)
    assert [address for address, _, _ in place.send() if address == "telegram:1"] == []


def test_who_wakes_gets_no_reminder_that_counts_from_another_day(place: Place, planned: Callable[..., Event]) -> None:
    person = place.person(1, "nl", follows=("oudercafe",))
    planned(reminder_days=(7, 1))
    place.send()
    place.desk.office.people.set_reach(person, Reach(0, 0, date(2026, 11, 28)))
    place.now = local(2026, 11, 25, 10)
    assert place.send() == []
    place.now = local(2026, 11, 28, 12)
    assert place.send() == [], "it would say: in seven days"
    place.now = local(2026, 12, 1, 10)
    assert [title for _, _, title in place.send()] == ["Herinnering: Oudercafé"]


def test_after_a_move_the_reminder_comes_for_the_new_day_too(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = planned()
    place.send()
    place.now = local(2026, 12, 1, 10)
    assert [title for _, _, title in place.send()] == ["Herinnering: Oudercafé"]
    (occurrence,) = place.desk.planning.coming(event)
    place.desk.planning.move(approver, occurrence.id, local(2026, 12, 9, 11))
    assert [title for _, _, title in place.send()] == ["Veranderd: Oudercafé"]
    place.now = local(2026, 12, 8, 10)
    assert [title for _, _, title in place.send()] == ["Herinnering: Oudercafé"]
    place.now = local(2026, 12, 8, 12)
    assert place.send() == []


def test_local_time_stays_right_across_the_change_of_the_clock(place: Place, planned: Callable[..., Event]) -> None:
    event = planned(rule="FREQ=WEEKLY")
    place.now = local(2027, 3, 20, 12)
    place.desk.clockwork.tick()
    hours = {occurrence.local_start.strftime("%H:%M") for occurrence in place.desk.planning.coming(event)}
    assert hours == {"10:00"}


def test_places_are_given_in_order_and_who_waits_moves_up(place: Place, planned: Callable[..., Event]) -> None:
    event = planned(maximum=4)
    (occurrence,) = place.desk.planning.coming(event)
    first, second, third = (place.person(number, "nl", follows=()) for number in (1, 2, 3))
    signing = place.desk.signing
    assert signing.come(first, occurrence.id, 3).answer is Answer.COMING
    assert signing.come(second, occurrence.id, 2).answer is Answer.WAITING
    assert signing.come(third, occurrence.id, 1).answer is Answer.WAITING  # the queue is kept
    signing.leave(first, occurrence.id)
    assert signing.mine(second, occurrence.id).answer is Answer.COMING
    assert signing.mine(third, occurrence.id).answer is Answer.COMING
    count = signing.count(occurrence.id)
    assert (count.people, count.waiting_people) == (3, 0)
    assert sorted(address for address, _, _ in place.send()) == [second, third]


def test_who_slept_through_a_move_gets_the_new_time_and_no_correction(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.now = local(2026, 11, 24, 22)
    place.person(1, "nl", follows=("oudercafe",), reach=Reach(21 * 60, 8 * 60))
    place.person(2, "nl", follows=("oudercafe",))
    event = planned()
    assert [address for address, _, _ in place.send()] == ["telegram:2"]
    (occurrence,) = place.desk.planning.coming(event)
    place.desk.planning.move(approver, occurrence.id, local(2026, 12, 3, 11))
    assert [(address, title) for address, _, title in place.send()] == [("telegram:2", "Veranderd: Oudercafé")]
    place.now = local(2026, 11, 25, 8, 1)
    (row,) = place.desk.office.deliveries.claim(place.now, 9)
    words = plain(place.desk.mailroom.letter(row.announcement, row.language).document)
    assert "3 december" in words
    assert "2 december" not in words


def test_moved_twice_while_somebody_sleeps_they_hear_of_the_last_move_only(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    person = place.person(1, "nl", follows=("oudercafe",))
    event = planned()
    place.send()
    place.desk.office.people.set_reach(person, Reach(0, 23 * 60))
    (occurrence,) = place.desk.planning.coming(event)
    for day in (3, 4):
        place.desk.planning.move(approver, occurrence.id, local(2026, 12, day, 11))
        assert place.send() == []
    place.now = local(2026, 11, 24, 23, 1)
    assert [title for _, _, title in place.send()] == ["Veranderd: Oudercafé"]


@pytest.mark.parametrize(("step", "title"), [("move", "Veranderd: Oudercafé"), ("cancel", "Gaat niet door: Oudercafé")])
def test_who_signed_up_hears_of_a_change_also_if_nothing_was_announced_to_them(
    place: Place, planned: Callable[..., Event], approver: int, step: str, title: str
) -> None:
    event = planned(announce_days=3)
    (occurrence,) = place.desk.planning.coming(event)
    person = place.person(1, "nl", follows=())
    place.desk.signing.come(person, occurrence.id, 2)
    if step == "move":
        place.desk.planning.move(approver, occurrence.id, local(2026, 12, 3, 11))
    else:
        place.desk.planning.cancel_occurrence(approver, occurrence.id)
    assert [(address, said) for address, _, said in place.send()] == [(person, title)]


def test_a_whole_series_gets_another_time_and_who_was_told_hears_of_it(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = planned(rule="FREQ=MONTHLY;BYDAY=1WE")
    place.send()
    _, second, third, *_ = place.desk.planning.coming(event)
    place.desk.planning.move(approver, second.id, local(2027, 1, 7, 14))
    place.desk.planning.cancel_occurrence(approver, third.id)
    event = place.desk.planning.change(approver, event.id, Change(at=time(19, 30), place="Raadhuis"))
    assert [title for _, _, title in place.send()] == ["Veranderd: Oudercafé"]
    now_planned = place.desk.planning.coming(event)
    assert [f"{one.local_start:%d-%m %H:%M} {one.place} {one.state}" for one in now_planned[:3]] == [
        "02-12 19:30 Raadhuis planned", "07-01 14:00 Raadhuis moved", "03-02 10:00 De Luifel cancelled",
    ]  # fmt: skip
    days = [one.local_start.date() for one in now_planned]
    place.now = local(2027, 1, 20, 12)
    place.desk.clockwork.tick()
    later = place.desk.planning.coming(event)
    assert {one.local_start.date() for one in later} >= set(days[2:])
    assert len({one.local_start.date() for one in later}) == len(later)
    assert later[-1].local_start.time() == time(19, 30)


def hours(place: Place, event: Event) -> list[str]:
    return [one.local_start.strftime("%d-%m %H:%M") for one in place.desk.planning.coming(event)[:3]]


def test_an_occurrence_in_another_room_follows_its_series_to_another_hour_and_one_at_another_time_does_not(
    place: Place, approver: int, planned: Callable[..., Event]
) -> None:
    event = planned(rule="FREQ=WEEKLY")
    planning = place.desk.planning
    _, second, third = planning.coming(event)[:3]
    planning.move(approver, second.id, second.local_start, "Andere zaal")
    planning.move(approver, third.id, local(2026, 12, 17, 10))
    for at, expected in (
        (time(19, 30), ["02-12 19:30", "09-12 19:30", "17-12 10:00"]),
        (time(20, 0), ["02-12 20:00", "09-12 20:00", "17-12 10:00"]),
    ):
        event = planning.change(approver, event.id, Change(at=at))
        assert hours(place, event) == expected
    assert planning.coming(event)[1].place == "Andere zaal"
    event = planning.change(approver, event.id, Change(place="Raadhuis"))
    assert hours(place, event) == expected


def test_an_event_that_takes_place_once_gets_another_hour_also_after_it_was_moved(
    place: Place, approver: int, planned: Callable[..., Event]
) -> None:
    event, planning = planned(sign_up=False), place.desk.planning
    (occurrence,) = planning.coming(event)
    planning.move(approver, occurrence.id, local(2026, 12, 3, 14))
    assert hours(place, planning.change(approver, event.id, Change(place="Raadhuis"))) == ["03-12 14:00"]
    assert hours(place, planning.change(approver, event.id, Change(at=time(19, 30)))) == ["03-12 19:30"]


def test_changing_an_approved_series_needs_an_approver_and_something_to_change(
    place: Place, planned: Callable[..., Event], editor: int, approver: int
) -> None:
    event = planned()
    with pytest.raises(NotAllowed):
        place.desk.planning.change(editor, event.id, Change(at=time(11)))
    with pytest.raises(Mistake, match="nothing_changed"):
        place.desk.planning.change(approver, event.id, Change(at=time(10), place=" De Luifel "))
    assert place.desk.planning.find(event.id) == event


def _newest(place: Place, event: Event) -> str:
    """What the newest message about the next occurrence of an event says in Dutch."""
    occurrence, *_ = place.desk.planning.coming(event)
    newest = max(one.id for one in place.desk.office.announcements.of_occurrence(occurrence.id))
    return plain(place.desk.mailroom.letter(newest, "nl").document)


def test_who_was_told_of_an_interpreter_hears_that_there_is_none_and_the_reminder_says_no_more(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = planned()
    place.send()
    place.desk.planning.change(
        approver, event.id, Change(slots={"interpreter": False}, notes={"nl": "Neem koekjes mee."})
    )
    ((_, _, title),) = place.send()
    said = _newest(place, event)
    assert title == "Veranderd: Oudercafé"
    assert "Er is geen tolk." in said
    assert "Neem koekjes mee." in said
    assert "Het was" not in said, "time and place are as they were"
    place.now = local(2026, 12, 1, 10)
    assert len(place.send()) == 1
    reminder = _newest(place, event)
    assert "tolk" not in reminder
    assert "Neem koekjes mee." in reminder


def test_a_larger_place_lets_those_in_who_wait_and_a_smaller_one_throws_nobody_out(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    event = planned(maximum=2)
    (occurrence,) = place.desk.planning.coming(event)
    first, second, third = (place.person(number, "nl", follows=()) for number in (1, 2, 3))
    for person in (first, second):
        place.desk.signing.come(person, occurrence.id, 2)
    place.desk.planning.change(approver, event.id, Change(maximum=4))
    assert [address for address, _, _ in place.send()] == [second]
    place.desk.planning.change(approver, event.id, Change(maximum=1))
    assert place.send() == []
    assert place.desk.signing.count(occurrence.id).people == 4
    assert place.desk.signing.come(third, occurrence.id, 1).answer is Answer.WAITING
    place.desk.planning.change(approver, event.id, Change(maximum=0))
    assert [address for address, _, _ in place.send()] == [third]
    assert place.desk.planning.find(event.id).maximum is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Change(minutes=0), "not_positive"),
        (Change(minutes=10**9), "too_much"),
        (Change(maximum=-1), "not_positive"),
        (Change(maximum=10**9), "too_much"),
    ],
)
def test_an_event_cannot_become_impossible(
    place: Place, planned: Callable[..., Event], approver: int, change: Change, why: str
) -> None:
    event = planned()
    with pytest.raises(Mistake, match=why):
        place.desk.planning.change(approver, event.id, change)
    assert place.desk.planning.find(event.id) == event


def test_what_is_changed_before_approval_must_be_handed_in_anew(place: Place, editor: int) -> None:
    event = place.desk.planning.add(editor, parent_cafe())
    place.desk.planning.submit(editor, event.id)
    assert place.desk.planning.change(editor, event.id, Change(at=time(11))).state is State.DRAFT


def test_a_party_larger_than_the_place_does_not_block_the_queue(place: Place, planned: Callable[..., Event]) -> None:
    (occurrence,) = place.desk.planning.coming(planned(maximum=4))
    first, second = (place.person(number, "nl", follows=()) for number in (1, 2))
    signed = place.desk.signing.come(first, occurrence.id, 8)
    assert (signed.answer, signed.people) == (Answer.COMING, 4)
    assert place.desk.signing.come(second, occurrence.id, 1).answer is Answer.WAITING


def test_asking_for_more_than_fits_never_costs_the_place(place: Place, planned: Callable[..., Event]) -> None:
    (occurrence,) = place.desk.planning.coming(planned(maximum=4))
    first, second = (place.person(number, "nl", follows=()) for number in (1, 2))
    place.desk.signing.come(first, occurrence.id, 1)
    place.desk.signing.come(second, occurrence.id, 3)
    signed = place.desk.signing.come(second, occurrence.id, 4)
    assert (signed.answer, signed.people) == (Answer.COMING, 3)


def test_the_place_of_who_is_forgotten_goes_to_who_waits(place: Place, planned: Callable[..., Event]) -> None:
    (occurrence,) = place.desk.planning.coming(planned(maximum=2))
    first, second = (place.person(number, "nl", follows=()) for number in (1, 2))
    for person in (first, second):
        place.desk.signing.come(person, occurrence.id, 2)
    place.desk.office.people.forget(first)
    assert [address for address, _, _ in place.send()] == [second]
    assert place.send() == []
    assert place.desk.signing.mine(second, occurrence.id).answer is Answer.COMING


@pytest.mark.parametrize(
    "how", [{"announce_days": 99_999_999}, {"minutes": 10**11}, {"maximum": 10**19}, {"reminder_days": (400,)}],
    ids=str,
)  # fmt: skip
def test_an_event_beyond_all_bounds_is_refused(place: Place, editor: int, how: Any) -> None:
    with pytest.raises(Mistake, match="too_much"):
        place.desk.planning.add(editor, replace(parent_cafe(), **how))


def test_an_event_that_is_over_is_not_approved(place: Place, editor: int, approver: int) -> None:
    event = place.desk.planning.add(editor, parent_cafe())
    place.desk.planning.submit(editor, event.id)
    place.now = local(2026, 12, 3, 12)
    with pytest.raises(Mistake, match="no_start"):
        place.desk.planning.approve(approver, event.id)
    assert place.desk.planning.find(event.id).state is State.SUBMITTED


def test_an_event_far_ahead_can_be_entered_and_is_announced_in_time(place: Place, editor: int, approver: int) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    event = place.desk.planning.add(editor, replace(parent_cafe(), start=local(2027, 9, 1, 10)))
    place.desk.planning.submit(editor, event.id)
    place.desk.planning.approve(approver, event.id)
    assert place.send() == []
    place.now = local(2027, 8, 18, 10)
    assert [title for _, _, title in place.send()] == ["Oudercafé"]


# --- staff, practice, locations ----------------------------------------------------------------------


def test_an_invitation_works_once_and_expires(place: Place) -> None:
    code = place.desk.staffing.invite(COMMAND_LINE, Role.ADMIN, "Ada")
    assert place.desk.staffing.accept(code, "telegram:1") is not None
    assert place.desk.staffing.accept(code, "telegram:2") is None
    late = place.desk.staffing.invite(COMMAND_LINE, Role.EDITOR, "Leo")
    place.move_on(days=8)
    assert place.desk.staffing.accept(late, "telegram:3") is None


def test_who_opens_the_link_made_for_a_colleague_stays_who_they_are(place: Place) -> None:
    chief = place.staff("Chef", Role.ADMIN)
    code = place.desk.staffing.invite(chief, Role.EDITOR, "Bob")
    with pytest.raises(Mistake, match="other_name"):
        place.desk.staffing.accept(code, address_of("Chef"))
    assert place.desk.staffing.at(address_of("Chef")) == Member(chief, "Chef", Role.ADMIN)
    accepted = place.desk.staffing.accept(code, address_of("Bob"))
    assert accepted is not None, "the link still works for whom it was made"
    assert accepted.role is Role.EDITOR


def test_another_role_comes_by_an_invitation_in_ones_own_name(place: Place, editor: int) -> None:
    code = place.desk.staffing.invite(COMMAND_LINE, Role.APPROVER, "Eva")
    assert place.desk.staffing.accept(code, address_of("Eva")) == Member(editor, "Eva", Role.APPROVER)


def test_the_last_administrator_stays_one(place: Place) -> None:
    chief = place.staff("Chef", Role.ADMIN)
    lower = place.desk.staffing.invite(chief, Role.EDITOR, "Chef")
    with pytest.raises(Mistake, match="last_admin"):
        place.desk.staffing.accept(lower, address_of("Chef"))
    with pytest.raises(Mistake, match="last_admin"):
        place.desk.staffing.revoke(chief, chief)
    place.staff("Ada", Role.ADMIN)
    place.desk.staffing.revoke(chief, chief)
    assert [one.name for one in place.desk.staffing.all(COMMAND_LINE)] == ["Ada"]


def test_a_role_is_looked_up_at_the_moment_of_each_action(place: Place, editor: int) -> None:
    place.desk.staffing.revoke(COMMAND_LINE, editor)
    with pytest.raises(NotAllowed):
        place.desk.announcing.write(editor, "algemeen", texts=TEXTS)


def test_in_practice_mode_nothing_reaches_the_public(tmp_path: Path, library: Library, sealer: Sealer) -> None:
    place = Place(tmp_path, library, sealer, settings=Settings(practice=True, solo=True))
    approver = place.staff("Anna", Role.APPROVER)
    place.desk.office.people.set_reach("telegram:900378", NEVER_QUIET)
    place.person(1)
    released(place, approver, approver)
    assert "telegram:1" not in [address for address, _, _ in place.send()]


def test_in_practice_a_real_announcement_is_neither_released_nor_taken_back(
    library: Library, sealer: Sealer, place: Place, editor: int, approver: int
) -> None:
    place.person(1)
    sent = released(place, editor, approver)
    place.send()
    waiting = place.desk.announcing.write(editor, "algemeen", texts=TEXTS)
    place.desk.announcing.submit(editor, waiting.id)
    before = [place.desk.announcing.find(one.id) for one in (sent, waiting)]
    announcing = Place(place.folder, library, sealer, settings=Settings(practice=True)).desk.announcing
    attempts: tuple[Callable[[], object], ...] = (
        lambda: announcing.approve(approver, waiting.id),
        lambda: announcing.send_back(approver, waiting.id),
        lambda: announcing.change(editor, waiting.id, texts=TEXTS),
        lambda: announcing.cancel(editor, waiting.id),
        lambda: announcing.correct(approver, sent.id, TEXTS, in_meaning=False),
        lambda: announcing.recall(approver, sent.id),
    )
    for attempt in attempts:
        with pytest.raises(Mistake, match="practice"):
            attempt()
    assert [place.desk.announcing.find(one.id) for one in (sent, waiting)] == before
    place.move_on(hours=2)  # practice is over
    assert place.send() == []
    assert announcing.copy(editor, sent.id).practice


def test_in_practice_a_test_of_a_real_draft_comes_at_once(
    library: Library, sealer: Sealer, place: Place, editor: int
) -> None:
    written = place.desk.announcing.write(editor, "algemeen", texts={"nl": TEXTS["nl"]})
    practising = Place(place.folder, library, sealer, settings=Settings(practice=True))
    assert practising.desk.announcing.test(editor, written.id) == 1
    assert [address for address, _, _ in practising.send()] == [address_of("Eva")]
    assert place.send() == []
    assert not place.desk.announcing.find(written.id).practice


def test_in_practice_a_real_event_is_not_released(
    library: Library, sealer: Sealer, place: Place, editor: int, approver: int
) -> None:
    event = place.desk.planning.add(editor, parent_cafe())
    place.desk.planning.submit(editor, event.id)
    planning = Place(place.folder, library, sealer, settings=Settings(practice=True)).desk.planning
    attempts: tuple[Callable[[], object], ...] = (
        lambda: planning.approve(approver, event.id),
        lambda: planning.send_back(approver, event.id),
    )
    for attempt in attempts:
        with pytest.raises(Mistake, match="practice"):
            attempt()
    assert place.desk.planning.find(event.id).state is State.SUBMITTED


def test_in_practice_a_real_event_stays_as_it_is(
    tmp_path: Path, library: Library, sealer: Sealer, place: Place, planned: Callable[..., Event]
) -> None:
    event = planned()
    practising = Place(place.folder, library, sealer, settings=Settings(practice=True))
    (occurrence,) = practising.desk.planning.coming(event)
    for attempt in (
        lambda: practising.desk.planning.move(COMMAND_LINE, occurrence.id, local(2026, 12, 3, 11)),
        lambda: practising.desk.planning.cancel_occurrence(COMMAND_LINE, occurrence.id),
        lambda: practising.desk.planning.change(COMMAND_LINE, event.id, Change(place="Raadhuis")),
        lambda: practising.desk.planning.cancel(COMMAND_LINE, event.id),
    ):
        with pytest.raises(Mistake) as caught:
            attempt()
        assert caught.value.code == "practice"
    assert place.desk.planning.coming(event) == (occurrence,)


def test_in_practice_real_events_stay_there_for_everybody(
    library: Library, sealer: Sealer, place: Place, planned: Callable[..., Event]
) -> None:
    (occurrence,) = place.desk.planning.coming(planned())
    board = Place(place.folder, library, sealer, settings=Settings(practice=True)).desk.board
    person = place.person(1)
    assert [one.id for one in board.coming("nl", None)] == [occurrence.id]
    assert board.event(occurrence.id, "nl", person) is not None
    assert board.calendar_file(occurrence.id, "nl") is not None
    assert board.sign_up_open(occurrence.id, person)
    assert board.come(person, occurrence.id, 2).answer is Answer.COMING


def test_a_practice_event_is_there_for_staff_only_and_never_on_the_web(
    tmp_path: Path, library: Library, sealer: Sealer
) -> None:
    practising = Place(tmp_path, library, sealer, settings=Settings(practice=True, solo=True))
    colleague = practising.staff("Eva", Role.EDITOR)
    event = practising.desk.planning.add(colleague, parent_cafe())
    practising.desk.planning.submit(colleague, event.id)
    (occurrence,) = practising.desk.planning.coming(practising.desk.planning.approve(COMMAND_LINE, event.id))
    board, person = practising.desk.board, practising.person(1)
    assert board.event(occurrence.id, "nl", address_of("Eva")) is not None
    assert board.come(address_of("Eva"), occurrence.id, 1).answer is Answer.COMING
    for address in (person, ""):
        assert board.event(occurrence.id, "nl", address) is None
        assert board.calendar_file(occurrence.id, "nl", address) is None
        assert not board.sign_up_open(occurrence.id, address)
    assert board.come(person, occurrence.id, 1).answer is Answer.GONE
    real = Place(tmp_path, library, sealer).desk.board
    assert real.event(occurrence.id, "nl", address_of("Eva")) is None, "practice is over"


def test_a_message_of_practice_says_so_itself(tmp_path: Path, library: Library, sealer: Sealer) -> None:
    practising = Place(tmp_path, library, sealer, settings=Settings(practice=True))
    written = practising.desk.announcing.write(0, "algemeen", ("nieuws",), texts={"nl": ("Hallo", "Dit is een proef.")})
    letter = practising.desk.mailroom.letter(written.id, "nl")
    assert plain(letter.document).startswith(library.words["nl"]("staff.practice"))


def test_a_note_that_cannot_be_sent_is_refused_when_the_event_is_entered(place: Place, editor: int) -> None:
    slots = {"interpreter": True, "children": True, "note": {"nl": "Zie [hier](http://onveilig.nl)."}}
    with pytest.raises(BadText):
        place.desk.planning.add(editor, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=slots))


def test_in_practice_locations_stay_as_they_are_and_no_single_person_is_written_to(
    tmp_path: Path, library: Library, sealer: Sealer
) -> None:
    practising = Place(tmp_path, library, sealer, settings=Settings(practice=True))
    chief = practising.staff("Chef", Role.ADMIN)
    person = practising.person(1, follows=("herenweg-55",))
    before = practising.desk.board.subjects("nl")
    for location in (
        Location("herenweg-55", "Herenweg 55", Phase.DROPPED),
        Location("herenweg-55", "Proefplek", Phase.OPEN),
        Location("proefplek", "Proefplek", Phase.OPEN),
    ):
        with pytest.raises(Mistake, match="practice"):
            practising.desk.staffing.put_location(chief, location)
    assert practising.desk.board.subjects("nl") == before
    number = practising.desk.office.people.number(person)
    assert practising.desk.telling.tell([number], "subscriptions.dropped", location="Herenweg 55") is None


def test_a_dropped_location_says_goodbye_and_ends_its_subscriptions(place: Place, approver: int) -> None:
    address = place.person(1, "uk", follows=("herenweg-55", "nieuws"))
    place.desk.staffing.put_location(approver, Location("herenweg-55", "Herenweg 55", Phase.DROPPED))
    sent = place.send()
    assert [(a, code) for a, code, _ in sent] == [(address, "uk")]
    assert place.desk.board.follows(address) == {"nieuws"}
    assert "herenweg-55" not in [subject.id for subject in place.desk.board.subjects("nl")]


def test_whoever_says_stop_is_gone_from_everything(
    place: Place, editor: int, approver: int, planned: Callable[..., Event]
) -> None:
    address = place.person(1, follows=("nieuws", "oudercafe"))
    (occurrence,) = place.desk.planning.coming(planned())
    place.desk.signing.come(address, occurrence.id, 2)
    released(place, editor, approver)
    place.send()
    number = place.desk.office.people.find_number(address)
    place.desk.office.people.forget(address)
    assert place.desk.office.people.find_number(address) is None
    for table in ("subscriptions", "sign_ups", "deliveries"):
        left = place.db.execute(f"SELECT count(*) FROM {table} WHERE person = ?", [number])  # noqa: S608 - fixed names
        assert left.fetchone()[0] == 0, table
    assert place.db.execute("SELECT count(*) FROM deliveries").fetchone()[0] > 0  # the counts stay


def test_the_audit_log_says_who_did_what_and_cannot_be_changed(place: Place, editor: int, approver: int) -> None:
    released(place, editor, approver)
    done = [(entry.who, entry.what) for entry in place.desk.office.audit.latest(3)]
    assert done == [("Anna", "approve"), ("Eva", "submit"), ("Eva", "write")]
    with pytest.raises(Exception, match="only ever added"):
        place.db.execute("DELETE FROM audit")


def test_a_calendar_takes_the_second_move_too_and_no_invitation_comes_along(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    (occurrence,) = place.desk.planning.coming(planned())

    def versions() -> int:
        file = place.desk.board.calendar_file(occurrence.id, "nl")
        assert file is not None
        made = Calendar.from_ical(file.content)
        assert "METHOD" not in made
        return int(str(made.walk("VEVENT")[0]["sequence"]))

    seen = [versions()]
    for day in (3, 4):
        place.desk.planning.move(approver, occurrence.id, local(2026, 12, day, 10))
        seen.append(versions())
    place.desk.planning.cancel_occurrence(approver, occurrence.id)
    seen.append(versions())
    assert seen == sorted(set(seen)), "each is higher than the one before"


def test_who_has_blocked_the_bot_does_not_count_as_a_follower(place: Place) -> None:
    for number in (1, 2):
        place.person(number, follows=("herenweg-55",))
    place.send()
    announced = place.desk.announcing.write(COMMAND_LINE, "algemeen", ("herenweg-55",), texts=TEXTS)
    place.desk.announcing.submit(COMMAND_LINE, announced.id)
    place.desk.announcing.approve(place.staff("Anna", Role.APPROVER), announced.id)
    place.send(Gone())
    assert place.desk.office.subscriptions.counts() == {}


def test_an_invitation_that_nobody_used_is_forgotten(place: Place) -> None:
    place.desk.staffing.invite(COMMAND_LINE, Role.EDITOR, "Leo")
    forget_old([place.desk.office.staff], lambda: place.now + timedelta(days=6))
    assert place.db.execute("SELECT count(*) FROM invitations").fetchone()[0] == 1
    forget_old([place.desk.office.staff], lambda: place.now + timedelta(days=8))
    assert place.db.execute("SELECT count(*) FROM invitations").fetchone()[0] == 0


def lines_about(place: Place, announcement: int) -> list[tuple[str, str]]:
    """What the audit log says of an announcement, the oldest line first."""
    entries = place.desk.office.audit.latest(50, f"announcement {announcement}")
    return [(entry.who, entry.what) for entry in reversed(entries)]


def test_the_audit_log_says_what_a_cancelled_event_withdrew_and_what_it_told_instead(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    place.person(2, follows=("oudercafe",), reach=Reach(0, 0, date(2026, 12, 20)))
    event = planned(sign_up=False)
    place.send()
    place.desk.planning.cancel(approver, event.id)
    announced, told = place.desk.office.announcements.of_occurrence(1)
    assert lines_about(place, announced.id) == [("clock", "start"), ("event", "cancel")]
    assert lines_about(place, told.id) == [("Anna", "cancellation")]


def test_the_audit_log_says_which_messages_were_one_too_many(place: Place, planned: Callable[..., Event]) -> None:
    place.now = local(2026, 12, 1, 12)
    planned()
    place.desk.clockwork.tick()
    expired = [one for one in place.desk.office.announcements.of_occurrence(1) if one.state is State.EXPIRED]
    assert expired
    assert [lines_about(place, one.id) for one in expired] == [[("clock", "expire")]] * len(expired)


def test_letters_can_be_read_for_twelve_months_in_the_readers_language(
    place: Place, editor: int, approver: int
) -> None:
    released(place, editor, approver, kind="bewonersbrief", subjects=("herenweg-55",))
    place.send()
    (letter,) = place.desk.board.letters("herenweg-55", "uk")
    assert letter.title == "Новини"
    assert place.desk.board.letters("heemsteedse-dreef", "uk") == ()
    place.now += timedelta(days=400)
    assert place.desk.board.letters("herenweg-55", "uk") == ()


def test_a_letter_for_one_audience_does_not_stand_on_the_page_for_everybody(
    place: Place, editor: int, approver: int
) -> None:
    released(place, editor, approver, kind="bewonersbrief", subjects=("herenweg-55",), who=Audience.ASIEL)
    place.send()
    assert place.desk.board.letters("herenweg-55", "uk") == ()


def test_nothing_is_kept_of_who_only_looks_at_an_event(place: Place, planned: Callable[..., Event]) -> None:
    (occurrence,) = place.desk.planning.coming(planned())
    stranger = "telegram:77"
    assert place.desk.signing.mine(stranger, occurrence.id).answer is Answer.NOT_COMING
    assert place.desk.signing.leave(stranger, occurrence.id).answer is Answer.NOT_COMING
    assert place.desk.office.people.find_number(stranger) is None


# --- a standstill of the clock -----------------------------------------------------------------------


def staff_heard(place: Place) -> list[str]:
    """What the notices to Eva say."""
    place.send()
    notices = place.desk.office.announcements.in_states(tuple(State))
    return [one.texts["nl"].body for one in reversed(notices) if one.part is Part.NOTICE]


def test_an_announcement_that_a_long_standstill_made_late_is_told_to_staff(
    place: Place, planned: Callable[..., Event]
) -> None:
    place.person(1, follows=("oudercafe",))
    planned(start=local(2026, 12, 20, 10))  # to be announced on 6 December
    assert place.send() == []
    place.now = local(2026, 12, 12, 12)  # the machine stood still from 24 November
    assert ("telegram:1", "nl", "Oudercafé") in place.send()
    (heard,) = staff_heard(place)
    assert "gaat later uit dan gepland" in heard


def test_an_event_that_is_entered_late_is_not_late(place: Place, planned: Callable[..., Event]) -> None:
    place.person(1, follows=("oudercafe",))
    place.send()
    place.move_on(seconds=5)
    planned(start=local(2026, 11, 28, 10))
    assert place.send() == [("telegram:1", "nl", "Oudercafé")]
    assert staff_heard(place) == []


def test_staff_hear_once_of_an_event_that_nobody_was_told_of(
    place: Place, planned: Callable[..., Event], approver: int
) -> None:
    place.person(1, follows=("oudercafe",))
    planned(start=local(2026, 12, 20, 10), announce_days=3)
    dropped = planned(start=local(2026, 12, 20, 11), announce_days=3)
    (occurrence,) = place.desk.planning.coming(dropped)
    place.desk.planning.cancel_occurrence(approver, occurrence.id)
    place.send()
    place.now = local(2026, 12, 21, 12)
    assert [address for address, _, _ in place.send()] == [address_of("Eva"), address_of("Anna")]
    place.move_on(minutes=2)
    (heard,) = staff_heard(place)
    assert heard.startswith("Over bijeenkomst 1 (Oudercafé, 20 december 2026) heeft niemand een bericht gekregen")


def test_staff_hear_of_a_reminder_that_was_never_made(place: Place, planned: Callable[..., Event]) -> None:
    place.person(1, follows=("oudercafe",))
    planned(start=local(2026, 12, 2, 10))
    assert place.send() == [("telegram:1", "nl", "Oudercafé")]
    place.now = local(2026, 12, 2, 12)
    (heard,) = staff_heard(place)
    assert heard.startswith("Een herinnering aan bijeenkomst 1 (Oudercafé, 2 december 2026) is niet verstuurd")


def test_a_clock_that_goes_writes_so_once_a_minute_and_misses_nothing(
    place: Place, planned: Callable[..., Event]
) -> None:
    place.person(1, follows=("oudercafe",))
    place.now = local(2026, 12, 2, 9, 58)
    place.send()
    planned(start=local(2026, 12, 2, 10, 1), announce_days=0, reminder_days=())
    sent: list[tuple[str, str, str]] = []
    notes = []
    for _ in range(48):
        sent += place.send()
        notes.append(Notes(place.db).get("last_tick"))
        place.move_on(seconds=5)
    assert sent == [("telegram:1", "nl", "Oudercafé")]
    assert len(set(notes)) == 4
    assert staff_heard(place) == []
