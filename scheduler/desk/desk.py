"""The whole desk, put together from one office."""

from dataclasses import dataclass

from scheduler.desk.announcing import Announcing
from scheduler.desk.board import PublicBoard
from scheduler.desk.clockwork import Clockwork
from scheduler.desk.mailroom import Mailroom
from scheduler.desk.office import Office
from scheduler.desk.planning import Planning
from scheduler.desk.signing import Signing
from scheduler.desk.staffing import Staffing
from scheduler.desk.telling import Telling


@dataclass(frozen=True, slots=True)
class Desk:
    """Every part of the desk."""

    office: Office
    announcing: Announcing
    planning: Planning
    clockwork: Clockwork
    telling: Telling
    signing: Signing
    staffing: Staffing
    board: PublicBoard
    mailroom: Mailroom


def open_desk(office: Office) -> Desk:
    """Return the desk of an office."""
    telling = Telling(office)
    planning = Planning(office, telling)
    signing = Signing(office, telling)
    return Desk(
        office=office,
        announcing=Announcing(office, telling),
        planning=planning,
        clockwork=Clockwork(office, planning, telling, signing),
        telling=telling,
        signing=signing,
        staffing=Staffing(office, telling),
        board=PublicBoard(office, signing),
        mailroom=Mailroom(office),
    )
