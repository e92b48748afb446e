"""The tables, from the first on. A migration that has been released is never changed: add the next one."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("wegwijzer")


@migrations()
def m001_first_tables(db: Database) -> None:
    """People (sealed address, language, audience), unanswered questions, counts, updates seen, notes."""
    db.table("people").create({"address": str, "language": str, "audience": str}, pk="address", strict=True)
    db.table("questions").create(
        {"id": int, "text": str, "language": str, "asked_on": str},
        pk="id",
        not_null={"text", "language", "asked_on"},
        strict=True,
    )
    db.table("questions").create_index(["asked_on"])
    db.table("helped").create(
        {"topic": str, "language": str, "yes": int, "no": int},
        pk=("topic", "language"),
        not_null={"yes", "no"},
        defaults={"yes": 0, "no": 0},
        strict=True,
    )
    db.table("updates").create(
        {"channel": str, "id": int, "state": str, "run": str},
        pk=("channel", "id"),
        not_null={"state", "run"},
        strict=True,
    )
    db.table("notes").create({"name": str, "value": str}, pk="name", not_null={"value"}, strict=True)


@migrations()
def m002_people_get_numbers(db: Database) -> None:
    """A number for each person, which deliveries and subscriptions refer to; how they want to be reached.

    `quiet_from` and `quiet_until` are minutes after local midnight (NULL: the default), `paused_until` is a local
    day, `active` is 0 after they blocked the bot, until their next /start.
    """
    db.execute(
        "CREATE TABLE people_new (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE, language TEXT, "
        "audience TEXT, quiet_from INTEGER, quiet_until INTEGER, paused_until TEXT, active INTEGER NOT NULL DEFAULT 1) "
        "STRICT"
    )
    db.execute("INSERT INTO people_new (address, language, audience) SELECT address, language, audience FROM people")
    db.execute("DROP TABLE people")
    db.execute("ALTER TABLE people_new RENAME TO people")


@migrations()
def m003_announcements(db: Database) -> None:
    """Locations, subscriptions, staff, events, announcements, deliveries, sign-ups, the audit log."""
    for statement in _ANNOUNCEMENT_TABLES.split(";\n\n"):
        db.execute(statement)


@migrations()
def m004_parts_of_deliveries(db: Database) -> None:
    """Files that went before a delivered message, so that a recall takes them back too. Most deliveries have none."""
    db.execute(
        "CREATE TABLE parts (delivery INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (delivery, message)) "
        "STRICT, WITHOUT ROWID"
    )


@migrations()
def m005_menus_of_staff(db: Database) -> None:
    """Whose chat shows the commands of staff (sealed address), so that it can be taken back."""
    db.execute("CREATE TABLE menus (address TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT")


@migrations()
def m006_only_near_a_location(db: Database) -> None:
    """Of those who follow a theme, only who follows one of these locations too; [] is everybody."""
    for table in ("announcements", "events"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN near TEXT NOT NULL DEFAULT '[]'")


@migrations()
def m007_everybody_who_wrote(db: Database) -> None:
    """Who wrote any of it before the latest writer did (0: the command line): none of them can approve it."""
    for table in ("announcements", "events"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN earlier_writers TEXT NOT NULL DEFAULT '[]'")


@migrations()
def m008_people_who_only_asked(db: Database) -> None:
    """Who is kept only because they want to hear an answer: 1 until they choose something that is kept for itself."""
    db.execute("ALTER TABLE people ADD COLUMN only_asked INTEGER NOT NULL DEFAULT 0")


@migrations()
def m009_revisions_of_occurrences(db: Database) -> None:
    """How often an occurrence has changed."""
    db.execute("ALTER TABLE occurrences ADD COLUMN revision INTEGER NOT NULL DEFAULT 0")


_ANNOUNCEMENT_TABLES = """
CREATE TABLE locations (
    id TEXT PRIMARY KEY, name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'open', 'closing', 'dropped'))
) STRICT;

CREATE TABLE subscriptions (
    person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    subject TEXT NOT NULL, since TEXT NOT NULL, words TEXT NOT NULL,
    PRIMARY KEY (subject, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX subscriptions_of_person ON subscriptions (person);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT UNIQUE, name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('editor', 'approver', 'admin')),
    active INTEGER NOT NULL DEFAULT 1, since TEXT NOT NULL
) STRICT;

CREATE TABLE invitations (
    code TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, invited_by INTEGER REFERENCES staff (id),
    expires_at TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subjects TEXT NOT NULL, who TEXT,
    start TEXT NOT NULL, minutes INTEGER NOT NULL, place TEXT NOT NULL, slots TEXT NOT NULL DEFAULT '{}',
    rule TEXT NOT NULL DEFAULT '', skip TEXT NOT NULL DEFAULT '', dates TEXT NOT NULL DEFAULT '',
    sign_up INTEGER NOT NULL DEFAULT 0, maximum INTEGER, announce_days INTEGER NOT NULL, reminder_days TEXT NOT NULL,
    state TEXT NOT NULL, writer INTEGER REFERENCES staff (id), approver INTEGER REFERENCES staff (id),
    practice INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE occurrences (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL REFERENCES events (id),
    original TEXT NOT NULL, start TEXT NOT NULL, place TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'moved', 'cancelled')),
    UNIQUE (event, original)
) STRICT;

CREATE INDEX occurrences_by_start ON occurrences (start);

CREATE TABLE announcements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, part TEXT NOT NULL, state TEXT NOT NULL,
    subjects TEXT NOT NULL, who TEXT, texts TEXT NOT NULL DEFAULT '{}', source TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, missing TEXT NOT NULL DEFAULT 'stop', attachments TEXT NOT NULL DEFAULT '[]',
    occurrence INTEGER REFERENCES occurrences (id), days_before INTEGER, reply_to INTEGER REFERENCES announcements (id),
    due TEXT, useful_until TEXT, writer INTEGER REFERENCES staff (id), approver INTEGER REFERENCES staff (id),
    practice INTEGER NOT NULL DEFAULT 0, prepared INTEGER NOT NULL DEFAULT 0, sent_at TEXT
) STRICT;

CREATE INDEX announcements_by_state ON announcements (state, due);

CREATE UNIQUE INDEX announcements_of_occurrence ON announcements (occurrence, part, days_before)
    WHERE days_before IS NOT NULL;

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, announcement INTEGER NOT NULL, person INTEGER, language TEXT NOT NULL,
    subject TEXT, job TEXT NOT NULL DEFAULT 'send', state TEXT NOT NULL DEFAULT 'waiting', not_before INTEGER NOT NULL,
    message INTEGER, revision INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
    doubt INTEGER NOT NULL DEFAULT 0, changed INTEGER
) STRICT;

CREATE UNIQUE INDEX deliveries_once ON deliveries (announcement, person);

CREATE INDEX deliveries_open ON deliveries (announcement, state, not_before) WHERE state IN ('waiting', 'sending');

CREATE INDEX deliveries_of_person ON deliveries (person);

CREATE TABLE files (
    name TEXT NOT NULL, bot TEXT NOT NULL, file_id TEXT NOT NULL,
    PRIMARY KEY (name, bot)
) STRICT;

CREATE TABLE sign_ups (
    occurrence INTEGER NOT NULL REFERENCES occurrences (id),
    person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    people INTEGER NOT NULL CHECK (people > 0), waiting INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL,
    PRIMARY KEY (occurrence, person)
) STRICT;

CREATE INDEX sign_ups_of_person ON sign_ups (person);

CREATE TABLE talks (address TEXT PRIMARY KEY, state TEXT NOT NULL, since TEXT NOT NULL) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, staff INTEGER, who TEXT NOT NULL, what TEXT NOT NULL,
    subject TEXT NOT NULL, before TEXT, after TEXT
) STRICT;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is only ever added to'); END;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is only ever added to'); END;

CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, texts TEXT NOT NULL, questions TEXT NOT NULL,
    writer INTEGER REFERENCES staff (id), at TEXT NOT NULL, exported INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE askers (
    question INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, until TEXT NOT NULL,
    PRIMARY KEY (question, person)
) STRICT
"""
