"""Staff: who may compose and release, and the invitations by which they come."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from bot.store.sealing import Sealer
from bot.store.times import moment, stored
from scheduler.announcements import Role


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; `name` is what colleagues see, chosen when they were invited."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time way in."""

    role: Role
    name: str
    invited_by: int | None


class Staff:
    """The members of staff. Who left is kept by name only, for the audit log."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    def at(self, address: str) -> Member | None:
        """Return the member of staff at an address, None if nobody of them is there (any more)."""
        return self._one("address = ? AND active", self._sealer.seal(address))

    def member(self, number: int) -> Member | None:
        """Return an active member of staff by their number."""
        return self._one("id = ? AND active", number)

    def all(self) -> tuple[Member, ...]:
        """Return the active members, by name."""
        rows = self._db.execute("SELECT id, name, role FROM staff WHERE active ORDER BY name, id")
        return tuple(Member(row[0], row[1], Role(row[2])) for row in rows)

    def address_of(self, number: int) -> str | None:
        """Return the address of an active member of staff, None if there is none."""
        row = self._db.execute("SELECT address FROM staff WHERE id = ? AND active", [number]).fetchone()
        return None if row is None or row[0] is None else self._sealer.open(row[0])

    def addresses(self, least: tuple[Role, ...] = tuple(Role)) -> tuple[str, ...]:
        """Return the addresses of the active members who have one of these roles."""
        rows = self._db.execute("SELECT address, role FROM staff WHERE active AND address IS NOT NULL ORDER BY id")
        return tuple(self._sealer.open(sealed) for sealed, role in rows if Role(role) in least)

    def invite(self, code: str, invitation: Invitation, expires: datetime) -> None:
        """Note an invitation; only a fingerprint of its code is kept."""
        self._db.execute(
            "INSERT INTO invitations (code, role, name, invited_by, expires_at) VALUES (?, ?, ?, ?, ?)",
            [_fingerprint(code), str(invitation.role), invitation.name, invitation.invited_by, stored(expires)],
        )

    def invitation(self, code: str, now: datetime) -> Invitation | None:
        """Return the invitation with a code, unused; None if there is no valid one."""
        row = self._db.execute(
            "SELECT role, name, invited_by FROM invitations WHERE code = ? AND expires_at > ?",
            [_fingerprint(code), stored(now)],
        ).fetchone()
        return None if row is None else Invitation(Role(row[0]), row[1], row[2])

    def accept(self, code: str, address: str, now: datetime) -> Member | None:
        """Make somebody a member of staff by their invitation, which is used up; None if there is no valid one.

        Who is staff already keeps their number and gets the invitation's name and role.
        """
        row = self._db.execute(
            "DELETE FROM invitations WHERE code = ? RETURNING role, name, expires_at", [_fingerprint(code)]
        ).fetchone()
        if row is None or moment(row[2]) <= now:
            return None
        self._db.execute(
            "INSERT INTO staff (address, name, role, since) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (address) DO UPDATE SET name = excluded.name, role = excluded.role, active = 1",
            [self._sealer.seal(address), row[1], row[0], stored(now)],
        )
        return self.at(address)

    def revoke(self, number: int) -> Member | None:
        """End somebody's membership and forget their address; return who it was, None if nobody."""
        gone = self.member(number)
        self._db.execute("UPDATE staff SET active = 0, address = NULL WHERE id = ?", [number])
        return gone

    def purge(self, today: date) -> int:
        """Forget invitations that expired before today; return how many there were."""
        # Times are stored so that they sort as texts, days before all times on them.
        return int(self._db.execute("DELETE FROM invitations WHERE expires_at < ?", [today.isoformat()]).rowcount)

    def _one(self, condition: str, value: object) -> Member | None:
        row = self._db.execute(f"SELECT id, name, role FROM staff WHERE {condition}", [value]).fetchone()  # noqa: S608 - two fixed conditions
        return None if row is None else Member(row[0], row[1], Role(row[2]))


def _fingerprint(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
