"""Sign-ups: "I come, with 3", a maximum, and a waiting list that moves up by itself."""

from bot.store.database import writing
from bot.store.events import Headcount
from scheduler.announcements import State, Text
from scheduler.desk.office import Office
from scheduler.desk.telling import Telling
from scheduler.events import MOST, Answer, Event, Happening, Occurrence, SignedUp


class Signing:
    """Who comes to what."""

    def __init__(self, office: Office, telling: Telling) -> None:
        self._office = office
        self._telling = telling

    def occurrence(self, number: int) -> tuple[Event, Occurrence] | None:
        """Return an occurrence that the public may see, None if there is none."""
        occurrence = self._office.events.occurrence(number)
        event = self._office.events.find(occurrence.event) if occurrence else None
        if occurrence is None or event is None or event.state not in (State.SCHEDULED, State.CANCELLED):
            return None
        return event, occurrence

    def mine(self, address: str, number: int) -> SignedUp:
        """Return whether somebody comes to an occurrence."""
        person = self._office.people.find_number(address)
        found = None if person is None else self._office.sign_ups.of(number, person)
        if found is None:
            return SignedUp(Answer.NOT_COMING)
        people, waiting = found
        return SignedUp(Answer.WAITING if waiting else Answer.COMING, people)

    def come(self, address: str, number: int, people: int) -> SignedUp:
        """Sign somebody up with so many (1 to MOST, themselves included), or onto the waiting list if it is full."""
        people = min(max(people, 1), MOST)
        office = self._office
        with writing(office.db):
            found = self.occurrence(number)  # in the transaction: another process may cancel it just now
            closed = self._closed(found)
            if found is None or closed is not None:
                return SignedUp(closed or Answer.GONE)
            event, _ = found
            person = office.people.number(address)
            before = office.sign_ups.of(number, person)
            # Their own places are free for them; who waits does not jump the queue by asking again.
            taken = office.sign_ups.count(number).people - (before[0] if before and not before[1] else 0)
            others_wait = any(one != person for one, _ in office.sign_ups.waiting(number))
            maximum = event.maximum
            if maximum is not None:
                people = min(people, maximum)  # more could never come, and would keep everybody behind them waiting
            had_place = before is not None and not before[1]
            fewer = before is not None and had_place and people <= before[0]
            fits = maximum is None or taken + people <= maximum or fewer
            if had_place and not fits:
                return self.mine(address, number)  # who has a place keeps it, with as many as before
            waiting = not fits or (others_wait and not had_place)
            office.sign_ups.put(number, person, people, office.now(), waiting=waiting)
            self._move_up(number, maximum)
            return self.mine(address, number)

    def leave(self, address: str, number: int) -> SignedUp:
        """Note that somebody does not come after all; who waits may move up, and is told."""
        office = self._office
        with writing(office.db):
            found = self.occurrence(number)
            closed = self._closed(found)
            if closed is Answer.OVER:
                return SignedUp(closed)
            person = office.people.find_number(address)
            left = person is not None and office.sign_ups.drop(number, person)
            if left and found is not None and closed is None:
                self._move_up(number, found[0].maximum)
            return SignedUp(closed if closed in (Answer.GONE, Answer.CANCELLED) else Answer.NOT_COMING)

    def refill(self) -> None:
        """Give places that became free without a word (somebody was forgotten) to those who wait."""
        office = self._office
        for number in office.sign_ups.with_queue(office.now()):
            found = self.occurrence(number)
            # Looked at first: as long as there is no place, nothing is written.
            if found is None or found[0].practice != office.rules.practice:
                continue  # while practising nobody could be told
            if self._closed(found) is None and self._next(number, found[0].maximum) is not None:
                with writing(office.db):
                    self._move_up(number, found[0].maximum)

    def count(self, number: int) -> Headcount:
        """Return how many come: numbers, no names."""
        return self._office.sign_ups.count(number)

    def _closed(self, found: tuple[Event, Occurrence] | None) -> Answer | None:
        if found is None:
            return Answer.GONE
        event, occurrence = found
        if not event.sign_up:
            return Answer.NO_SIGN_UP
        if event.state is State.CANCELLED or occurrence.state is Happening.CANCELLED:
            return Answer.CANCELLED
        return Answer.OVER if occurrence.start <= self._office.now() else None

    def _move_up(self, number: int, maximum: int | None) -> None:
        """Give free places to those who wait, in the order in which they came."""
        office = self._office
        while (following := self._next(number, maximum)) is not None:
            person, people = following
            office.sign_ups.put(number, person, people, office.now(), waiting=False)
            found = self.occurrence(number)
            if found is not None:
                texts = {code: Text("", text) for code, text in office.composer.place_found(*found, people).items()}
                self._telling.send([person], texts, practice=found[0].practice, occurrence=number, until=found[1].start)

    def _next(self, number: int, maximum: int | None) -> tuple[int, int] | None:
        """Return who waits first, and with how many, if there is place for them; the first that does not fit blocks."""
        sign_ups = self._office.sign_ups
        first = next(iter(sign_ups.waiting(number)), None)
        fits = first is not None and (maximum is None or sign_ups.count(number).people + first[1] <= maximum)
        return first if fits else None
