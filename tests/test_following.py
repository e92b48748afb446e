"""What people follow, read and come to: in the chat and on the web."""

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.channels.web.application import WebChat, web_app
from bot.dialogue.conversation import HELPED, Conversation
from bot.dialogue.following import Following
from bot.dialogue.values import Command, Message, Person, Pressed, Reach, Reply, Typed
from bot.knowledge.announceable import Phase
from bot.knowledge.document import plain
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library
from bot.settings import Settings
from bot.store.helped import Helped
from bot.store.locations import Location
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.sealing import Sealer
from scheduler.desk.office import COMMAND_LINE
from scheduler.desk.planning import new_event
from scheduler.events import Change
from tests.desk import Place, local, publish

ME = "telegram:7"


@pytest.fixture
def place(tmp_path: Path, library: Library, sealer: Sealer) -> Place:
    return Place(tmp_path, library, sealer, settings=Settings(solo=True))


@pytest.fixture
def assistant(place: Place, conversation: Conversation, library: Library) -> Assistant:
    following = Following(library, place.desk.board)
    return Assistant(
        conversation, People(place.db, place.sealer), Questions(place.db), Helped(place.db), clock=lambda: place.now,
        token=lambda: "t", talks=[following], beside=following.beside, reachable=place.desk.board.can_reach,
    )  # fmt: skip


class Phone:
    """One person's phone."""

    def __init__(self, assistant: Assistant, address: str = ME, language: str = "nl") -> None:
        self._assistant, self._address, self._language = assistant, address, language
        self.last: Reply

    def sends(self, message: Message) -> str:
        self.last = self._assistant.handle(self._address, message, self._language)
        return plain(self.last.document)

    def presses(self, label: str) -> str:
        buttons = [button for row in self.last.buttons for button in row]
        (found, *_) = [button for button in buttons if label in button.label]
        return self.sends(Pressed(found.action))

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.last.buttons for button in row]


@pytest.fixture
def phone(assistant: Assistant) -> Phone:
    return Phone(assistant)


def test_nothing_is_noted_before_a_yes_and_the_consent_is_kept(place: Place, phone: Phone) -> None:
    asked = phone.sends(Command("start", "s-herenweg-55"))
    assert "Herenweg 55" in asked
    assert place.desk.board.follows(ME) == frozenset()
    phone.presses("Ja, graag")
    assert place.desk.board.follows(ME) == {"herenweg-55"}
    ((since, words),) = place.db.execute("SELECT since, words FROM subscriptions").fetchall()
    assert since.startswith("2026-11-24")
    assert words.startswith("nl:")


@pytest.mark.parametrize(
    "typed",
    ["s-herenweg-55", "S-Herenweg-55", "/start s-herenweg-55 ", "s–herenweg–55", "S-Herenweg—55.", "с-herenweg-55"],
)
def test_a_code_typed_from_paper_asks_the_same(phone: Phone, typed: str) -> None:
    assert "Herenweg 55" in phone.sends(Typed(typed))
    assert any("Ja" in label for label in phone.labels)


@pytest.mark.parametrize(
    ("language", "typed", "title"),
    [("nl", "abonnementen", "Wat u volgt"), ("uk", "мої підписки", "За чим ви стежите"), ("en", "events", "Calendar")],
)
def test_typed_words_open_the_screens(assistant: Assistant, language: str, typed: str, title: str) -> None:
    assert title in Phone(assistant, language=language).sends(Typed(typed))


@pytest.mark.parametrize("language", ["nl", "uk", "en"])
def test_every_word_that_the_help_gives_does_something(assistant: Assistant, library: Library, language: str) -> None:
    phone = Phone(assistant, language=language)
    lost = phone.sends(Typed("qwrtz plmk"))
    for name in HELPED:
        (word,) = re.findall(r"[*]{2}(.+?)[*]{2}", library.words[language](f"help.{name}"))
        assert phone.sends(Typed(word)) != lost, word


def test_one_screen_shows_everything_one_tap_changes_each_one_stops_all(place: Place, phone: Phone) -> None:
    place.desk.board.follow(ME, "nieuws", "test")
    place.desk.board.follow(ME, "herenweg-55", "test")
    phone.sends(Command("subscriptions"))
    assert "✓ Herenweg 55" in phone.labels
    assert "+ Oudercafé" in phone.labels
    phone.presses("✓ Herenweg 55")
    assert place.desk.board.follows(ME) == {"nieuws"}
    phone.presses("Alles stoppen")
    assert place.desk.board.follows(ME) == frozenset()


def test_the_stop_button_below_a_message_works_at_once(place: Place, phone: Phone) -> None:
    place.desk.board.follow(ME, "oudercafe", "test")
    assert "geen berichten meer over Oudercafé" in phone.sends(Pressed("u:oudercafe"))
    assert place.desk.board.follows(ME) == frozenset()
    assert "volgde" in phone.sends(Pressed("u:oudercafe"))


def test_what_is_gone_cannot_be_followed(place: Place, phone: Phone) -> None:
    assert "niet (meer) volgen" in phone.sends(Command("start", "s-kerklaan"))
    assert "niet (meer) volgen" in phone.sends(Pressed("b:yes:kerklaan"))
    assert place.db.execute("SELECT count(*) FROM subscriptions").fetchone()[0] == 0


def test_quiet_hours_and_a_pause_are_chosen_and_shown(place: Place, phone: Phone) -> None:
    phone.sends(Command("subscriptions"))
    assert "Stille uren: 21:00–08:00" in phone.labels
    phone.presses("Stille uren")
    phone.presses("22:00–07:00")
    assert place.desk.board.reach(ME) == Reach(22 * 60, 7 * 60)
    phone.presses("Pauze")
    assert "tot 1 december 2026" in phone.presses("7 dagen")
    phone.presses("Stop pauze")
    assert place.desk.board.reach(ME).paused_until is None


def test_a_pause_lasts_until_a_day_of_ones_own_choice(place: Place, phone: Phone) -> None:
    phone.sends(Command("subscriptions"))
    phone.presses("Pauze")
    phone.presses("Tot een dag die u kiest")
    assert phone.labels[0] == "november 2026"
    assert "november 2027" in phone.labels
    asked = phone.presses("februari 2027")
    assert "in februari 2027" in asked
    assert phone.labels[:28] == [str(day) for day in range(1, 29)]
    assert "tot 14 februari 2027" in phone.presses("14")
    assert place.desk.board.reach(ME).paused_until == date(2027, 2, 14)


def test_the_month_of_today_offers_only_what_is_to_come(place: Place, phone: Phone) -> None:
    assert place.desk.board.local_day() == date(2026, 11, 24)
    phone.sends(Pressed("p:on:2026-11"))
    assert phone.labels[:7] == ["25", "26", "27", "28", "29", "30", "‹ Terug"]


@pytest.mark.parametrize(
    "junk",
    ["q:abc:99999", "q:60:61", "q:1:x", "p:until:2026-11-24", "p:until:2029-01-01", "p:until:soon", "p:until",
     "p:on:2026-13", "p:on:1999-01", "p:on:x"],
)  # fmt: skip
def test_a_forged_button_sets_no_quiet_hours_or_pause_that_nobody_was_offered(
    place: Place, phone: Phone, junk: str
) -> None:
    before = place.desk.board.reach(ME)
    phone.sends(Pressed(junk))
    assert place.desk.board.reach(ME) == before


def test_a_web_chat_says_that_it_cannot_send_messages_later(place: Place, assistant: Assistant) -> None:
    web = Phone(assistant, "web:session")
    assert "In Telegram kan dat wel" in web.sends(Command("subscriptions"))
    web.sends(Pressed("b:yes:nieuws"))
    web.sends(Pressed("r:1:3"))
    assert place.db.execute("SELECT count(*) FROM subscriptions").fetchone()[0] == 0
    assert place.db.execute("SELECT count(*) FROM sign_ups").fetchone()[0] == 0


def test_letters_are_read_in_the_chat_in_ones_own_language(place: Place, assistant: Assistant) -> None:
    publish(place.desk)
    phone = Phone(assistant, language="uk")
    phone.sends(Command("letters"))
    phone.presses("Herenweg 55")
    assert "фарбуємо" in phone.presses("Ремонт")
    english = Phone(assistant, language="en")
    english.sends(Command("letters"))
    english.presses("Herenweg 55")
    assert "no English version" in english.presses("Onderhoud")


def test_a_word_with_a_slash_does_what_the_word_does(place: Place, phone: Phone) -> None:
    publish(place.desk)
    assert phone.sends(Command("agenda")) == phone.sends(Typed("agenda")) == phone.sends(Command("events"))


def test_the_calendar_leads_to_signing_up_and_to_a_file(place: Place, phone: Phone) -> None:
    publish(place.desk)
    assert "woensdag 2 december om 10:00" in phone.sends(Command("events"))
    phone.presses("woensdag 2 december")
    phone.presses("Ik kom")
    assert "2 personen" in phone.presses("2")
    phone.presses("Ik kom toch niet")
    assert place.desk.signing.count(1).people == 0
    phone.sends(Pressed("i:1"))
    assert phone.last.file is not None
    (event,) = Calendar.from_ical(phone.last.file.content).walk("VEVENT")
    assert event.decoded("dtstart") == local(2026, 12, 2, 10)


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("nl", "Ik kom toch niet"), ("nl", "ik kan niet komen"), ("nl", "Ik meld me af"),
        ("nl", "Aanmelden of afmelden"),
        ("uk", "Не зможу прийти"), ("uk", "не смогу прийти"), ("en", "I can’t come"), ("en", "I cannot come after all"),
    ],
)  # fmt: skip
def test_who_types_that_they_cannot_come_is_asked_to_what_and_gives_the_place_back_with_one_tap(
    place: Place, assistant: Assistant, library: Library, language: str, typed: str
) -> None:
    publish(place.desk)
    phone = Phone(assistant, language=language)
    assert library.words[language]("sign_up.nothing") in phone.sends(Typed(typed))
    place.desk.board.come(ME, 1, 2)
    phone.sends(Command("menu"))
    assert phone.sends(Typed(typed)) == library.words[language]("sign_up.which")
    assert place.desk.signing.count(1).people == 2
    phone.presses(phone.labels[0])
    assert place.desk.signing.count(1).people == 0


@pytest.mark.parametrize("typed", ["stop sending me messages", "ik wil geen berichten meer", "Alles stoppen",
                                   "не надсилайте мені більше нічого", "За чим я стежу"])  # fmt: skip
def test_who_wants_no_messages_sees_what_they_follow_and_how_to_stop_it(place: Place, phone: Phone, typed: str) -> None:
    place.desk.board.follow(ME, "nieuws", "test")
    phone.sends(Typed(typed))
    assert "b:off" in [button.action for row in phone.last.buttons for button in row]
    assert place.desk.board.follows(ME) == {"nieuws"}


@pytest.mark.parametrize("typed", ["ja", "Ja, graag", "так", "yes please"])
def test_a_typed_yes_to_the_words_of_consent_begins_a_subscription(place: Place, phone: Phone, typed: str) -> None:
    phone.sends(Command("start", "s-herenweg-55"))
    phone.sends(Typed(typed))
    assert place.desk.board.follows(ME) == {"herenweg-55"}


@pytest.mark.parametrize("typed", ["nee", "Nee", "no", "ні", "misschien later"])
def test_anything_but_a_yes_begins_none(place: Place, phone: Phone, typed: str) -> None:
    phone.sends(Command("start", "s-herenweg-55"))
    phone.sends(Typed(typed))
    assert place.desk.board.follows(ME) == frozenset()


@pytest.mark.parametrize("typed", ["3", "met 3", "нас 3", "3 people"])
def test_a_typed_number_says_how_many_come(place: Place, phone: Phone, typed: str) -> None:
    publish(place.desk)
    phone.sends(Pressed("r:1"))
    phone.sends(Typed(typed))
    assert place.desk.signing.count(1).people == 3


@pytest.mark.parametrize("language", ["nl", "uk", "en"])
def test_the_answer_about_what_stands_in_the_calendar_begins_with_the_next_dates_and_leads_there(
    place: Place, assistant: Assistant, library: Library, language: str
) -> None:
    phone, words = Phone(assistant, language=language), library.words[language]
    without = phone.sends(Pressed("t:oudercafe"))
    assert words("events.open") in phone.labels
    assert words("events.planned") not in without
    publish(place.desk)
    title, planned, first, *_ = phone.sends(Pressed("t:oudercafe")).split("\n\n")
    assert title == library.entry("oudercafe", language).title
    assert planned == words("events.planned")
    assert "10:00" in first
    assert "De Luifel" in phone.presses(first[:20])
    phone.sends(Pressed("t:activiteiten"))
    assert words("events.open") in phone.labels
    phone.sends(Pressed("t:dokter"))
    assert words("events.open") not in phone.labels


def test_the_button_below_a_reminder_shows_who_signed_up_how_it_stands_and_how_to_cancel(
    place: Place, phone: Phone
) -> None:
    publish(place.desk)
    place.send()
    (row, *_) = place.desk.mailroom.letter(2, "nl").buttons
    assert row[0].label == "Aanmelden of afmelden"
    assert "Met hoeveel" in phone.sends(Pressed(row[0].action))
    phone.presses("3")
    assert "3 personen" in phone.sends(Pressed(row[0].action))
    phone.presses("Ander aantal")
    assert "2 personen" in phone.presses("2")
    phone.sends(Pressed(row[0].action))
    phone.presses("Ik kom toch niet")
    assert place.desk.signing.count(1).people == 0


def test_who_is_told_of_a_place_gives_it_back_with_one_tap(place: Place, phone: Phone) -> None:
    publish(place.desk)
    place.desk.planning.change(COMMAND_LINE, 1, Change(maximum=2))
    first, second = place.person(1, follows=()), place.person(7, follows=())
    assert second == ME
    place.desk.signing.come(first, 1, 2)
    place.desk.signing.come(second, 1, 1)
    place.send()
    place.desk.signing.leave(first, 1)
    place.desk.clockwork.tick()
    (told,) = place.desk.office.deliveries.claim(place.now, 9)
    letter = place.desk.mailroom.letter(told.announcement, told.language)
    assert "er is plaats voor u" in plain(letter.document)
    labels = {button.label: button.action for row in letter.buttons for button in row}
    assert phone.sends(Pressed(labels["Ander aantal"])) == place.library.words["nl"]("sign_up.how_many")
    assert "u komt niet" in phone.sends(Pressed(labels["Ik kom toch niet"]))
    assert place.desk.signing.count(1).people == 0


def test_who_has_not_heard_yet_of_a_place_is_not_told_of_it_when_the_event_is_cancelled(place: Place) -> None:
    publish(place.desk)
    place.desk.planning.change(COMMAND_LINE, 1, Change(maximum=2))
    first, second = place.person(1, follows=()), place.person(2, follows=())
    place.desk.signing.come(first, 1, 2)
    place.desk.signing.come(second, 1, 1)
    place.send()
    place.desk.signing.leave(first, 1)
    place.desk.planning.cancel_occurrence(COMMAND_LINE, 1)
    assert [(address, title) for address, _, title in place.send()] == [(second, "Gaat niet door: Oudercafé")]


@pytest.mark.parametrize(
    "junk",
    ["b:", "b:yes", "k:x:9", "k:herenweg-55:999", "v:0", "v:x", "r:1:99", "r:1:n", "r:", "i:77", "q:1:x", "p:0", "u:"],
)
def test_a_forged_or_old_button_is_answered_kindly_and_changes_nothing(place: Place, phone: Phone, junk: str) -> None:
    assert phone.sends(Pressed(junk)).strip()
    assert place.db.execute("SELECT count(*) FROM subscriptions").fetchone()[0] == 0
    assert place.db.execute("SELECT count(*) FROM sign_ups").fetchone()[0] == 0


@pytest.mark.parametrize("pressed", ["r:999:2", "r:999:0", "v:999"])
def test_a_button_of_an_event_that_is_gone_says_so(place: Place, phone: Phone, library: Library, pressed: str) -> None:
    publish(place.desk)
    assert phone.sends(Pressed(pressed)) == library.words["nl"]("events.gone")


def test_who_gives_a_place_back_when_it_is_over_is_told_so(place: Place, phone: Phone, library: Library) -> None:
    publish(place.desk)
    place.desk.board.come(ME, 1, 2)
    place.move_on(days=30)
    assert phone.sends(Pressed("r:1:0")) == library.words["nl"]("sign_up.over")
    assert place.desk.signing.count(1).people == 2


def narrowed(place: Place) -> None:
    """An open house for asylum seekers near one location only, which was announced."""
    house = new_event(
        "open-huis", local(2026, 12, 3, 10), "Kamer 4", who=Audience.ASIEL, near=("herenweg-55",),
        slots={"interpreter": True, "children": True},
    )  # fmt: skip
    event = place.desk.planning.add(COMMAND_LINE, house)
    place.desk.planning.submit(COMMAND_LINE, event.id)
    place.desk.planning.approve(COMMAND_LINE, event.id)


def test_an_event_for_some_people_only_stands_in_their_calendar_and_in_no_other(
    place: Place, assistant: Assistant
) -> None:
    narrowed(place)
    place.person(1, audience=Audience.ASIEL, follows=("open-huis", "herenweg-55"))
    place.person(2, audience=Audience.ASIEL, follows=("open-huis",))
    place.person(3, follows=("open-huis", "herenweg-55"))
    title = place.desk.office.composer.title("open-huis", "nl")
    shown = [title in Phone(assistant, f"telegram:{one}").sends(Command("events")) for one in (1, 2, 3)]
    assert shown == [True, False, False]
    hers = Phone(assistant, "telegram:1")
    assert "Kamer 4" in hers.sends(Pressed("v:1"))
    assert hers.sends(Pressed("i:1")) == place.library.words["nl"]("events.calendar_file")
    web = Phone(assistant, "web:x")
    assert "Kamer 4" not in web.sends(Pressed("v:1"))
    web.sends(Pressed("i:1"))
    assert web.last.file is None


# --- on the web --------------------------------------------------------------------------------------


@pytest.fixture
def client(place: Place, assistant: Assistant, library: Library) -> Iterator[TestClient]:
    app = web_app(WebChat(assistant, library, clock=lambda: place.now, board=place.desk.board))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize(("language", "word"), [("nl", "schilderen"), ("uk", "фарбуємо"), ("en", "schilderen")])
def test_letters_have_a_page_and_a_feed(place: Place, client: TestClient, language: str, word: str) -> None:
    publish(place.desk)
    page = client.get(f"/{language}/brieven/herenweg-55")
    assert page.status_code == 200
    assert word in html.unescape(page.text)
    feed = client.get(f"/{language}/brieven/herenweg-55.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert feed.headers["cache-control"] == "public, max-age=300"
    entries = ElementTree.fromstring(feed.content).findall("{http://www.w3.org/2005/Atom}entry")  # noqa: S314 - our own feed
    assert len(entries) == 1


def test_a_letter_in_another_language_says_so_on_the_page(place: Place, client: TestClient, library: Library) -> None:
    publish(place.desk)
    note = library.words["en"]("letters.in_other_language")
    assert note in html.unescape(client.get("/en/brieven/herenweg-55").text)
    assert note not in html.unescape(client.get("/nl/brieven/herenweg-55").text)


def test_a_letter_carries_its_own_language_on_a_page_of_another(place: Place, client: TestClient) -> None:
    publish(place.desk)
    page = client.get("/en/brieven/herenweg-55").text
    for tag, text in (("h2", "Onderhoud"), ("p", "Volgende week"), ("ul", r"\s*<li[^>]*>maandag")):
        assert re.search(rf'<{tag}[^>]* lang="nl"[^>]*>{text}', page), tag
    assert '<ul lang="nl">' in html.unescape(client.get("/en/brieven/herenweg-55.atom").text)


def test_an_entry_of_the_feed_points_at_its_letter_on_the_page(place: Place, client: TestClient) -> None:
    publish(place.desk)
    feed = ElementTree.fromstring(client.get("/nl/brieven/herenweg-55.atom").content)  # noqa: S314 - our own feed
    link = feed.find("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}link")
    assert link is not None
    _, _, anchor = link.attrib["href"].partition("#")
    assert f'id="{anchor}">Onderhoud' in client.get("/nl/brieven/herenweg-55").text


def test_addresses_that_editors_write_can_be_followed_on_the_web(place: Place, client: TestClient) -> None:
    body = "Meer op www.heemstede.nl/vragen, of mail buurt@heemstede.nl. Geen <b>opmaak</b>."
    letter = place.desk.announcing.write(
        COMMAND_LINE, "bewonersbrief", ("herenweg-55",), texts={"nl": ("Onderhoud", body), "uk": ("Ремонт", body)}
    )
    place.desk.announcing.submit(COMMAND_LINE, letter.id)
    place.desk.announcing.approve(COMMAND_LINE, letter.id)
    place.desk.clockwork.tick()
    page = client.get("/nl/brieven/herenweg-55").text
    assert re.search(r'<a href="https://www\.heemstede\.nl/vragen"[^>]*>www\.heemstede\.nl/vragen</a>,', page)
    assert '<a href="mailto:buurt@heemstede.nl">buurt@heemstede.nl</a>.' in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize(("address", "offered"), [("telegram:7", True), ("web:someone", False)])
def test_the_calendar_offers_to_follow_only_where_one_can(
    place: Place, library: Library, address: str, offered: bool
) -> None:
    reply = Following(library, place.desk.board).reply(Command("events"), address, Person("nl"), "nl")
    assert reply is not None
    assert ("b" in [button.action for row in reply.buttons for button in row]) is offered


def test_letters_of_a_location_that_was_dropped_can_still_be_read_but_not_followed(
    place: Place, client: TestClient, phone: Phone
) -> None:
    publish(place.desk)
    place.send()
    for location, name in (("herenweg-55", "Herenweg 55"), ("heemsteedse-dreef", "Heemsteedse Dreef")):
        place.desk.staffing.put_location(COMMAND_LINE, Location(location, name, Phase.DROPPED))
    assert "schilderen" in client.get("/nl/brieven/herenweg-55").text
    assert client.get("/nl/brieven/heemsteedse-dreef").status_code == 404, "there is nothing to read"
    phone.sends(Command("letters"))
    phone.presses("Herenweg 55")
    assert not [label for label in phone.labels if "volgen" in label.casefold()]


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("nl", "woensdag 2 december om 10:00"),
        ("uk", "середа, 2 грудня о 10:00"),
        ("en", "Wednesday, 2 December at 10:00"),
    ],
)
def test_the_calendar_has_a_page_and_a_feed(place: Place, client: TestClient, language: str, when: str) -> None:
    publish(place.desk)
    assert when in html.unescape(client.get(f"/{language}/agenda").text)
    feed = client.get(f"/{language}/agenda.ics")
    assert feed.headers["content-type"].startswith("text/calendar")
    assert feed.headers["cache-control"] == "public, max-age=300"
    assert len(Calendar.from_ical(feed.content).walk("VEVENT")) == 4
    assert client.get(f"/{language}/agenda/1.ics").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nl/brieven/kerklaan",
        "/xx/brieven/herenweg-55",
        "/nl/brieven/kerklaan.atom",
        "/nl/agenda/99.ics",
        "/nl/agenda/999999999999999999999999.ics",
        "/nl/agenda/one.ics",
        "/xx/agenda.ics",
    ],
)
def test_what_is_not_there_is_said_kindly(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "<html" in answer.text


def test_a_letter_in_the_feed_is_newer_once_its_meaning_was_corrected_and_keeps_its_name(place: Place) -> None:
    publish(place.desk)

    def read(base: str) -> tuple[str | None, str | None]:
        feed = ElementTree.fromstring(place.desk.board.letters_feed("herenweg-55", "nl", base) or b"")  # noqa: S314 - our own feed
        (entry,) = feed.findall("{http://www.w3.org/2005/Atom}entry")
        return tuple(entry.findtext(f"{{http://www.w3.org/2005/Atom}}{name}") for name in ("id", "updated"))  # type: ignore[return-value] # two names

    name, before = read("http://10.0.0.5:8080")
    place.move_on(days=1)
    assert read("https://wegwijzer.example") == (name, before)
    place.desk.announcing.correct(COMMAND_LINE, 1, {"nl": ("Onderhoud", "Toch om twaalf uur.")}, in_meaning=True)
    assert read("https://wegwijzer.example") == (name, "2026-11-25T11:00:00Z")
    assert before == "2026-11-24T11:00:00Z"


def test_an_event_for_some_people_only_is_on_no_page_and_in_no_feed(place: Place, client: TestClient) -> None:
    narrowed(place)
    assert "Kamer 4" not in client.get("/nl/agenda").text
    assert "Kamer 4" not in client.get("/nl/agenda.ics").text
    assert client.get("/nl/agenda/1.ics").status_code == 404


def test_what_the_calendar_lists_for_a_visitor_can_be_opened_by_them_in_the_chat_on_the_page_and_as_a_file(
    place: Place, client: TestClient, library: Library
) -> None:
    house = new_event("open-huis", local(2026, 12, 3, 10), "Kamer 4", who=Audience.OEKRAINE,
                      slots={"interpreter": True, "children": True})  # fmt: skip
    event = place.desk.planning.add(COMMAND_LINE, house)
    place.desk.planning.submit(COMMAND_LINE, event.id)
    place.desk.planning.approve(COMMAND_LINE, event.id)
    gone = library.words["nl"]("events.gone")
    for who, there in (("buurt", False), ("oekraine", True)):
        for said in ("l:nl", f"w:{who}"):
            client.post("/", data={"action": said})
        assert ("Open huis" in client.post("/", data={"action": "v"}).text) is there
        for pressed in ("v:1", "i:1"):
            assert (gone not in client.post("/", data={"action": pressed}).text) is there, pressed
        assert ("Kamer 4" in client.get("/nl/agenda").text) is there
        assert (client.get("/nl/agenda/1.ics").status_code == 200) is there
    client.cookies.clear()
    assert "Kamer 4" not in client.get("/nl/agenda").text
    assert "Kamer 4" not in client.get("/nl/agenda.ics").text
