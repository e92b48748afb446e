"""Staff and locations: who may do what, which places there are."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from bot.knowledge.announceable import Phase
from bot.store.database import writing
from bot.store.locations import Location
from bot.store.staff import Invitation, Member
from scheduler.announcements import Role
from scheduler.desk.office import Mistake, Office
from scheduler.desk.telling import Telling

VALID = timedelta(days=7)
"""How long an invitation can be used."""
_OWN_WORDS = frozenset({"yes", "off", "new", "any", "x"})
"""What buttons carry in the place of a location: one with such an id would have the button that does that instead."""


class Staffing:
    """What administrators do. `actor` is a number in the list of staff, or COMMAND_LINE."""

    def __init__(self, office: Office, telling: Telling) -> None:
        self._office = office
        self._telling = telling

    def at(self, address: str) -> Member | None:
        """Return the member of staff at an address, looked up now; None if it is nobody of them."""
        return self._office.staff.at(address)

    def all(self, actor: int) -> tuple[Member, ...]:
        """Return the members of staff."""
        self._office.actor(actor)
        return self._office.staff.all()

    def invite(self, actor: int, role: Role, name: str) -> str:
        """Return the code of a new one-time invitation, valid for a week."""
        if not name.strip():
            raise Mistake("no_name")
        with self._office.acting(actor, Role.ADMIN) as member:
            code = secrets.token_urlsafe(16)
            self._office.staff.invite(
                code, Invitation(role, name.strip(), member.id or None), self._office.now() + VALID
            )
            self._office.log(member, "invite", f"staff {name.strip()}", None, {"role": role})
            return code

    def accept(self, code: str, address: str) -> Member | None:
        """Make whoever is at an address a member of staff by their invitation; None if it is none (any more).

        Who is staff already gets another role by an invitation in their own name.

        Raises:
            Mistake: `other_name`, if they are staff already and it is for somebody else: they only looked whether the
                link works, and it still does; `last_admin`, if nobody else could invite anybody any more.

        """
        with writing(self._office.db):
            there = self._office.staff.at(address)
            invitation = self._office.staff.invitation(code, self._office.now())
            if there is not None and invitation is not None:
                if invitation.name != there.name:
                    raise Mistake("other_name", name=invitation.name)
                if invitation.role is not Role.ADMIN:
                    self._check_admin_left(there)
            member = self._office.staff.accept(code, address, self._office.now())
            if member is not None:
                self._office.people.number(address)
                self._office.log(member, "accept", f"staff {member.name}", None, {"role": member.role})
            return member

    def revoke(self, actor: int, number: int) -> Member:
        """End somebody's membership at once.

        Raises:
            NotAllowed: if the actor is no administrator.
            Mistake: if there is no such member, or it is the actor and there is no other administrator.

        """
        with self._office.acting(actor, Role.ADMIN) as member:
            if number == member.id:
                self._check_admin_left(member)
            gone = self._office.staff.revoke(number)
            if gone is None:
                raise Mistake("no_member", number=number)
            self._office.log(member, "revoke", f"staff {gone.name}", {"role": gone.role}, None)
            return gone

    def leave(self, member: Member) -> None:
        """End somebody's own membership, because they want to be forgotten; their name stays in the log."""
        with writing(self._office.db):
            if self._office.staff.revoke(member.id) is not None:
                self._office.log(member, "leave", f"staff {member.name}", {"role": member.role}, None)

    def _check_admin_left(self, without: Member) -> None:
        """Check that there is an administrator besides somebody who stops being one."""
        if without.role is Role.ADMIN and not any(
            one.role is Role.ADMIN and one.id != without.id for one in self._office.staff.all()
        ):
            raise Mistake("last_admin")

    # --- locations -----------------------------------------------------------------------------

    def locations(self) -> tuple[Location, ...]:
        """Return every location."""
        return self._office.locations.all()

    def put_location(self, actor: int, location: Location) -> int:
        """Add a location or change its name or phase; return how many subscriptions ended.

        Dropping one sends everybody who follows it a last message, and ends those subscriptions.

        Raises:
            NotAllowed: if the actor is no approver.
            Mistake: `practice` while practising, because everybody sees locations at once; if the id is none, or that
                of a theme or topic, or a word that buttons use themselves.

        """
        office = self._office
        with office.acting(actor, Role.APPROVER) as member:
            if office.rules.practice:
                raise Mistake("practice")
            taken = {*office.library.announcements.themes, *office.library.topics}
            if location.id in taken or not office.library.announcements.is_id(location.id):
                raise Mistake("bad_id", id=location.id)
            if not location.name.strip():
                raise Mistake("no_name")
            before = office.locations.find(location.id)
            if before is None and location.id in _OWN_WORDS:
                raise Mistake("bad_id", id=location.id)
            office.locations.put(location)
            office.log(member, "location", f"location {location.id}", _shown(before), _shown(location))
            if location.phase is not Phase.DROPPED:
                return 0
            followers = office.subscriptions.followers(location.id)
            self._telling.tell(followers, "subscriptions.dropped", location=location.name)
            return office.subscriptions.end_subject(location.id)


def _shown(location: Location | None) -> Mapping[str, object] | None:
    return None if location is None else {"name": location.name, "phase": location.phase}
