"""Deliveries: one row for a reader and an announcement, and every step that it may take.

Whole audiences are prepared, given a new job and counted by one statement each; only what leaves now comes to Python.
A final state is never overwritten, except that a delivered row may be given a new job.
"""

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.dialogue.values import QUIET
from bot.errors import StoreError
from bot.knowledge.facts import AMSTERDAM
from bot.store.announcements import Announcements
from bot.store.database import writing
from bot.store.running import PAUSED_NOTE
from bot.store.sealing import Sealer
from bot.store.times import moment_or_none, stored
from scheduler.announcements import PRIVATE, Announcement, Part, State
from scheduler.delivery import (
    Again,
    Claimed,
    Deleted,
    Delivered,
    Gone,
    Job,
    NotThere,
    Outcome,
    Recipients,
    Refused,
    Report,
    Wait,
    Withdrawn,
)

SENT_DAYS = 90
"""Days after which it is forgotten who got an announcement; only counts stay."""
_LONGEST_SEALED = 56
"""Letters of a sealed Telegram address at most ("telegram:" and up to 17 more); a sealed web session has 76."""
_PREPARED_AT_ONCE = 50_000
"""People that one transaction looks at while preparing, so that answering somebody need not wait for a million."""
_BREATH = 0.05
"""Seconds between two such transactions in which others can write."""
_LOOKED_AT = 2_000
"""Rows that one step of a claim looks at where many are asleep; a claim takes at most _STEPS such steps."""
_STEPS = 5
_FIRST_PAUSE = 2
_LONGEST_PAUSE = 300
_MINUTES_A_DAY = 24 * 60

# The index of open rows is partial: SQLite uses it only where its own condition is part of the query.
_WAITING = "state = 'waiting' AND state IN ('waiting', 'sending')"
_SENDING = "state = 'sending' AND state IN ('waiting', 'sending')"
_HAS_PARTS = "EXISTS (SELECT 1 FROM parts WHERE parts.delivery = deliveries.id)"

# Who is told, whatever they follow: it belongs to what they were told before, or is the last that they hear.
_WITHOUT_FOLLOWING = (Part.CORRECTION, Part.CANCELLATION, *PRIVATE)

# Of those who follow a theme, perhaps only who follows one of these locations too.
_NEAR = """(:near = '[]' OR EXISTS (SELECT 1 FROM subscriptions n WHERE n.person = {person}
            AND n.subject IN (SELECT value FROM json_each(:near))))"""
_FOLLOWERS = f"""
    SELECT p.id AS person, coalesce(p.language, :source) AS wanted, min(s.subject) AS subject
    FROM subscriptions s JOIN people p ON p.id = s.person
    WHERE s.subject IN (SELECT value FROM json_each(:subjects)) AND s.person > :after AND s.person <= :until
      AND p.active AND length(p.address) <= :longest AND (:who IS NULL OR p.audience = :who)
      AND {_NEAR.format(person="p.id")}
    GROUP BY p.id
"""  # noqa: S608 - texts of our own
# Who is reminded: who follows it, and who signed up for it, however they came to know of it.
_REMINDED = f"""
    SELECT person, wanted, min(subject) AS subject FROM (
        {_FOLLOWERS}
        UNION ALL
        SELECT p.id, coalesce(p.language, :source), json_extract(:subjects, '$[0]')
        FROM sign_ups s JOIN people p ON p.id = s.person
        WHERE s.occurrence = :occurrence AND NOT s.waiting AND p.active AND length(p.address) <= :longest
          AND p.id > :after AND p.id <= :until
    ) GROUP BY person, wanted
"""  # noqa: S608 - texts of our own
_STAFF = """
    SELECT p.id AS person, coalesce(p.language, :source) AS wanted, json_extract(:subjects, '$[0]') AS subject
    FROM staff m JOIN people p ON p.address = m.address
    WHERE m.active AND p.active AND length(p.address) <= :longest AND p.id > :after AND p.id <= :until
"""
# Who was told what is not true any more, by the announcement that is corrected or by any other about the same
# occurrence of an event; and who signed up for that occurrence, however they came to know of it.
_TOLD = """
    SELECT p.id AS person, coalesce(max(told.language), p.language, :source) AS wanted, min(told.subject) AS subject
    FROM (
        SELECT d.person, d.language, coalesce(d.subject, '') AS subject
        FROM deliveries d JOIN announcements a ON a.id = d.announcement
        WHERE (a.id = :reply_to OR a.occurrence = :occurrence) AND a.id <> :id
          AND (d.state = 'sending' OR d.message IS NOT NULL AND d.state IN ('delivered', 'waiting'))
          AND (:part = 'cancellation' OR d.state = 'sending' OR d.revision < a.revision + :ahead)
        UNION ALL
        SELECT s.person, NULL, json_extract(:subjects, '$[0]') FROM sign_ups s WHERE s.occurrence = :occurrence
    ) told JOIN people p ON p.id = told.person
    WHERE p.active AND length(p.address) <= :longest AND p.id > :after AND p.id <= :until
    GROUP BY p.id
"""

# What goes before a broadcast that is under way: it says that something is not so any more, or is for one person.
_FIRST = ", ".join(f"'{part}'" for part in _WITHOUT_FOLLOWING)

# All announcements that have open rows, by hopping along the index instead of reading it.
_OPEN = """
    WITH RECURSIVE open (announcement) AS (
        SELECT min(announcement) FROM deliveries WHERE state IN ('waiting', 'sending')
        UNION ALL
        SELECT (SELECT min(announcement) FROM deliveries
                WHERE state IN ('waiting', 'sending') AND announcement > open.announcement)
        FROM open WHERE open.announcement IS NOT NULL)
    SELECT announcement FROM open WHERE announcement IS NOT NULL
"""

_CANDIDATES = f"""
    SELECT d.id, d.person, d.language, d.job, d.message, d.tries, d.changed,
           p.address, p.language, p.quiet_from, p.quiet_until, p.paused_until, p.active,
           EXISTS (SELECT 1 FROM subscriptions s WHERE s.person = d.person
                   AND s.subject IN (SELECT value FROM json_each(:subjects)))
           AND {_NEAR.format(person="d.person")} AND (:who IS NULL OR p.audience = :who)
           OR :part = 'reminder' AND EXISTS (SELECT 1 FROM sign_ups c WHERE c.person = d.person
                                             AND c.occurrence = :occurrence AND NOT c.waiting),
           (SELECT max(told.message) FROM deliveries told WHERE told.person = d.person AND told.announcement <> :id
            AND :reply_to IS NOT NULL AND told.announcement IN
                (SELECT a.id FROM announcements a WHERE a.id = :reply_to OR a.occurrence = :occurrence))
    FROM deliveries d LEFT JOIN people p ON p.id = d.person
    WHERE d.announcement = :id AND d.{_WAITING.replace(" AND state", " AND d.state")} AND d.not_before <= :now
      AND (:jobs = 'all' OR d.job <> 'send')
    ORDER BY d.not_before LIMIT :limit
"""  # noqa: S608 - texts of our own


@dataclass(frozen=True, slots=True)
class _Open:
    """An announcement with open rows, as far as claiming needs it.

    `whole` is given for what goes to followers: each gets it in the language that they read by then.
    """

    id: int
    revision: int
    subjects: str
    near: str
    who: str | None
    part: str
    must_follow: bool
    reply_to: int | None
    occurrence: int | None
    due: datetime | None
    until: datetime | None
    sending: bool
    whole: Announcement | None

    def cannot_wait(self, wakes: int) -> bool:
        """Return whether somebody who wakes then must be told before: that something changed, before it takes place."""
        urgent = self.part in (Part.CORRECTION, Part.CANCELLATION)
        return self.part == Part.TEST or (urgent and self.until is not None and wakes >= _seconds(self.until))

    def language(self, reads: str | None, prepared: str) -> str:
        """Return the language for somebody who reads `reads` now, and had a row prepared in another one perhaps."""
        if self.whole is None:
            return prepared
        return self.whole.language_for(reads or self.whole.source) or prepared


class Deliveries:
    """The outbox's rows.

    Args:
        db: a connection; the outbox has one of its own.
        sealer: opens addresses.
        clock: gives aware times.
        practice: only practice announcements are claimed, by default only real ones.
        sleep: waits between the steps of a large preparation.

    """

    def __init__(
        self,
        db: Database,
        sealer: Sealer,
        clock: Callable[[], datetime],
        *,
        practice: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._clock = clock
        self._practice = practice
        self._sleep = sleep

    # --- whom it concerns ----------------------------------------------------------------------

    def count(self, announcement: Announcement) -> Recipients:
        """Return who would get an announcement now, by the language that they read (not the one they would get)."""
        with _typed_errors(self._db):
            rows = self._db.execute(
                f"SELECT wanted, subject, count(*) FROM ({_recipients(announcement)}) GROUP BY wanted, subject",  # noqa: S608 - texts of our own
                self._parameters(announcement),
            ).fetchall()
        languages: dict[str, int] = defaultdict(int)
        subjects: dict[str, int] = defaultdict(int)
        for wanted, subject, number in rows:
            languages[wanted] += number
            subjects[subject] += number
        return Recipients(sum(languages.values()), dict(languages), dict(subjects))

    def prepare(self, announcement: Announcement, now: datetime) -> int:
        """Write a row for everybody whom an announcement concerns; return how many it has.

        Each gets it once, in the language that `announcement.language_for` says, or not at all. It can be called
        again after a crash; nothing leaves before all rows are there.

        Raises:
            StoreError: if it cannot be written; calling it again goes on.

        """
        with _typed_errors(self._db):
            done = self._db.execute("SELECT prepared FROM announcements WHERE id = ?", [announcement.id]).fetchone()
            last = int(self._db.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()[0])
            if not (done and done[0]):
                after = 0
                while after < last:
                    until = after + _PREPARED_AT_ONCE
                    with writing(self._db):
                        self._insert(announcement, now, after, until)
                    after = until
                    if after < last:
                        self._sleep(_BREATH)
                self._db.execute("UPDATE announcements SET prepared = 1 WHERE id = ?", [announcement.id])
            return int(
                self._db.execute(
                    "SELECT count(*) FROM deliveries WHERE announcement = ?", [announcement.id]
                ).fetchone()[0]
            )

    def _insert(self, announcement: Announcement, now: datetime, after: int, until: int) -> None:
        recipients = _recipients(announcement)
        parameters = {**self._parameters(announcement), "after": after, "until": until}
        wanted = [row[0] for row in self._db.execute(f"SELECT DISTINCT wanted FROM ({recipients})", parameters)]  # noqa: S608 - texts of our own
        got = {code: language for code in wanted if (language := announcement.language_for(code)) is not None}
        self._db.execute(
            "INSERT OR IGNORE INTO deliveries (announcement, person, language, subject, not_before) "  # noqa: S608 - texts of our own
            "SELECT :id, r.person, got.value, r.subject, :not_before "
            f"FROM ({recipients}) r JOIN json_each(:got) got ON got.key = r.wanted",
            {**parameters, "not_before": _seconds(now), "got": json.dumps(got)},
        )

    def prepare_for(self, announcement: Announcement, people: Sequence[int], now: datetime) -> int:
        """Write a row for each of some people, by their numbers, and nobody else; return how many it has."""
        with _typed_errors(self._db), writing(self._db):
            languages = dict(
                self._db.execute(
                    "SELECT id, coalesce(language, ?) FROM people WHERE id IN (SELECT value FROM json_each(?))",
                    [announcement.source, json.dumps(list(people))],
                ).fetchall()
            )
            rows = [
                (announcement.id, person, language, _seconds(now))
                for person, wanted in languages.items()
                if (language := announcement.language_for(wanted)) is not None
            ]
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO deliveries (announcement, person, language, not_before) VALUES (?, ?, ?, ?)",
                rows,
            )
            self._db.execute("UPDATE announcements SET prepared = 1 WHERE id = ?", [announcement.id])
            return len(rows)

    def unprepared(self) -> list[int]:
        """Return the announcements that are being sent but whose rows are not all there yet (a crash in between)."""
        with _typed_errors(self._db):
            rows = self._db.execute("SELECT id FROM announcements WHERE state = 'sending' AND NOT prepared ORDER BY id")
            return [int(row[0]) for row in rows]

    def _parameters(self, announcement: Announcement) -> dict[str, Any]:
        return {
            "source": announcement.source,
            "subjects": json.dumps(announcement.target.subjects),
            "who": announcement.target.who and str(announcement.target.who),
            "near": json.dumps(announcement.target.near),
            "reply_to": announcement.reply_to,
            "occurrence": announcement.occurrence,
            "part": str(announcement.part),
            "id": announcement.id,
            # A correction that waits for approval makes the words untrue that people have only once it is released.
            "ahead": int(announcement.state in (State.DRAFT, State.SUBMITTED)),
            "longest": _LONGEST_SEALED,
            "after": 0,
            "until": 2**62,
        }

    # --- claiming ------------------------------------------------------------------------------

    def claim(self, now: datetime, limit: int) -> list[Claimed]:
        """Mark up to `limit` rows as `sending` and return them, the oldest announcement first.

        Who sleeps or has paused is put off until they wake; who has stopped following meanwhile is left out. While
        the outbox is paused nothing is claimed.

        Raises:
            StoreError: if it cannot be recorded; nothing may be sent then.

        """
        claimed: list[Claimed] = []
        if limit < 1:
            return claimed
        with _typed_errors(self._db):
            for announcement in self._claimable(now):
                with writing(self._db):
                    claimed += self._claim_of(announcement, now, limit - len(claimed))
                if len(claimed) >= limit:
                    break
        return claimed

    def open_work(self) -> list[int]:
        """Return the announcements that have rows waiting or under way."""
        with _typed_errors(self._db):
            return [int(row[0]) for row in self._db.execute(_OPEN)]

    def done(self) -> list[int]:
        """Return the announcements that are being sent and have no open row left."""
        with _typed_errors(self._db):
            rows = self._db.execute(
                "SELECT a.id FROM announcements a WHERE a.state = 'sending' AND a.prepared AND a.practice = ? AND NOT "
                "EXISTS (SELECT 1 FROM deliveries d WHERE d.announcement = a.id AND d.state IN ('waiting', 'sending'))",
                [int(self._practice)],
            )
            return [int(row[0]) for row in rows]

    def _claimable(self, now: datetime) -> list[_Open]:
        if self._db.execute("SELECT 1 FROM notes WHERE name = ?", [PAUSED_NOTE]).fetchone():
            return []
        rows = self._db.execute(
            "SELECT id, revision, subjects, near, who, part, reply_to, occurrence, due, useful_until, state "  # noqa: S608 - texts of our own
            f"FROM announcements WHERE id IN ({_OPEN}) AND state IN ('sending', 'sent', 'recalled') "
            f"AND prepared AND practice = ? ORDER BY state <> 'recalled' AND part NOT IN ({_FIRST}), due, id",
            [int(self._practice)],
        ).fetchall()
        found = []
        for number, revision, subjects, near, who, part, reply_to, occurrence, due, useful_until, state in rows:
            until = moment_or_none(useful_until)
            sending = state == State.SENDING and (until is None or now < until)
            must_follow = reply_to is None and not self._practice and part not in _WITHOUT_FOLLOWING
            found.append(
                _Open(
                    number,
                    revision,
                    subjects,
                    near,
                    who,
                    part,
                    must_follow,
                    reply_to,
                    occurrence,
                    moment_or_none(due),
                    until,
                    sending,
                    whole=Announcements(self._db).find(number) if must_follow else None,
                )
            )
        return found

    def _claim_of(self, announcement: _Open, now: datetime, limit: int) -> list[Claimed]:
        claimed: list[Claimed] = []
        size = limit + 16
        for _ in range(_STEPS):
            rows = self._db.execute(
                _CANDIDATES,
                {
                    "id": announcement.id, "subjects": announcement.subjects, "near": announcement.near,
                    "who": announcement.who, "part": announcement.part, "reply_to": announcement.reply_to,
                    "occurrence": announcement.occurrence, "now": _seconds(now),
                    "jobs": "all" if announcement.sending else "later", "limit": size,
                },
            ).fetchall()  # fmt: skip
            claimed += self._sort_out(announcement, rows, now, limit - len(claimed))
            if len(claimed) >= limit or len(rows) < size:
                break
            size = _LOOKED_AT
        return claimed

    def _sort_out(
        self, announcement: _Open, rows: Sequence[tuple[Any, ...]], now: datetime, limit: int
    ) -> list[Claimed]:
        """Mark what can leave as `sending`, put off who sleeps, close what is not wanted any more."""
        closed: list[tuple[str, int, int]] = []
        asleep: list[tuple[int, int, int]] = []
        learnt: list[tuple[str, int]] = []
        leaving: list[Claimed] = []
        seconds = _seconds(now)
        night = _Nights(now)
        for row in rows:
            (number, person, language, job, message, tries, changed, sealed, reads, quiet_from,
             quiet_until, paused_until, active, follows, reply_to) = row  # fmt: skip
            if len(leaving) >= limit:
                break
            if person is None or sealed is None:
                closed.append(("cancelled", seconds, number))
                continue
            if job == Job.SEND:
                if not active:
                    closed.append(("blocked", seconds, number))
                    continue
                if announcement.must_follow and not follows:
                    closed.append(("skipped", seconds, number))
                    continue
                # Changing or deleting a message makes no sound: only new ones wait for the morning.
                quiet = QUIET if quiet_from is None or quiet_until is None else (quiet_from, quiet_until)
                wakes = night.wakes(quiet, paused_until)
                if wakes is not None and not announcement.cannot_wait(wakes):
                    asleep.append((wakes, seconds, number))
                    continue
                silent = night.within(quiet, announcement.due) or night.within(quiet, changed) or wakes is not None
                now_language = announcement.language(reads, language)
                if now_language != language:
                    learnt.append((now_language, number))
                    language = now_language
            else:
                silent = True
            leaving.append(
                Claimed(
                    number, announcement.id, announcement.revision, self._sealer.open(sealed), language, Job(job),
                    message, (), reply_to, silent, tries,
                )
            )  # fmt: skip
        self._db.conn.executemany(
            f"UPDATE deliveries SET state = ?, changed = ? WHERE id = ? AND {_WAITING}",  # noqa: S608 - texts of our own
            closed,
        )
        self._db.conn.executemany(
            f"UPDATE deliveries SET not_before = ?, changed = ? WHERE id = ? AND {_WAITING}",  # noqa: S608 - texts of our own
            asleep,
        )
        self._db.conn.executemany("UPDATE deliveries SET language = ? WHERE id = ?", learnt)
        marked = {
            row[0]
            for row in self._db.execute(
                f"UPDATE deliveries SET state = 'sending', changed = ? "  # noqa: S608 - texts of our own
                f"WHERE id IN (SELECT value FROM json_each(?)) AND {_WAITING} RETURNING id",
                [seconds, json.dumps([one.id for one in leaving])],
            ).fetchall()
        }
        return [self._with_others(one) for one in leaving if one.id in marked]

    def _with_others(self, one: Claimed) -> Claimed:
        rows = self._db.execute("SELECT message FROM parts WHERE delivery = ? ORDER BY message", [one.id])
        others = tuple(int(row[0]) for row in rows)
        return Claimed(
            one.id, one.announcement, one.revision, one.address, one.language, one.job, one.message, others,
            one.reply_to, one.silent, one.tries,
        )  # fmt: skip

    # --- settling ------------------------------------------------------------------------------

    def settle(self, outcomes: Iterable[tuple[Claimed, Outcome]]) -> None:
        """Write down what became of claimed rows, in one transaction.

        Raises:
            StoreError: if it cannot be written; nothing of it has been, and it can be tried again.

        """
        now = _seconds(self._clock())
        with _typed_errors(self._db), writing(self._db):
            for one, outcome in outcomes:
                self._settle(one, outcome, now)

    def _settle(self, one: Claimed, outcome: Outcome, now: int) -> None:
        at = {"id": one.id, "job": str(one.job), "now": now}
        match outcome:
            case Delivered(message, others):
                # A job that was given while this one was under way comes next, and so does a newer text.
                self._db.execute(
                    "UPDATE deliveries SET message = :message, revision = :revision, changed = :now, tries = 0, "  # noqa: S608 - texts of our own
                    "state = CASE WHEN job <> :job OR (:job = 'edit' AND :revision < (SELECT revision FROM "
                    "announcements a WHERE a.id = deliveries.announcement)) THEN 'waiting' ELSE 'delivered' END, "
                    f"not_before = min(not_before, :now) WHERE id = :id AND {_SENDING}",
                    {**at, "message": message, "revision": one.revision},
                )
                self._note_parts(one, others)
            case Deleted():
                self._close(at, "deleted")
            case Withdrawn():
                self._close(at, "withdrawn")
            case NotThere():
                self._close(at, "skipped")
            case Gone():
                self._db.execute(
                    "UPDATE people SET active = 0 WHERE id = (SELECT person FROM deliveries WHERE id = ?)", [one.id]
                )
                self._close(at, "blocked")
            case Refused() if one.job is not Job.SEND:
                # It stays in the chat as it was: a recall or another correction still finds it.
                self._db.execute(
                    "UPDATE deliveries SET state = 'delivered', job = 'send', changed = :now "  # noqa: S608 - texts of our own
                    f"WHERE id = :id AND job = :job AND {_SENDING}",
                    at,
                )
                self._back(at, pause=0, failed=0, unsure=False)  # another job came meanwhile
            case Refused(_, others):
                self._note_parts(one, others)
                # A recall that was given meanwhile takes the files back.
                self._db.execute(
                    "UPDATE deliveries SET state = 'waiting', not_before = :now, changed = :now "  # noqa: S608 - texts of our own
                    f"WHERE id = :id AND job = 'delete' AND {_HAS_PARTS} AND {_SENDING}",
                    at,
                )
                self._close(at, "failed")
            case Wait(_, others):
                self._note_parts(one, others)
                self._back(at, pause=0, failed=0, unsure=False)
            case Again(unsure, others):
                self._note_parts(one, others)
                pause = min(_FIRST_PAUSE * 2 ** min(one.tries, 16), _LONGEST_PAUSE)
                self._back(at, pause=pause, failed=1, unsure=unsure and one.job is Job.SEND)

    def _note_parts(self, one: Claimed, others: Iterable[int]) -> None:
        """Note files that have arrived, whether the text behind them has or not."""
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO parts (delivery, message) VALUES (?, ?)", [(one.id, part) for part in others]
        )

    def _close(self, at: Mapping[str, Any], state: str) -> None:
        self._db.execute(
            f"UPDATE deliveries SET state = :state, changed = :now WHERE id = :id AND {_SENDING}",  # noqa: S608 - texts of our own
            {**at, "state": state},
        )

    def _back(self, at: Mapping[str, Any], *, pause: int, failed: int, unsure: bool) -> None:
        """Let a row wait again. One that was recalled before it arrived is not sent after all.

        Files that arrived of it are taken back.
        """
        self._db.execute(
            "UPDATE deliveries SET state = CASE WHEN job = 'delete' AND :job = 'send' "  # noqa: S608 - texts of our own
            f"AND NOT {_HAS_PARTS} THEN 'cancelled' ELSE 'waiting' END, "
            "job = CASE WHEN job = 'edit' AND :job = 'send' THEN 'send' ELSE job END, "
            "tries = tries + :failed, not_before = :now + :pause, changed = :now, doubt = max(doubt, :unsure) "
            f"WHERE id = :id AND {_SENDING}",
            {**at, "pause": pause, "failed": failed, "unsure": int(unsure)},
        )

    def recover(self) -> int:
        """Let everything wait again that was under way when an earlier run ended; return how many that were.

        What was being sent may have arrived: it is sent again, so that nobody is left out, and marked as in doubt.
        """
        with _typed_errors(self._db), writing(self._db):
            return int(
                self._db.execute(
                    "UPDATE deliveries SET state = CASE WHEN job = 'delete' AND message IS NULL "  # noqa: S608 - texts of our own
                    f"AND NOT {_HAS_PARTS} THEN 'cancelled' ELSE 'waiting' END, "
                    "job = CASE WHEN job = 'edit' AND message IS NULL THEN 'send' ELSE job END, "
                    f"doubt = CASE WHEN message IS NULL THEN 1 ELSE doubt END WHERE {_SENDING}"
                ).rowcount
            )

    # --- what staff decide ---------------------------------------------------------------------

    def give_job(self, announcement: int, job: Job, languages: Iterable[str] | None = None) -> int:
        """Have every delivered message of an announcement changed or deleted; return how many that will be.

        What is under way just now gets the job as soon as it has arrived. For DELETE nothing is sent any more, and
        files that arrived without their text go too. `languages` are those that are concerned, None = all.
        """
        now = _seconds(self._clock())
        with _typed_errors(self._db), writing(self._db):
            if job is Job.DELETE:
                self.cancel(announcement)
            return int(
                self._db.execute(
                    "UPDATE deliveries SET job = :job, tries = 0, not_before = :now, "  # noqa: S608 - texts of our own
                    "state = CASE WHEN state = 'sending' THEN state ELSE 'waiting' END "
                    "WHERE announcement = :announcement AND person IS NOT NULL "
                    "AND (:all OR language IN (SELECT value FROM json_each(:languages))) "
                    "AND (state = 'sending' OR state IN ('delivered', 'waiting') AND message IS NOT NULL "
                    f"OR :job = 'delete' AND state IN ('cancelled', 'skipped', 'failed') AND {_HAS_PARTS})",
                    {
                        "job": str(job),
                        "now": now,
                        "announcement": announcement,
                        "all": int(languages is None),
                        "languages": json.dumps(list(languages or ())),
                    },
                ).rowcount
            )

    def cancel(self, announcement: int) -> int:
        """Send nothing more of an announcement; return how many readers will not get it."""
        return self._stop(announcement, "cancelled")

    def awake(self, announcement: int, until: datetime) -> int:
        """Return how many readers have not got an announcement, though they did not sleep all the time until then."""
        with _typed_errors(self._db):
            row = self._db.execute(
                f"SELECT count(*) FROM deliveries WHERE announcement = ? AND {_WAITING} AND message IS NULL "  # noqa: S608 - texts of our own
                "AND not_before < ?",
                [announcement, _seconds(until)],
            ).fetchone()
            return int(row[0])

    def expire(self, announcement: int) -> int:
        """Leave out who has not got an announcement that is of no use any more; return how many those are."""
        return self._stop(announcement, "skipped")

    def _stop(self, announcement: int, state: str) -> int:
        now = _seconds(self._clock())
        with _typed_errors(self._db), writing(self._db):
            # A change that waits has a message that was delivered: it stays that, with its earlier text.
            self._db.execute(
                "UPDATE deliveries SET state = 'delivered', job = 'send', changed = ? "  # noqa: S608 - texts of our own
                f"WHERE announcement = ? AND {_WAITING} AND message IS NOT NULL",
                [now, announcement],
            )
            return int(
                self._db.execute(
                    "UPDATE deliveries SET state = ?, changed = ? "  # noqa: S608 - texts of our own
                    f"WHERE announcement = ? AND {_WAITING} AND message IS NULL",
                    [state, now, announcement],
                ).rowcount
            )

    def finish(self, announcement: int, now: datetime) -> bool:
        """Note that an announcement has been sent to everybody; return whether it was still being sent."""
        with _typed_errors(self._db):
            return bool(
                self._db.execute(
                    "UPDATE announcements SET state = 'sent', sent_at = coalesce(sent_at, ?) "
                    "WHERE id = ? AND state = 'sending'",
                    [stored(now), announcement],
                ).rowcount
            )

    def hold(self, announcement: int) -> bool:
        """Pause an announcement that is being sent; return whether it was."""
        with _typed_errors(self._db):
            return bool(
                self._db.execute(
                    "UPDATE announcements SET state = 'paused' WHERE id = ? AND state = 'sending'", [announcement]
                ).rowcount
            )

    def look_again(self, person: int) -> int:
        """Look anew at what waits for a person who changed their quiet hours or pause; return how much that is."""
        with _typed_errors(self._db):
            return int(
                self._db.execute(
                    "UPDATE deliveries SET not_before = ? WHERE person = ? AND state = 'waiting'",
                    [_seconds(self._clock()), person],
                ).rowcount
            )

    def purge(self, today: date) -> int:
        """Forget who got what more than SENT_DAYS ago; return how many rows that were. Counts stay.

        Who was told of something that is still to come is kept until then: they must hear if it is cancelled.
        """
        limit = _seconds(_local(today - timedelta(days=SENT_DAYS), 0))
        with _typed_errors(self._db), writing(self._db):
            return int(
                self._db.execute(
                    "UPDATE deliveries SET person = NULL, message = NULL WHERE person IS NOT NULL AND changed < ? "
                    "AND state NOT IN ('waiting', 'sending') AND announcement NOT IN (SELECT a.id FROM announcements a "
                    "JOIN occurrences o ON o.id = a.occurrence WHERE o.start >= ?)",
                    [limit, stored(_local(today, 0))],
                ).rowcount
            )

    def report(self, announcement: int) -> Report:
        """Return how far an announcement is."""
        states: dict[str, int] = defaultdict(int)
        languages: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        subjects: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        corrected = doubt = 0
        with _typed_errors(self._db):
            rows = self._db.execute(
                "SELECT state, language, coalesce(subject, ''), job, count(*), sum(doubt) FROM deliveries "
                "WHERE announcement = ? GROUP BY 1, 2, 3, 4",
                [announcement],
            ).fetchall()
        for state, language, subject, job, number, doubtful in rows:
            states[state] += number
            languages[language][state] += number
            subjects[subject][state] += number
            corrected += number if (job, state) == (Job.EDIT, "delivered") else 0
            doubt += doubtful
        return Report(
            dict(states),
            {code: dict(found) for code, found in languages.items()},
            {subject: dict(found) for subject, found in subjects.items()},
            corrected,
            doubt,
        )


def _recipients(announcement: Announcement) -> str:
    """The query of whom an announcement concerns: counting and preparing ask the same."""
    if announcement.part in (Part.CORRECTION, Part.CANCELLATION):
        return _TOLD
    if announcement.practice:
        return _STAFF
    return _REMINDED if announcement.part is Part.REMINDER else _FOLLOWERS


@contextmanager
def _typed_errors(db: Database) -> Iterator[None]:
    """Turn a full disk or a database that is locked for long into a StoreError, with nothing left half done."""
    try:
        yield
    except sqlite3.OperationalError as error:
        db.rollback()
        raise StoreError(f"The database cannot be written: {error}. Is the disk full?") from error


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


class _Nights:
    """Who sleeps at a moment, and when they wake. Each distinct answer is worked out once."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(AMSTERDAM)
        self._woken: dict[int, int] = {}
        self._minutes: dict[object, int] = {}

    def wakes(self, quiet: tuple[int, int], paused_until: str | None) -> int | None:
        """When somebody may be sent something, in seconds since 1970; None if they may now."""
        if paused_until is not None and self._now.date().isoformat() < paused_until:
            return _seconds(_local(date.fromisoformat(paused_until), 0))
        if not self.within(quiet, self._now):
            return None
        return self._next(quiet[1])

    def within(self, quiet: tuple[int, int], moment: datetime | int | None) -> bool:
        """Return whether a moment lies in quiet hours; the same time at both ends means that there are none."""
        if moment is None:
            return False
        start, end = quiet
        minute = self._minute(moment)
        return start <= minute < end if start <= end else minute >= start or minute < end

    def _minute(self, moment: datetime | int) -> int:
        if moment not in self._minutes:
            local = (
                datetime.fromtimestamp(moment, AMSTERDAM) if isinstance(moment, int) else moment.astimezone(AMSTERDAM)
            )
            self._minutes[moment] = local.hour * 60 + local.minute
        return self._minutes[moment]

    def _next(self, minute: int) -> int:
        if minute not in self._woken:
            today = self._now.date()
            moments = (_local(today + timedelta(days=days), minute) for days in (0, 1))
            self._woken[minute] = next(_seconds(moment) for moment in moments if moment > self._now)
        return self._woken[minute]


def _local(day: date, minute: int) -> datetime:
    minute %= _MINUTES_A_DAY
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=AMSTERDAM)
