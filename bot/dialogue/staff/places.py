"""Locations as staff see them: which there are, how far each is in its life, and how many follow it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.actions import action
from bot.dialogue.values import Button, Reply
from bot.knowledge.announceable import Phase
from bot.knowledge.document import Role, line
from bot.knowledge.skeleton import latin
from bot.knowledge.words import Words
from bot.store.locations import Location
from bot.store.staff import Member
from scheduler.desk.desk import Desk
from scheduler.desk.office import Mistake

NEW = "new"
_SURE = "sure"


class Places:
    """Shows and changes locations; who may is checked by the desk at the moment of the change."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def all(self, language: str) -> Reply:
        """Return the list of locations."""
        words = self._words(language)
        counts = self._counts()
        rows = [(Button(_line(one, counts, words)[:60], action("z", "k", one.id)),) for one in self._known()]
        rows.append((Button(words("staff.new_place"), action("z", "k", NEW)),))
        return Reply(line(words("staff.places"), Role.TITLE), language, tuple(rows))

    def one(self, place: str, language: str) -> Reply:
        """Return one location with a button for each phase of its life that it could have instead.

        Raises:
            Mistake: if there is none.

        """
        words, found = self._words(language), self._find(place)
        rows = [
            (Button(words(f"staff.phases.{phase}"), action("z", "k", f"{place}.{phase}")),)
            for phase in Phase
            if phase is not found.phase
        ]
        rows.append((Button(words("menu.back"), action("z", "k")),))
        return Reply(
            line(_line(found, self._counts(), words), Role.TITLE) + line(words("staff.which_phase")),
            language,
            tuple(rows),
        )

    def changed(self, member: Member, place: str, what: str, language: str) -> Reply:
        """Give a location another phase; ask first if that ends what people follow."""
        word, _, sure = what.partition(".")
        if word not in tuple(Phase):
            return self.one(place, language)
        found, phase = self._find(place), Phase(word)
        if phase is Phase.DROPPED and sure != _SURE:
            words = self._words(language)
            row = (
                Button(words("staff.drop_place"), action("z", "k", f"{place}.{phase}.{_SURE}")),
                Button(words("menu.back"), action("z", "k", place)),
            )
            asked = words("staff.sure_place", name=found.name, count=self._counts().get(place, 0))
            return Reply(line(asked), language, (row,))
        self._desk.staffing.put_location(member.id, replace(found, phase=phase))
        return self.one(place, language)

    def added(self, member: Member, name: str, language: str) -> Reply:
        """Add a location by its name, planned at first; one of that name that is there already is shown."""
        words = "".join(letter if letter.isalnum() else " " for letter in latin(name.casefold())).split()
        place = "-".join(words)
        if self._desk.office.locations.find(place) is None:
            self._desk.staffing.put_location(member.id, Location(place, name, Phase.PLANNED))
        return self.one(place, language)

    def _known(self) -> tuple[Location, ...]:
        return self._desk.staffing.locations()

    def _find(self, place: str) -> Location:
        found = self._desk.office.locations.find(place)
        if found is None:
            raise Mistake("unknown_subject", subject=place, known=", ".join(one.name for one in self._known()))
        return found

    def _counts(self) -> Mapping[str, int]:
        return self._desk.office.subscriptions.counts()

    def _words(self, language: str) -> Words:
        return self._desk.office.library.words[language]


def _line(one: Location, counts: Mapping[str, int], words: Words) -> str:
    phase = words(f"staff.phases.{one.phase}")
    return words("staff.place_line", name=one.name, phase=phase, count=counts.get(one.id, 0))
