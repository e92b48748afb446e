"""Deliveries: who gets a row, when it may leave, and which steps it may take."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.dialogue.values import Reach
from bot.errors import StoreError
from bot.knowledge.facts import Audience
from bot.store import running
from bot.store.announcements import Announcements
from bot.store.deliveries import Deliveries
from bot.store.people import People
from bot.store.sealing import Sealer
from bot.store.sessions import address as web_address
from bot.store.sessions import new_session
from bot.store.subscriptions import Subscriptions
from scheduler.announcements import Announcement, Missing, Part, State, Target, Text
from scheduler.delivery import (
    Again,
    Claimed,
    Deleted,
    Delivered,
    Gone,
    Job,
    NotThere,
    Outcome,
    Refused,
    Wait,
    Withdrawn,
)

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
LOCAL = ZoneInfo("Europe/Amsterdam")
TEXTS = {code: Text("T", "tekst") for code in ("nl", "uk", "en")}


class Town:
    """A database with people in it, and a clock that the test moves."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self.db = db
        self.now = NOON
        db.execute("PRAGMA synchronous = OFF")  # no power cut is tested here
        self.people = People(db, sealer)
        self.subscriptions = Subscriptions(db, self.people)
        self.announcements = Announcements(db)
        self.deliveries = Deliveries(db, sealer, lambda: self.now, sleep=lambda _: None)
        self.practising = Deliveries(db, sealer, lambda: self.now, practice=True)

    def person(self, chat: int, *subjects: str, language: str | None = "nl", who: Audience | None = None) -> str:
        address = f"telegram:{chat}"
        self.people.number(address)
        if language:
            self.people.set_language(address, language)
        self.people.set_audience(address, who)
        for subject in subjects or ("nieuws",):
            self.subscriptions.add(address, subject, self.now, "1")
        return address

    def announce(self, *subjects: str, prepare: bool = True, **more: Any) -> Announcement:
        target = Target(subjects or ("nieuws",), more.pop("who", None), more.pop("near", ()))
        values = {"texts": TEXTS, "state": State.SENDING, "due": self.now, **more}
        made = Announcement(0, "algemeen", target, **values)
        number = self.announcements.add(made)
        assert number is not None
        made = replace(made, id=number)
        if prepare:
            self.deliveries.prepare(made, self.now)
        return made

    def claim(self, limit: int = 100) -> list[Claimed]:
        return self.deliveries.claim(self.now, limit)

    def settle(self, rows: Iterable[Claimed], outcome: Outcome) -> None:
        self.deliveries.settle([(row, outcome) for row in rows])

    def later(self, **how_much: int) -> None:
        self.now += dt.timedelta(**how_much)

    def states(self) -> list[tuple[str, str]]:
        return [(job, state) for job, state in self.db.execute("SELECT job, state FROM deliveries ORDER BY id")]


@pytest.fixture
def town(db: Database, sealer: Sealer) -> Town:
    return Town(db, sealer)


# --- whom it concerns ---------------------------------------------------------------------------------------


def test_everybody_whom_it_concerns_has_one_row_also_with_two_subjects(town: Town) -> None:
    both = town.person(1, "herenweg-55", "nieuws")
    town.person(2, "nieuws")
    town.person(3, "oudercafe")
    town.announce("nieuws", "herenweg-55")
    rows = town.claim()
    assert sorted(row.address for row in rows) == ["telegram:1", "telegram:2"]
    subject = town.db.execute("SELECT subject FROM deliveries d JOIN people p ON p.id = d.person WHERE p.address = ?",
                              [town.people.sealed(both)]).fetchone()  # fmt: skip
    assert subject == ("herenweg-55",)


@pytest.mark.parametrize(
    ("missing", "texts", "expected"),
    [
        (Missing.FALL_BACK, ("nl", "uk", "en"), {1: "nl", 2: "uk", 3: "en", 4: "nl", 5: "nl"}),
        (Missing.FALL_BACK, ("nl",), {1: "nl", 2: "nl", 3: "nl", 4: "nl", 5: "nl"}),
        (Missing.SKIP, ("nl", "uk"), {1: "nl", 2: "uk", 4: "nl"}),
        (Missing.STOP, ("nl", "uk"), {1: "nl", 2: "uk", 4: "nl"}),
    ],
)
def test_each_gets_it_in_their_language_or_as_staff_decided(
    town: Town, missing: Missing, texts: tuple[str, ...], expected: dict[int, str]
) -> None:
    for chat, language in enumerate(("nl", "uk", "en", None, "ru"), 1):
        town.person(chat, language=language)
    town.announce(missing=missing, texts={code: TEXTS[code] for code in texts})
    assert {int(row.address.split(":")[1]): row.language for row in town.claim()} == expected


def test_who_chose_another_language_meanwhile_gets_it_in_that_one(town: Town) -> None:
    one = town.person(1, language="nl")
    two = town.person(2, language="nl")
    three = town.person(3, language="uk")
    made = town.announce(missing=Missing.SKIP, texts={code: TEXTS[code] for code in ("nl", "uk")})
    town.people.set_language(one, "uk")
    town.people.set_language(two, "en")  # there is none: the words that were prepared are better than nothing
    town.people.set_language(three, "nl")
    assert {row.address: row.language for row in town.claim()} == {one: "uk", two: "nl", three: "nl"}
    assert {code: sum(states.values()) for code, states in town.deliveries.report(made.id).languages.items()} == {
        "uk": 1, "nl": 2,
    }  # fmt: skip


def test_a_stale_translation_counts_as_missing(town: Town) -> None:
    town.person(1, language="uk")
    town.announce(missing=Missing.FALL_BACK, revision=2, texts={"nl": Text("T", "t", 2), "uk": Text("T", "t", 1)})
    assert [(row.language, row.revision) for row in town.claim()] == [("nl", 2)]


def test_who_narrows_to_those_who_said_so(town: Town) -> None:
    town.person(1, who=Audience.OEKRAINE)
    town.person(2, who=Audience.ASIEL)
    town.person(3)
    town.announce(who=Audience.OEKRAINE)
    assert [row.address for row in town.claim()] == ["telegram:1"]


def test_near_narrows_to_those_who_follow_one_of_the_locations_too(town: Town) -> None:
    town.person(1, "oudercafe", "herenweg-55")
    town.person(2, "oudercafe", "heemsteedse-dreef")
    town.person(3, "oudercafe")
    town.person(4, "herenweg-55")
    town.person(5, "oudercafe", "bamboo")
    made = town.announce("oudercafe", near=("herenweg-55", "heemsteedse-dreef"))
    assert town.deliveries.count(made).total == 2
    assert sorted(row.address for row in town.claim()) == ["telegram:1", "telegram:2"]


@pytest.mark.parametrize("subject", ["oudercafe", "herenweg-55"])
def test_who_left_the_theme_or_the_location_meanwhile_gets_nothing(town: Town, subject: str) -> None:
    one = town.person(1, "oudercafe", "herenweg-55")
    town.announce("oudercafe", near=("herenweg-55",))
    town.subscriptions.end(one, subject)
    assert town.claim() == []
    assert town.states() == [("send", "skipped")]


def test_who_blocked_us_and_who_is_on_the_web_have_no_row(town: Town) -> None:
    town.person(1)
    town.person(2)
    town.db.execute("UPDATE people SET active = 0 WHERE address = ?", [town.people.sealed("telegram:1")])
    web = web_address(new_session(NOON.date()))
    town.subscriptions.add(web, "nieuws", NOON, "1")
    longest = f"telegram:{-1_000_000_000_000_000}"
    town.subscriptions.add(longest, "nieuws", NOON, "1")
    town.announce()
    assert [row.address for row in town.claim()] == ["telegram:2", longest]


@pytest.mark.parametrize("near", [(), ("herenweg-55",)])
def test_the_count_before_is_exactly_what_is_prepared_after(town: Town, near: tuple[str, ...]) -> None:
    for chat in range(1, 40):
        language = ("nl", "uk", "en", None)[chat % 4]
        subjects = ("nieuws", "herenweg-55", "oudercafe")[: chat % 3 + 1]
        town.person(chat, *subjects, language=language, who=(None, *Audience)[chat % 4])
    wanted = town.announce("herenweg-55", "oudercafe", who=Audience.ASIEL, near=near,
                           missing=Missing.FALL_BACK, prepare=False)  # fmt: skip
    counted = town.deliveries.count(wanted)
    assert town.deliveries.prepare(wanted, NOON) == counted.total > 0
    assert sum(counted.languages.values()) == sum(counted.subjects.values()) == counted.total
    report = town.deliveries.report(wanted.id)
    assert {subject: sum(states.values()) for subject, states in report.subjects.items()} == counted.subjects


def test_preparing_twice_adds_nothing_and_half_prepared_nothing_leaves(town: Town) -> None:
    for chat in range(1, 6):
        town.person(chat)
    announcement = town.announce()
    town.db.execute("UPDATE announcements SET prepared = 0")
    town.db.execute("DELETE FROM deliveries WHERE id > 3")
    assert town.claim() == []
    assert town.deliveries.prepare(announcement, NOON) == 5
    assert town.deliveries.prepare(announcement, NOON) == 5
    assert len(town.claim()) == 5


def test_practice_reaches_staff_only_and_is_sent_only_in_practice_mode(town: Town) -> None:
    town.person(1)
    town.person(2, "oudercafe")
    town.db.execute(
        "INSERT INTO staff (address, name, role, since) VALUES (?, 'A', 'editor', '')",
        [town.people.sealed("telegram:2")],
    )
    town.announce(practice=True)
    town.announce()
    assert [row.address for row in town.claim()] == ["telegram:1"]
    assert [row.address for row in town.practising.claim(NOON, 9)] == ["telegram:2"]


def test_a_correction_goes_to_those_who_were_told_below_what_they_received(town: Town) -> None:
    for chat in (1, 2, 3):
        town.person(chat, language="uk")
    first = town.announce(missing=Missing.FALL_BACK, texts={"nl": TEXTS["nl"]})
    one, two, three = town.claim()
    town.settle([one], Delivered(71))
    town.settle([two], Delivered(72))
    town.settle([three], Gone())
    town.subscriptions.end(one.address)
    town.person(4)
    town.announcements.write(replace(first, revision=2))
    town.announce(reply_to=first.id, part=Part.CORRECTION)
    assert [(row.address, row.reply_to, row.language) for row in town.claim()] == [
        (one.address, 71, "nl"), (two.address, 72, "nl"),
    ]  # fmt: skip


# --- when it may leave --------------------------------------------------------------------------------------


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("reach", "due", "leaves", "silent"),
    [
        (Reach(), local(24, 12), local(24, 12), False),
        (Reach(), local(24, 20, 59), local(24, 20, 59), False),
        (Reach(), local(24, 21), local(25, 8), True),
        (Reach(), local(25, 3), local(25, 8), True),
        (Reach(), local(25, 8), local(25, 8), False),
        (Reach(13 * 60, 15 * 60), local(24, 14), local(24, 15), True),
        (Reach(13 * 60, 15 * 60), local(24, 23), local(24, 23), False),
        (Reach(600, 600), local(24, 3), local(24, 3), False),
        (Reach(paused_until=dt.date(2026, 11, 27)), local(24, 12), local(27, 8), True),
        (Reach(paused_until=dt.date(2026, 11, 24)), local(24, 12), local(24, 12), False),
        # The night in which the clock goes back is an hour longer, the one in which it goes forward an hour shorter.
        (Reach(), local(24, 22, month=10), local(25, 8, month=10), True),
        (Reach(), local(28, 22, month=3), local(29, 8, month=3), True),
    ],
)
def test_who_sleeps_gets_it_silently_when_they_wake(
    town: Town, reach: Reach, due: dt.datetime, leaves: dt.datetime, silent: bool
) -> None:
    address = town.person(1)
    town.people.set_reach(address, reach)
    town.now = due
    town.announce()
    minutes = 0
    while not (rows := town.claim()):
        town.later(minutes=1)
        minutes += 1
        assert minutes < 6000
    assert town.now == leaves
    assert [row.silent for row in rows] == [silent]


def test_who_waited_because_of_the_night_gets_it_silently_also_if_it_was_due_before(town: Town) -> None:
    town.person(1)
    town.now = local(24, 20, 59)
    town.announce()
    town.now = local(24, 21, 1)
    assert town.claim() == []
    town.now = local(25, 9)
    assert [row.silent for row in town.claim()] == [True]


def test_many_who_sleep_do_not_hold_up_who_is_awake(town: Town) -> None:
    for chat in range(1, 300):
        town.person(chat)
    awake = town.person(400)
    town.people.set_reach(awake, Reach(600, 600))
    town.now = local(25, 3)
    town.announce()
    assert [row.address for row in town.claim(5)] == [awake]
    assert town.claim(5) == []
    town.now = local(25, 8)
    assert len(town.claim(500)) == 299


def test_who_changes_their_quiet_hours_is_looked_at_again(town: Town) -> None:
    address = town.person(1)
    town.now = local(25, 3)
    town.announce()
    assert town.claim() == []
    town.people.set_reach(address, Reach(600, 600))
    town.deliveries.look_again(town.people.number(address))
    assert len(town.claim()) == 1


def test_a_message_is_changed_and_deleted_also_at_night(town: Town) -> None:
    town.person(1)
    announcement = town.announce()
    town.settle(town.claim(), Delivered(7))
    town.now = local(25, 3)
    town.deliveries.give_job(announcement.id, Job.EDIT)
    assert [row.job for row in town.claim()] == [Job.EDIT]


@pytest.mark.parametrize("state", [state for state in State if state is not State.SENDING])
def test_only_what_is_being_sent_leaves(town: Town, state: State) -> None:
    town.person(1)
    town.announce(state=state)
    assert town.claim() == []


def test_what_is_of_no_use_any_more_does_not_leave_and_a_pause_of_everything_holds(town: Town) -> None:
    town.person(1)
    town.announce(useful_until=NOON)
    assert town.claim() == []
    town.announce()
    running.pause(town.db, "A")
    assert town.claim() == []
    assert running.resume(town.db)
    assert len(town.claim()) == 1


def test_who_stops_following_after_it_was_prepared_does_not_get_it_but_a_last_notice_arrives(town: Town) -> None:
    address = town.person(1)
    town.announce()
    town.announce(part=Part.NOTICE)
    town.subscriptions.end(address)
    assert len(town.claim()) == 1
    assert town.states() == [("send", "skipped"), ("send", "sending")]


def test_the_earliest_announcement_leaves_first_and_a_row_is_claimed_once(town: Town) -> None:
    for chat in range(1, 5):
        town.person(chat)
    later = town.announce(due=NOON + dt.timedelta(minutes=1))
    first = town.announce()
    order = [row.announcement for _ in range(8) for row in town.claim(1)]
    assert order == [first.id] * 4 + [later.id] * 4
    assert town.claim() == []


# --- the steps of a row -------------------------------------------------------------------------------------

FINAL: dict[str, Outcome] = {
    "delivered": Delivered(7),
    "blocked": Gone(),
    "failed": Refused("x"),
    "skipped": NotThere(),
    "deleted": Deleted(),
    "withdrawn": Withdrawn(),
}


@pytest.mark.parametrize("state", FINAL)
@pytest.mark.parametrize("outcome", [*FINAL.values(), Wait(1), Again(unsure=True)], ids=lambda one: type(one).__name__)
def test_a_final_state_is_never_overwritten(town: Town, state: str, outcome: Outcome) -> None:
    town.person(1)
    announcement = town.announce()
    rows = town.claim()
    town.settle(rows, FINAL[state])
    town.settle(rows, outcome)
    town.deliveries.cancel(announcement.id)
    town.deliveries.expire(announcement.id)
    town.deliveries.recover()
    assert town.states() == [("send", state)]
    assert town.deliveries.report(announcement.id).doubt == 0
    town.deliveries.give_job(announcement.id, Job.EDIT)
    assert town.states() == [("edit", "waiting") if state == "delivered" else ("send", state)]


@pytest.mark.parametrize(
    ("step", "state"),
    [(Deliveries.cancel, "cancelled"), (Deliveries.expire, "skipped")],
)
def test_cancelled_and_expired_rows_stay_so(town: Town, step: Callable[[Deliveries, int], int], state: str) -> None:
    town.person(1)
    town.person(2)
    announcement = town.announce()
    under_way = town.claim(1)
    assert step(town.deliveries, announcement.id) == 1
    town.settle(under_way, Delivered(7))
    assert town.states() == [("send", "delivered"), ("send", state)]
    assert town.claim() == []


def test_who_is_forgotten_while_a_message_is_under_way_stays_forgotten(town: Town) -> None:
    address = town.person(1)
    town.announce()
    rows = town.claim()
    town.people.forget(address)
    town.settle(rows, Delivered(7))
    assert town.db.execute("SELECT person, message, state FROM deliveries").fetchall() == [(None, None, "cancelled")]


def test_whoever_cannot_be_reached_is_left_alone_from_then_on(town: Town) -> None:
    address = town.person(1)
    town.announce()
    other = town.announce()
    town.settle(town.claim(1), Gone())
    assert town.claim() == []
    assert town.states() == [("send", "blocked")] * 2
    town.people.returned(address)
    assert town.deliveries.count(other).total == 1


def test_a_failure_waits_longer_each_time_and_is_in_doubt_only_if_it_may_have_arrived(town: Town) -> None:
    town.person(1)
    announcement = town.announce()
    waits = []
    for _ in range(12):
        start = town.now
        while not (rows := town.claim()):
            town.later(seconds=1)
        waits.append((town.now - start).total_seconds())
        town.settle(rows, Again(unsure=False))
    assert waits[1:5] == [2, 4, 8, 16]
    assert waits[-1] == 300
    assert town.deliveries.report(announcement.id).doubt == 0
    town.later(minutes=6)
    town.settle(town.claim(), Again(unsure=True))
    assert town.deliveries.report(announcement.id).doubt == 1


def test_after_a_crash_what_was_under_way_waits_again_in_doubt(town: Town) -> None:
    for chat in range(1, 6):
        town.person(chat)
    announcement = town.announce()
    rows = town.claim(3)
    town.settle(rows[:1], Delivered(7))
    assert town.deliveries.recover() == 2
    assert town.deliveries.report(announcement.id).states == {"delivered": 1, "waiting": 4}
    assert town.deliveries.report(announcement.id).doubt == 2
    assert len(town.claim()) == 4


# --- corrections and recalls --------------------------------------------------------------------------------


def test_a_correction_while_sending_reaches_everybody_with_the_new_text(town: Town) -> None:
    for chat in range(1, 5):
        town.person(chat)
    announcement = town.announce()
    delivered, under_way, fails = town.claim(3)
    town.settle([delivered], Delivered(1))
    town.announcements.write(replace(announcement, revision=2))
    assert town.deliveries.give_job(announcement.id, Job.EDIT) == 3
    town.settle([under_way], Delivered(2))
    town.settle([fails], Again(unsure=False))
    town.later(minutes=1)
    jobs = {row.id: (row.job, row.message, row.revision) for row in town.claim()}
    assert jobs[delivered.id] == (Job.EDIT, 1, 2)
    assert jobs[under_way.id] == (Job.EDIT, 2, 2)
    assert jobs[fails.id] == (Job.SEND, None, 2)
    assert [job for job, _, _ in jobs.values()].count(Job.SEND) == 2


def test_a_second_correction_while_the_first_is_under_way_is_carried_out_too(town: Town) -> None:
    town.person(1)
    announcement = town.announce()
    town.settle(town.claim(), Delivered(1))
    for revision in (2, 3):
        town.announcements.write(replace(announcement, revision=revision))
        town.deliveries.give_job(announcement.id, Job.EDIT)
        if revision == 2:
            first = town.claim()
    town.settle(first, Delivered(1))
    second = town.claim()
    assert [row.revision for row in second] == [3]
    town.settle(second, Delivered(1))
    assert town.claim() == []
    assert town.deliveries.report(announcement.id).corrected == 1


def test_a_recall_takes_back_what_arrived_and_sends_nothing_more(town: Town) -> None:
    for chat in range(1, 6):
        town.person(chat)
    announcement = town.announce()
    delivered, arrives, fails, *_ = town.claim(4)
    town.settle([delivered], Delivered(1, others=(90, 91)))
    town.announcements.write(replace(announcement, state=State.RECALLED))
    town.deliveries.give_job(announcement.id, Job.DELETE)
    town.settle([arrives], Delivered(2))
    town.settle([fails], Again(unsure=True))
    rows = town.claim()
    assert [(row.id, row.job, row.others) for row in rows] == [
        (delivered.id, Job.DELETE, (90, 91)), (arrives.id, Job.DELETE, ()),
    ]  # fmt: skip
    town.settle(rows[:1], Deleted())
    town.settle(rows[1:], Withdrawn())
    town.deliveries.recover()
    report = town.deliveries.report(announcement.id)
    assert report.states == {"deleted": 1, "withdrawn": 1, "cancelled": 3}
    assert report.doubt == 2


@pytest.mark.parametrize("outcome", [Wait(1, (90, 91)), Again(unsure=True, others=(90, 91)), Refused("x", (90, 91))])
@pytest.mark.parametrize("when", ["before", "cancelled", "meanwhile"])
def test_a_recall_takes_back_files_that_arrived_without_their_text(town: Town, outcome: Outcome, when: str) -> None:
    town.person(1)
    announcement = town.announce()
    (row,) = town.claim()
    if when != "meanwhile":
        town.settle([row], outcome)
    if when == "cancelled":
        town.deliveries.cancel(announcement.id)
    town.announcements.write(replace(announcement, state=State.RECALLED))
    assert town.deliveries.give_job(announcement.id, Job.DELETE) == 1
    if when == "meanwhile":
        town.settle([row], outcome)
    town.now += dt.timedelta(minutes=1)
    (taken_back,) = town.claim()
    assert (taken_back.job, taken_back.message, taken_back.others) == (Job.DELETE, None, (90, 91))
    town.deliveries.recover()
    (taken_back,) = town.claim()
    town.settle([taken_back], Deleted())
    assert town.states() == [("delete", "deleted")]


def test_files_that_arrived_are_known_when_the_text_is_tried_again(town: Town) -> None:
    town.person(1)
    town.announce()
    town.settle(town.claim(), Wait(1, (90, 91)))
    (row,) = town.claim()
    assert (row.job, row.others) == (Job.SEND, (90, 91))


def test_a_correction_that_was_under_way_at_a_crash_goes_on_without_doubt(town: Town) -> None:
    town.person(1)
    announcement = town.announce()
    town.settle(town.claim(), Delivered(1))
    town.deliveries.give_job(announcement.id, Job.EDIT)
    town.claim()
    town.deliveries.recover()
    assert [row.job for row in town.claim()] == [Job.EDIT]
    assert town.deliveries.report(announcement.id).doubt == 0


# --- the outbox as a whole ----------------------------------------------------------------------------------


def test_what_is_open_and_what_is_done(town: Town) -> None:
    nobody = town.announce("oudercafe")
    town.person(1)
    first, second = town.announce(), town.announce()
    assert town.deliveries.open_work() == [first.id, second.id]
    assert town.deliveries.done() == [nobody.id]
    town.settle(town.claim(1), Delivered(7))
    assert town.deliveries.done() == [nobody.id, first.id]
    assert town.deliveries.finish(first.id, NOON)
    assert not town.deliveries.finish(first.id, NOON)
    assert town.deliveries.done() == [nobody.id]
    assert town.deliveries.hold(second.id)
    assert town.claim() == []


def test_a_report_counts_by_language_and_subject(town: Town) -> None:
    town.person(1, language="uk")
    town.person(2)
    town.person(3)
    announcement = town.announce()
    rows = town.claim(2)
    town.settle(rows[:1], Delivered(7))
    town.settle(rows[1:], Gone())
    report = town.deliveries.report(announcement.id)
    assert report.languages == {"uk": {"delivered": 1}, "nl": {"blocked": 1, "waiting": 1}}
    assert report.subjects == {"nieuws": {"delivered": 1, "blocked": 1, "waiting": 1}}
    assert (report.total, report.open) == (3, 1)


def test_on_a_full_disk_nothing_is_half_written(town: Town) -> None:
    for chat in range(1, 200):
        town.person(chat)
    announcement = town.announce(prepare=False)
    pages = town.db.execute("PRAGMA page_count").fetchone()[0]
    town.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full"):
        town.deliveries.prepare(announcement, NOON)
    assert town.deliveries.report(announcement.id).total == 0
    town.db.execute("PRAGMA max_page_count = 1000000")
    assert town.deliveries.prepare(announcement, NOON) == 199


def test_a_million_rows_would_be_prepared_in_seconds_and_stay_small(town: Town, tmp_path: Path) -> None:
    """A twentieth of it here; `make bench-delivery` does all of it."""
    fill(town.db, 50_000)
    before = town.db.execute("PRAGMA page_count").fetchone()[0]
    announcement = town.announce()
    pages = town.db.execute("PRAGMA page_count").fetchone()[0] - before
    assert town.deliveries.report(announcement.id).total == 50_000
    assert pages * 4096 / 50_000 <= 300


def fill(db: Database, count: int, subject: str = "nieuws") -> None:
    """Add people whose addresses cannot be opened: for counting only."""
    db.execute(
        "INSERT INTO people (address, language) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < ?) SELECT printf('%048d', i), 'nl' FROM n",
        [count],
    )
    db.execute("INSERT INTO subscriptions (person, subject, since, words) SELECT id, ?, '', '1' FROM people", [subject])
