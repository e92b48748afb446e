"""Pages that need no conversation: letters to neighbours with an Atom feed, the calendar with an iCalendar feed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.dialogue.actions import action, whole
from bot.dialogue.following import Coming, Letter, Subject
from bot.dialogue.values import Button, File, Reply
from bot.knowledge.document import Document, Paragraph, Role, Span, line
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library


class Board(Protocol):
    """What everybody may read."""

    def places(self) -> tuple[Subject, ...]:
        """Return the locations whose letters can be read."""

    def letters(self, location: str, language: str) -> tuple[Letter, ...]:
        """Return the letters about a location, the newest first."""

    def letter(self, number: int, language: str) -> tuple[Document, str] | None:
        """Return a letter and the language that it is in."""

    def letters_feed(self, location: str, language: str, base: str) -> bytes | None:
        """Return the letters about a location as an Atom feed."""

    def coming(self, language: str, audience: Audience | None, address: str = "") -> tuple[Coming, ...]:
        """Return what is in the calendar for somebody; "" as an address is everybody."""

    def open_to(self, occurrence: int, audience: Audience | None) -> bool:
        """Return whether an occurrence is for somebody: all that `coming` lists is."""

    def event(self, occurrence: int, language: str) -> Document | None:
        """Return what there is to say about an occurrence."""

    def calendar_file(self, occurrence: int, language: str) -> File | None:
        """Return an occurrence as an iCalendar file."""

    def calendar_feed(self, language: str) -> bytes:
        """Return everything in the calendar as an iCalendar feed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a page can be followed by a program."""

    address: str
    media_type: str
    title: str


Page = Callable[[Request, str, Reply, str, Sequence[Feed]], Response]
"""Makes a page of a language, a reply, the address behind the language, and the feeds."""

ATOM, CALENDAR = "application/atom+xml", "text/calendar"
KEPT = {"Cache-Control": "public, max-age=300"}
"""A feed may be a few minutes old: many programs ask for it often."""


class Publications:
    """The addresses below /<language>/brieven and /<language>/agenda.

    `audience` tells who the visitor said they are; a feed is read by a program, and holds what is for everybody.
    """

    def __init__(
        self,
        library: Library,
        board: Board,
        page: Page,
        missing: Callable[[Request], Response],
        audience: Callable[[Request], Audience | None],
    ) -> None:
        self._audience = audience
        self._library = library
        self._board = board
        self._page = page
        self._missing = missing

    def routes(self) -> list[Route]:
        """The addresses that are served; they go before those of the topics."""
        return [
            Route("/{language}/brieven", self.places, methods=["GET"]),
            Route("/{language}/brieven/{location}.atom", self.letters_feed, methods=["GET"]),
            Route("/{language}/brieven/{location}", self.letters, methods=["GET"]),
            Route("/{language}/agenda", self.calendar, methods=["GET"]),
            Route("/{language}/agenda.ics", self.calendar_feed, methods=["GET"]),
            Route("/{language}/agenda/{number}.ics", self.calendar_file, methods=["GET"]),
        ]

    async def places(self, request: Request) -> Response:
        """Show of which locations there are letters."""
        language = self._language(request)
        if language is None:
            return self._missing(request)
        places = self._board.places()
        if len(places) == 1:
            return RedirectResponse(f"/{language}/brieven/{places[0].id}", 302)
        words = self._library.words[language]
        document = line(words("letters.title"), Role.TITLE)
        for place in places:
            document += _link(place.name, f"/{language}/brieven/{place.id}")
        return self._page(request, language, Reply(document, language), "brieven", ())

    async def letters(self, request: Request) -> Response:
        """Show the letters of the last twelve months about a location, the newest first."""
        language, location = self._language(request), request.path_params["location"]
        name = {place.id: place.name for place in self._board.places()}.get(location)
        if language is None or name is None:
            return self._missing(request)
        words = self._library.words[language]
        heading = words("letters_page.heading", name=name)
        document = line(heading, Role.TITLE)
        letters = self._board.letters(location, language)
        document += line(words("letters_page.older")) if letters else line(words("letters.none", name=name))
        for letter in letters:
            found = self._board.letter(letter.id, language)
            if found is not None and found[1] != language:
                document += line(words("letters.in_other_language"), Role.NOTE)
            document += found[0] if found else Document()
        feed = Feed(f"/{language}/brieven/{location}.atom", ATOM, words("letters_page.feed"))
        document += _link(feed.title, feed.address)
        reply = Reply(document, language, self._menu(language))
        return self._page(request, language, reply, f"brieven/{location}", (feed,))

    async def letters_feed(self, request: Request) -> Response:
        """Serve the letters about a location as an Atom feed."""
        language = self._language(request)
        base = str(request.base_url).rstrip("/")
        feed = self._board.letters_feed(request.path_params["location"], language, base) if language else None
        return self._missing(request) if feed is None else Response(feed, media_type=ATOM, headers=KEPT)

    async def calendar(self, request: Request) -> Response:
        """Show what is coming."""
        language = self._language(request)
        if language is None:
            return self._missing(request)
        words = self._library.words[language]
        document = line(words("agenda_page.heading"), Role.TITLE)
        coming = self._board.coming(language, self._audience(request))
        if not coming:
            document += line(words("events.none"))
        for one in coming:
            heading = words("events.one", when=one.when, title=one.title)
            document += line(f"{heading} ({words('events.cancelled')})" if one.cancelled else heading, Role.LABEL)
            if not one.cancelled:
                said = self._board.event(one.id, language)
                document += Document(said.blocks[1:]) if said else Document()
                document += line(words("sign_up.not_here"), Role.NOTE) if one.sign_up else Document()
                document += _link(words("events.calendar"), f"/{language}/agenda/{one.id}.ics")
        feed = Feed(f"/{language}/agenda.ics", CALENDAR, words("agenda_page.feed"))
        document += _link(feed.title, feed.address)
        return self._page(request, language, Reply(document, language, self._menu(language)), "agenda", (feed,))

    async def calendar_feed(self, request: Request) -> Response:
        """Serve everything that is coming as an iCalendar feed."""
        language = self._language(request)
        if language is None:
            return self._missing(request)
        return Response(self._board.calendar_feed(language), media_type=CALENDAR, headers=KEPT)

    async def calendar_file(self, request: Request) -> Response:
        """Serve one occurrence as an iCalendar file."""
        language, number = self._language(request), whole(request.path_params["number"])
        there = language is not None and self._board.open_to(number, self._audience(request))
        file = self._board.calendar_file(number, language) if there and language else None
        if file is None:
            return self._missing(request)
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, media_type=CALENDAR, headers=headers)

    # --- small help ----------------------------------------------------------------------------

    def _language(self, request: Request) -> str | None:
        language = str(request.path_params["language"])
        return language if language in self._library.words else None

    def _menu(self, language: str) -> tuple[tuple[Button, ...], ...]:
        return ((Button(self._library.words[language]("menu.open"), action("m")),),)


def _link(text: str, address: str) -> Document:
    return Document((Paragraph((Span(text, link=address),)),))
