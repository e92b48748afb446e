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
