"""Locations: where people live or will live, and how far each is in its life. Staff extend and close the list."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from bot.knowledge.announceable import Phase


@dataclass(frozen=True, slots=True)
class Location:
    """A location; its name is the same in every language."""

    id: str
    name: str
    phase: Phase


class Locations:
    """The list of locations."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def seed(self, known: Mapping[str, tuple[str, str]]) -> None:
        """Add the locations of the content, id -> (name, phase), that are not there yet."""
        for location_id, (name, phase) in known.items():
            self._db.execute(
                "INSERT OR IGNORE INTO locations (id, name, state) VALUES (?, ?, ?)", [location_id, name, phase]
            )

    def all(self) -> tuple[Location, ...]:
        """Return every location, also those that were dropped, by name."""
        rows = self._db.execute("SELECT id, name, state FROM locations ORDER BY name, id")
        return tuple(Location(row[0], row[1], Phase(row[2])) for row in rows)

    def find(self, location_id: str) -> Location | None:
        """Return a location, None if there is none."""
        return next((one for one in self.all() if one.id == location_id), None)

    def put(self, location: Location) -> None:
        """Add a location, or change its name and phase."""
        self._db.execute(
            "INSERT INTO locations (id, name, state) VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state",
            [location.id, location.name, str(location.phase)],
        )
