"""Staff in the chat: short steps with buttons, roles, what others see of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import build_talks, memory_store
from bot.assistant import Assistant
from bot.dialogue.conversation import Conversation
from bot.dialogue.staff.talk import COMMANDS
from bot.dialogue.values import Attached, Command, Message, Pressed, Reply, Typed
from bot.knowledge.announceable import Phase
from bot.knowledge.document import plain
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library
from bot.settings import Settings
from bot.store.answers import Answers
from bot.store.helped import Helped
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.sealing import Sealer
from bot.store.talks import Talks
from scheduler.announcements import Role, State, Text
from scheduler.delivery import Delivered, Gone
from scheduler.desk.planning import new_event
from scheduler.events import Change
from tests.desk import Place, address_of, local

SLOTS = {"interpreter": True, "children": True}


@dataclass
class Chat:
    """One person's chat with the bot."""

    assistant: Assistant
    address: str
    last: Reply | None = None

    def says(self, text: str) -> str:
        """Type something, a command too; return what comes back as text."""
        if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            return self.sends(Command(name, argument))
        return self.sends(Typed(text))

    def presses(self, label: str) -> str:
        """Press the button of the last reply with this in its label."""
        assert self.last is not None
        labels = [button for row in self.last.buttons for button in row]
        found = [button for button in labels if label in button.label]
        assert found, f"no button {label!r} among {[button.label for button in labels]}"
        return self.sends(Pressed(found[0].action))

    def sends(self, message: Message) -> str:
        """Send anything."""
        self.last = self.assistant.handle(self.address, message, "nl")
        return plain(self.last.document)


@pytest.fixture
def place(tmp_path: Path, library: Library, sealer: Sealer) -> Place:
    return Place(tmp_path, library, sealer, settings=Settings(data_dir=tmp_path))


@pytest.fixture
def chat(place: Place, conversation: Conversation) -> Callable[[str], Chat]:
    numbers = iter(range(1000))
    kept = memory_store()
    store = type(kept)(
        place.db, place.sealer, People(place.db, place.sealer), Questions(place.db), Helped(place.db), Notes(place.db),
        new_key=False,
    )  # fmt: skip

    def assistant() -> Assistant:
        """A fresh one each time, as after a restart: nothing may depend on what lives in memory."""
        return Assistant(
            conversation, store.people, store.questions, store.helped, clock=lambda: place.now,
            token=lambda: f"t{next(numbers)}", talks=build_talks(store, place.desk, place.settings, lambda: place.now),
        )  # fmt: skip

    return lambda name: Chat(assistant(), address_of(name))


@pytest.fixture
def eva(place: Place, chat: Callable[[str], Chat]) -> Chat:
    place.staff("Eva", Role.EDITOR)
    return chat("Eva")


@pytest.fixture
def anna(place: Place, chat: Callable[[str], Chat]) -> Chat:
    place.staff("Anna", Role.APPROVER)
    return chat("Anna")


def write_letter_up_to_its_files(eva: Chat) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    eva.presses("Iedereen")
    eva.says("Onderhoud\nVolgende week schilderen we de deuren.")
    eva.presses("Overslaan")  # no English
    eva.says("Ремонт\nНаступного тижня фарбуємо двері.")


def write_letter(eva: Chat) -> None:
    write_letter_up_to_its_files(eva)
    eva.presses("Overslaan")
    eva.presses("Zodra het is goedgekeurd")


def hand_in_letter(eva: Chat, anna: Chat) -> None:
    write_letter(eva)
    eva.presses("Ter goedkeuring geven")
    anna.says("/outbox")
    anna.presses("Onderhoud")


def begin_correction(place: Place, eva: Chat, anna: Chat) -> None:
    """Send a letter, and go as far as the question for its new Dutch text."""
    hand_in_letter(eva, anna)
    anna.presses("Goedkeuren en versturen")
    place.send()
    anna.says("/outbox")
    anna.presses("Onderhoud")
    anna.presses("Verbeteren")
    anna.presses("Nederlands")


def test_a_letter_from_the_first_word_to_the_readers_chat(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "uk", follows=("herenweg-55",))
    write_letter(eva)
    assert eva.last is not None
    shown = plain(eva.last.document)
    assert "Volgende week schilderen" in shown
    assert "Наступного тижня" in shown
    assert "Nu 1 lezer" in shown
    assert place.send() == []
    eva.presses("Ter goedkeuring geven")
    assert "zelf geschreven" not in eva.presses("Goedkeuren en versturen")  # an editor lacks the role
    assert place.send() == []
    assert "Onderhoud" in anna.says("/outbox") or "Onderhoud" in str(anna.last)
    anna.presses("Onderhoud")
    anna.presses("Goedkeuren en versturen")
    assert place.send() == [("telegram:1", "uk", "Лист мешканцям (bewonersbrief): Ремонт")]


def test_the_report_is_live_while_it_is_sent_and_says_where_each_reader_is(place: Place, eva: Chat, anna: Chat) -> None:
    for number in (1, 2):
        place.person(number, "uk", follows=("herenweg-55",))
    write_letter(eva)
    assert eva.last is not None
    assert eva.last.live == ""
    eva.presses("Ter goedkeuring geven")
    anna.says("/outbox")
    anna.presses("Onderhoud")
    anna.presses("Goedkeuren en versturen")
    assert anna.last is not None
    live = anna.last.live
    assert live
    place.desk.clockwork.tick()
    first, second = place.desk.office.deliveries.claim(place.now, 9)
    place.desk.office.deliveries.settle([(first, Delivered(5)), (second, Gone())])
    report = anna.sends(Pressed(live))
    assert "Українська: geblokkeerd: 1, bezorgd: 1" in report
    assert "Herenweg 55: geblokkeerd: 1, bezorgd: 1" in report
    assert anna.last.live == live
    place.desk.clockwork.tick()
    anna.sends(Pressed(live))
    assert anna.last.live == ""


def test_a_form_that_was_left_goes_on_after_a_restart(eva: Chat, chat: Callable[[str], Chat]) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    later = chat("Eva")
    assert "verder waar u was" in later.says("/letter")
    assert "Voor wie" in plain(later.last.document) if later.last else False


def test_a_step_back_opens_the_question_before(eva: Chat) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    assert "welke plek" in eva.presses("Terug")


def test_what_cannot_be_read_is_asked_again_and_nothing_is_lost(eva: Chat) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    eva.presses("Iedereen")
    said = eva.says("alleen een titel")
    assert "titel op de eerste regel" in said
    assert "Stap 3" in said


def test_a_file_goes_along_and_one_of_another_kind_is_refused(place: Place, eva: Chat) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    eva.presses("Iedereen")
    assert not eva.assistant.wants_file(eva.address)
    eva.says("Onderhoud\nVolgende week.")
    eva.presses("Overslaan")
    eva.presses("Overslaan")
    assert eva.assistant.wants_file(eva.address)
    assert "Stuur een PDF" in eva.sends(Attached("virus.exe", b"MZ"))
    assert "nog een bestand" in eva.sends(Attached("Brief juni.pdf", b"%PDF-1.7 brief"))
    eva.presses("Overslaan")
    assert "Bijlage: Brief juni.pdf" in eva.presses("Zodra het is goedgekeurd")
    (kept,) = (place.settings.data_dir / "attachments").iterdir()
    assert kept.read_bytes() == b"%PDF-1.7 brief"


def test_a_letter_and_a_picture_go_along_together(place: Place, eva: Chat) -> None:
    write_letter_up_to_its_files(eva)
    eva.sends(Attached("Brief juni.pdf", b"%PDF-1.7 brief"))
    eva.sends(Attached("Tuin.png", b"\x89PNG\r\n\x1a\n"))
    shown = eva.presses("Zodra het is goedgekeurd")
    assert "Bijlage: Brief juni.pdf" in shown
    assert "Bijlage: Tuin.png" in shown
    (letter,) = place.desk.announcing.unfinished()
    assert [file.kind for file in letter.attachments] == ["pdf", "picture"]


def test_news_about_a_theme_can_be_for_one_location_only(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "nl", follows=("oudercafe", "herenweg-55"))
    place.person(2, "nl", follows=("oudercafe",))
    eva.says("/announce")
    eva.presses("Oudercafé")
    eva.presses("Iedereen")
    eva.presses("Herenweg 55")
    eva.says("Speelgoed\nEr is speelgoed over.")
    for _ in range(3):
        eva.presses("Overslaan")
    shown = eva.presses("Zodra het is goedgekeurd")
    assert "alleen wie ook volgt: Herenweg 55" in shown
    assert "1 lezer" in shown
    eva.presses("Ter goedkeuring geven")
    (news,) = place.desk.announcing.unfinished()
    anna.sends(Pressed(f"z:a:{news.id}"))
    anna.presses("Goedkeuren")
    assert [address for address, *_ in place.send()] == ["telegram:1"]


def test_nobody_releases_words_that_they_have_not_read(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "nl", follows=("herenweg-55",))
    hand_in_letter(eva, anna)
    (letter,) = place.desk.announcing.unfinished()
    eva.sends(Pressed(f"z:a:{letter.id}.edit.nl"))
    eva.says("Onderhoud\nDit heeft Anna nooit gezien.")
    eva.presses("Ter goedkeuring geven")
    assert "veranderd sinds u het las" in anna.presses("Goedkeuren")
    assert place.send() == []
    anna.sends(Pressed(f"z:a:{letter.id}"))
    anna.presses("Goedkeuren")
    assert len(place.send()) == 1


def test_an_old_button_does_not_approve_a_changed_event(place: Place, anna: Chat) -> None:
    event = place.desk.planning.add(0, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    place.desk.planning.submit(0, event.id)
    anna.sends(Pressed(f"z:e:{event.id}"))
    place.desk.planning.change(0, event.id, Change(place="Raadhuis"))
    place.desk.planning.submit(0, event.id)
    assert "veranderd sinds u het las" in anna.presses("Goedkeuren")
    assert place.desk.planning.find(event.id).state is State.SUBMITTED


@pytest.mark.parametrize("said", ["geen bijlage", "pdf|../wegwijzer.key|k"])
def test_words_are_no_file_whatever_they_look_like(place: Place, eva: Chat, said: str) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    eva.presses("Iedereen")
    eva.says("Onderhoud\nVolgende week schilderen we de deuren.")
    eva.presses("Overslaan")
    eva.presses("Overslaan")
    for answer in (eva.says(said), eva.sends(Pressed(f"z:f:{said}"))):
        assert "PDF" in answer
    eva.presses("Overslaan")
    eva.presses("Zodra het is goedgekeurd")
    (written,) = place.desk.announcing.unfinished()
    assert written.attachments == ()


def test_a_cry_for_help_is_answered_in_the_middle_of_a_form_and_the_form_goes_on(eva: Chat) -> None:
    eva.says("/event")
    eva.presses("Nieuwe bijeenkomst")
    assert "112" in eva.says("help er is brand in mijn huis")
    assert "Stap 1" in eva.says("iets")


def test_cancelling_a_series_asks_first(place: Place, anna: Chat) -> None:
    event = place.desk.planning.add(0, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    place.desk.planning.submit(0, event.id)
    anna.sends(Pressed(f"z:e:{event.id}"))
    anna.presses("Goedkeuren")
    assert "zeker" in anna.presses("Annuleren")
    assert place.desk.planning.find(event.id).state is State.SCHEDULED
    anna.presses("Annuleren")
    assert place.desk.planning.find(event.id).state is State.CANCELLED


def test_a_series_is_changed_step_by_step_and_what_is_skipped_stays(place: Place, anna: Chat) -> None:
    event = place.desk.planning.add(
        0,
        new_event(
            "oudercafe", local(2026, 12, 2, 10), "De Luifel", sign_up=True, maximum=4,
            slots={**SLOTS, "note": {"nl": "Neem koekjes mee."}},
        ),
    )  # fmt: skip
    anna.sends(Pressed(f"z:e:{event.id}"))
    anna.presses("Wijzigen")
    anna.presses("Overslaan")
    anna.says("Raadhuis")
    anna.presses("Ja")
    anna.presses("Nee")  # the interpreter
    anna.presses("Overslaan")
    anna.presses("Overslaan")
    anna.presses("Geen grens")
    anna.says("90")
    anna.presses("Opmerking weghalen")
    anna.presses("Overslaan")
    shown = anna.presses("Overslaan")
    assert "Raadhuis" in shown
    assert "geen maximum" in shown
    assert "koekjes" not in shown
    assert "tolk" not in shown
    assert "tot 11:30" in shown
    changed = place.desk.planning.find(event.id)
    assert (changed.start, changed.sign_up, changed.slots["children"]) == (event.start, True, True)


def test_changing_nothing_is_said_and_changes_nothing(place: Place, anna: Chat) -> None:
    event = place.desk.planning.add(0, new_event("open-huis", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    anna.sends(Pressed(f"z:e:{event.id}"))
    anna.presses("Wijzigen")
    anna.presses("Overslaan")
    anna.presses("Overslaan")
    assert "Er is niets veranderd" in anna.presses("Nee")
    assert place.desk.planning.find(event.id) == event


def test_an_event_is_entered_once_and_said_back(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "nl", follows=("oudercafe",))
    eva.says("/event")
    eva.presses("Nieuwe bijeenkomst")
    eva.presses("Oudercafé")
    assert "geen tijdstip" in eva.says("binnenkort")
    eva.says("2026-12-02 10:00")
    eva.says("De Luifel")
    eva.presses("Ja")
    eva.presses("Ja")
    eva.presses("Overslaan")
    eva.presses("eerste woensdag")
    eva.presses("Ja")
    eva.presses("Alleen een dag ervoor")
    said = eva.presses("Nee")
    assert "1 lezer" in said, "who approves must see how many it concerns"
    assert "U bent welkom in het oudercafé" in said
    eva.presses("Ter goedkeuring geven")
    anna.says("/event")
    anna.presses("Oudercafé")
    anna.presses("Goedkeuren en versturen")
    assert place.send() == [("telegram:1", "nl", "Oudercafé")]


def test_a_missing_language_is_asked_about_before_it_leaves(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "en", follows=("herenweg-55",))
    hand_in_letter(eva, anna)
    assert "English ontbreekt: 1 persoon" in anna.presses("Goedkeuren en versturen")
    anna.presses("De brontekst")
    assert place.send() == [("telegram:1", "nl", "Bewonersbrief: Onderhoud")]


def test_a_correction_and_a_recall_ask_first(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "nl", follows=("herenweg-55",))
    begin_correction(place, eva, anna)
    anna.says("Onderhoud\nVolgende week schilderen we alle deuren.")
    anna.presses("Nee")
    (row,) = place.desk.office.deliveries.claim(place.now, 5)
    assert row.job == "edit"
    anna.says("/outbox")
    anna.presses("Onderhoud")
    assert "Weet u het zeker" in anna.presses("Terughalen")
    anna.presses("Terughalen")
    assert place.desk.announcing.latest(1)[0].state is State.RECALLED


def test_new_meaning_is_released_by_a_colleague_of_who_wrote_it(
    place: Place, eva: Chat, anna: Chat, chat: Callable[[str], Chat]
) -> None:
    place.person(1, "nl", follows=("herenweg-55",))
    begin_correction(place, eva, anna)
    anna.says("Onderhoud\nHet is een week later.")
    assert "wacht op goedkeuring" in anna.presses("Ja")
    assert "zelf geschreven" in anna.presses("Goedkeuren en versturen")
    assert place.send() == []
    place.staff("Bo", Role.APPROVER)
    bo = chat("Bo")
    bo.says("/outbox")
    bo.presses("Onderhoud (wacht")
    bo.presses("Goedkeuren en versturen")
    assert [address for address, _, _ in place.send()] == ["telegram:1"]


def test_a_letter_is_found_however_many_messages_came_after_it(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "nl", follows=("herenweg-55", "nieuws"))
    hand_in_letter(eva, anna)
    anna.presses("Goedkeuren en versturen")
    place.send()
    (letter,) = place.desk.announcing.latest()
    waits = place.desk.announcing.write(0, "algemeen", texts={"nl": ("Wacht", "Dit wacht.")})
    place.desk.announcing.submit(0, waits.id)
    for count in range(25):
        place.desk.announcing.write(0, "algemeen", texts={"nl": (f"Nieuws {count}", "Er is nieuws.")})
    anna.says("/outbox")
    assert [label.split(".")[0] for label in labels_of(anna)[:3]] == ["2", "27", "26"], "what waits, then the newest"
    seen: list[str] = []
    while "Eerdere berichten" in labels_of(anna):
        seen += labels_of(anna)
        anna.presses("Eerdere berichten")
    seen += labels_of(anna)
    assert all(any(label.startswith(f"{number}.") for label in seen) for number in range(1, 28))
    anna.presses("Onderhoud")
    anna.presses("Terughalen")
    anna.presses("Terughalen")
    assert place.desk.announcing.find(letter.id).state is State.RECALLED


def test_a_message_is_opened_by_its_number(place: Place, eva: Chat) -> None:
    write_letter(eva)
    for _ in range(15):
        place.desk.announcing.write(0, "algemeen", texts={"nl": ("Nieuws", "Er is nieuws.")})
    assert "/outbox 12" in eva.says("/outbox")
    assert "schilderen we de deuren" in eva.says("/outbox 1")
    assert "geen bericht met nummer 99" in eva.says("/outbox 99")
    assert eva.says("/outbox het laatste") == eva.says("/outbox")


def test_an_invitation_link_makes_staff(place: Place, chat: Callable[[str], Chat]) -> None:
    code = place.desk.staffing.invite(0, Role.ADMIN, "Ada")
    ada = chat("Ada")
    assert "beheerder" in ada.says(f"/start i-{code}")
    ada.says("/staff")
    ada.presses("Iemand uitnodigen")
    ada.says("Leo")
    assert "/start i-" in ada.presses("redacteur")


def test_who_is_staff_already_is_told_to_pass_an_invitation_on(place: Place, anna: Chat) -> None:
    code = place.desk.staffing.invite(0, Role.EDITOR, "Bob")
    assert "voor Bob" in anna.says(f"/start i-{code}")
    found = place.desk.staffing.at(anna.address)
    assert found is not None
    assert found.role is Role.APPROVER


@pytest.mark.parametrize("command", COMMANDS)
def test_to_anybody_else_a_staff_command_is_like_any_nonsense(chat: Callable[[str], Chat], command: str) -> None:
    stranger = chat("Mallory")
    assert stranger.says(f"/{command}") == stranger.says("/frobnicate")


def test_ending_a_colleagues_access_asks_first(place: Place, chat: Callable[[str], Chat]) -> None:
    place.staff("Beheer", Role.ADMIN)
    place.staff("Eva", Role.EDITOR)
    boss, eva = chat("Beheer"), chat("Eva")
    boss.says("/staff")
    assert "Eva kan dan niets meer" in boss.presses("Toegang van Eva beëindigen")
    assert place.desk.staffing.at(eva.address) is not None
    boss.presses("Terug")
    boss.presses("Toegang van Eva beëindigen")
    assert "geen toegang meer" in boss.presses("Toegang van Eva beëindigen")
    assert place.desk.staffing.at(eva.address) is None


@pytest.mark.parametrize("button", ["z:l", "z:a:1.approve", "z:p:pause", "z:s:1.revoke", "z:f:x", "z:"])
def test_a_forged_button_is_like_any_that_is_gone(place: Place, chat: Callable[[str], Chat], button: str) -> None:
    stranger = chat("Mallory")
    assert stranger.sends(Pressed(button)) == stranger.sends(Pressed("nonsense:1"))
    assert place.desk.office.sending_paused() is None


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("role", list(Role))
def test_every_command_has_a_screen_for_every_role(
    place: Place, chat: Callable[[str], Chat], role: Role, command: str
) -> None:
    place.staff("Iemand", role)
    assert chat("Iemand").says(f"/{command}").strip()


@pytest.mark.parametrize("what", ["edit", "correct"])
def test_a_language_that_is_none_opens_no_form(eva: Chat, what: str) -> None:
    write_letter(eva)
    assert eva.sends(Pressed(f"z:a:1.{what}.xx")).strip()
    assert "Stap" not in eva.says("hallo")


@pytest.mark.parametrize("junk", ["z:a:", "z:a:999", "z:a:x.approve", "z:e:-1", "z:o:5.move", "z:q:7.answer", "z:zz:1"])
def test_a_button_of_long_ago_gets_a_clear_word(eva: Chat, junk: str) -> None:
    assert eva.sends(Pressed(junk)).strip()


def test_practice_is_visible_on_every_screen(
    tmp_path: Path, library: Library, sealer: Sealer, conversation: Conversation
) -> None:
    place = Place(tmp_path, library, sealer, settings=Settings(practice=True, data_dir=tmp_path))
    kept = memory_store()
    store = type(kept)(
        place.db, place.sealer, People(place.db, place.sealer), Questions(place.db), Helped(place.db), Notes(place.db),
        new_key=False,
    )  # fmt: skip
    talks = build_talks(store, place.desk, place.settings)
    assistant = Assistant(
        conversation, store.people, store.questions, store.helped, clock=lambda: place.now, token=lambda: "t",
        talks=talks,
    )  # fmt: skip
    eva = Chat(assistant, address_of("Eva"))
    code = place.desk.staffing.invite(0, Role.EDITOR, "Eva")
    assert eva.says(f"/start i-{code}").startswith("OEFENEN")
    for command in COMMANDS:
        assert eva.says(f"/{command}").startswith("OEFENEN")


def test_a_form_that_is_refused_at_its_end_is_closed(place: Place, eva: Chat, anna: Chat) -> None:
    place.person(1, "nl", follows=("herenweg-55",))
    hand_in_letter(eva, anna)
    anna.presses("Goedkeuren en versturen")
    place.send()
    (letter,) = place.desk.announcing.latest()
    eva.sends(Pressed(f"z:a:{letter.id}.correct.nl"))
    eva.says("Onderhoud\nToch niet.")
    refused = eva.presses("Nee")
    assert "niet de rol" in refused
    assert "Gesloten" in refused
    assert "Gesloten" not in eva.says("wat is leefgeld"), "what is typed now is a question like any other"
    assert "Stuur de tekst" in eva.sends(Pressed(f"z:a:{letter.id}.correct.nl"))


def test_words_of_a_refused_form_never_come_back(place: Place, eva: Chat, anna: Chat) -> None:
    hand_in_letter(eva, anna)
    (letter,) = place.desk.announcing.latest()
    eva.sends(Pressed(f"z:a:{letter.id}.edit.nl"))
    anna.presses("Annuleren")
    anna.presses("Annuleren")
    assert "kan nu niet meer" in eva.says("Onderhoud\nVerouderde woorden.")
    place.desk.office.announcements.set_state(letter.id, State.CANCELLED, State.SCHEDULED)  # it is possible (again)
    eva.says("dank je")
    assert place.desk.announcing.find(letter.id).state is State.SCHEDULED


# --- forms -------------------------------------------------------------------------------------------------


def test_a_second_tap_on_a_button_does_not_answer_the_next_question(eva: Chat) -> None:
    eva.says("/letter")
    assert eva.last is not None
    (tapped,) = [b.action for row in eva.last.buttons for b in row if b.label == "Herenweg 55"]
    assert "Voor wie" in eva.sends(Pressed(tapped))
    again = eva.sends(Pressed(tapped))
    assert "al beantwoord" in again
    assert "Voor wie" in again


def test_a_form_that_is_open_is_not_lost_when_another_one_is_begun(eva: Chat) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    asked = eva.says("/announce")
    assert "nog met iets anders bezig" in asked
    assert "nog met iets anders bezig" in eva.says("zomaar iets"), "what is typed now answers neither"
    assert "Voor wie" in eva.presses("Verder: een bewonersbrief")
    eva.says("/announce")
    eva.presses("Dat weggooien en beginnen: nieuws")
    assert "Voor wie" in eva.presses("Algemeen nieuws")


def labels_of(chat: Chat) -> list[str]:
    assert chat.last is not None
    return [button.label for row in chat.last.buttons for button in row]


def shown_of(chat: Chat) -> str:
    assert chat.last is not None
    return plain(chat.last.document)


def test_a_link_that_is_not_right_is_refused_when_it_is_typed(eva: Chat) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    eva.presses("Iedereen")
    refused = eva.says("Onderhoud\nZie [hier](http://heemstede.nl).")
    assert "link" in refused.casefold()
    assert "Stuur de tekst" in refused
    assert "English" in eva.says("Onderhoud\nZie [hier](https://heemstede.nl).")


def test_a_copy_of_an_event_asks_when_it_begins(place: Place, eva: Chat) -> None:
    event = place.desk.planning.add(0, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    eva.sends(Pressed(f"z:e:{event.id}"))
    assert "Wanneer begint het" in eva.presses("Kopiëren")
    eva.says("2027-01-13 14:00")
    eva.presses("Overslaan")
    copied = max(place.desk.planning.current(), key=lambda one: one.id)
    assert copied.id != event.id
    assert (copied.start, copied.place) == (local(2027, 1, 13, 14), "De Luifel")


def test_more_about_an_event_can_be_set_in_the_chat(place: Place, eva: Chat) -> None:
    eva.says("/event")
    eva.presses("Nieuwe bijeenkomst")
    eva.presses("Oudercafé")
    eva.says("2026-12-02 10:00")
    eva.says("De Luifel")
    for _ in range(2):
        eva.presses("Ja")
    eva.says("20")
    eva.presses("Eén keer")
    eva.presses("Geen herinnering")
    eva.presses("Ja")
    eva.presses("Oekraïne")
    eva.presses("Herenweg 55")
    assert "geen tijdstip" in eva.says("een andere keer")
    eva.says("2026-12-16, 30-12-2026")
    eva.presses("Nee")
    eva.says("90")
    eva.says("5")
    eva.says("Neem een bord mee.")
    for _ in range(2):
        eva.presses("Overslaan")
    (event,) = place.desk.planning.current()
    assert (event.target.who, event.target.near) == (Audience.OEKRAINE, ("herenweg-55",))
    assert [when.local_start.day for when in place.desk.planning.coming(event)] == [2, 16, 30]
    assert (event.sign_up, event.minutes, event.announce_days) == (False, 90, 5)
    assert "Neem een bord mee." in shown_of(eva)


def test_an_approver_can_have_a_test_of_an_event_and_it_comes_at_night_too(place: Place, anna: Chat) -> None:
    event = place.desk.planning.add(0, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    place.desk.planning.submit(0, event.id)
    place.now = local(2026, 11, 24, 23)
    anna.sends(Pressed(f"z:e:{event.id}"))
    assert "3 proefberichten" in anna.presses("Stuur mij een proef")
    assert sorted(language for _, language, _ in place.send()) == ["en", "nl", "uk"]


def test_a_test_of_a_letter_has_the_frame_and_the_buttons_of_its_readers(place: Place, eva: Chat) -> None:
    write_letter(eva)
    eva.presses("Stuur mij een proef")
    place.desk.clockwork.tick()
    row = place.desk.office.deliveries.claim(place.now, 9)[0]
    letter = place.desk.mailroom.letter(row.announcement, row.language)
    assert plain(letter.document).startswith("Bewonersbrief: Onderhoud")
    assert "Herenweg 55" in plain(letter.document)
    assert any(button.action == "u:herenweg-55" for buttons in letter.buttons for button in buttons)


@pytest.mark.parametrize("said", [Command("stop"), Typed("stop"), Typed("Vergeet mij!")])
def test_staff_are_asked_before_stopping_ends_their_access(place: Place, anna: Chat, said: Message) -> None:
    asked = anna.sends(said)
    assert "toegang" in asked
    assert "behalve uw naam in het logboek" in asked
    assert place.desk.staffing.at(anna.address) is not None
    assert "Alleen uw naam blijft in het logboek staan" in anna.presses("Ja, vergeet mij")
    assert place.desk.staffing.at(anna.address) is None
    assert place.desk.office.people.find_number(anna.address) is None
    (logged,) = place.desk.office.audit.latest(1)
    assert (logged.who, logged.what, logged.subject) == ("Anna", "leave", "staff Anna")


@pytest.mark.parametrize(("year", "warned"), [(2026, False), (2039, True)])
def test_who_plans_is_warned_when_the_school_holidays_are_not_known(
    place: Place, eva: Chat, year: int, warned: bool
) -> None:
    place.now = local(year, 11, 24, 12)
    skipping = new_event(
        "oudercafe", local(year, 12, 2, 10), "De Luifel", slots=SLOTS, rule="FREQ=WEEKLY", skip=frozenset({"school"})
    )
    event = place.desk.planning.add(0, skipping)
    assert ("zijn nog niet bekend" in eva.sends(Pressed(f"z:e:{event.id}"))) is warned


def test_a_series_is_found_however_many_events_came_after_it(place: Place, anna: Chat) -> None:
    def approved(day: int, rule: str = "") -> int:
        event = new_event("oudercafe", local(2026, 12, day, 10), "De Luifel", slots=SLOTS, rule=rule)
        number = place.desk.planning.add(0, event).id
        place.desk.planning.submit(0, number)
        return place.desk.planning.approve(place.staff("Bo", Role.APPROVER), number).id

    series = approved(2, "FREQ=MONTHLY;BYDAY=1WE")
    others = [approved(day) for day in range(5, 19)]
    anna.says("/event")
    anna.presses("Eerdere bijeenkomsten")
    assert "Herhaling: elke maand" in anna.presses(f"{series}. ")
    place.now = local(2027, 1, 10, 12)
    assert place.desk.planning.find(others[0]).state is State.SCHEDULED
    anna.says("/event")
    assert [label.split(".")[0] for label in labels_of(anna)] == ["Nieuwe bijeenkomst", str(series), "Overzicht"]


def test_an_event_is_shown_with_the_time_of_its_next_occurrence(place: Place, anna: Chat) -> None:
    planning = place.desk.planning
    event = planning.add(0, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    planning.submit(0, event.id)
    anna.sends(Pressed(f"z:e:{event.id}"))
    anna.presses("Goedkeuren")
    (occurrence,) = planning.coming(planning.find(event.id))
    planning.move(0, occurrence.id, local(2026, 12, 9, 14))
    anna.says("/event")
    assert any("9 dec 2026 14:00" in label for label in labels_of(anna)), labels_of(anna)


def test_a_location_is_added_opened_and_dropped_in_the_chat(place: Place, anna: Chat) -> None:
    anna.says("/staff")
    anna.presses("Locaties")
    anna.presses("Nieuwe locatie")
    assert "Kerklaan 1: gepland" in anna.says("Kerklaan 1")
    assert "Kerklaan 1: open" in anna.presses("open")
    follower = place.person(1, "nl", follows=("kerklaan-1",))
    assert "1 persoon" in anna.presses("vervallen")
    assert place.desk.board.follows(follower) == {"kerklaan-1"}, "it asks first"
    anna.presses("Ja, laat vervallen")
    assert place.desk.board.follows(follower) == frozenset()
    assert [address for address, _, _ in place.send()] == [follower]


@pytest.mark.parametrize("name", ["Off", "Yes", "New", "Any", "X"])
def test_no_location_gets_the_button_that_does_something_else(place: Place, anna: Chat, name: str) -> None:
    before = place.desk.staffing.locations()
    anna.sends(Pressed("z:k:new"))
    assert "zelf gebruikt" in anna.says(name)
    assert place.desk.staffing.locations() == before


def test_an_editor_changes_no_location(place: Place, eva: Chat) -> None:
    eva.sends(Pressed("z:k:herenweg-55"))
    assert "rol" in eva.presses("gaat dicht")
    assert "rol" in eva.sends(Pressed("z:k:herenweg-55.dropped.sure"))
    found = place.desk.office.locations.find("herenweg-55")
    assert found is not None
    assert found.phase is Phase.OPEN


@pytest.mark.parametrize("junk", ["z:k:nowhere", "z:k:nowhere.open", "z:k:herenweg-55.mars", "z:k:.", "z:n:new"])
def test_a_forged_button_about_locations_changes_nothing(place: Place, anna: Chat, junk: str) -> None:
    before = place.desk.staffing.locations()
    assert anna.sends(Pressed(junk)).strip()
    assert place.desk.staffing.locations() == before


def test_an_added_answer_is_translated_and_taken_back_in_the_chat(place: Place, eva: Chat) -> None:
    question = "waar kan ik hier schaatsen leren"
    Questions(place.db).keep(question, "nl", place.now.date())
    eva.says("/unanswered")
    eva.presses("Vraag 1")
    eva.says("Schaatsen\nIn Haarlem.")
    eva.says("/unanswered")
    eva.presses("Antwoorden die wij toevoegden")
    assert question in eva.presses("1. Schaatsen")
    eva.presses("Tekst en")
    shown = eva.says("Skating\nIn Haarlem, every winter.")
    assert "every winter" in shown
    assert "Weet u het zeker" in eva.presses("weghalen")
    assert "Niemand krijgt dit antwoord nog" in eva.presses("weghalen")
    eva.says("/unanswered")
    assert eva.last is not None
    assert "Antwoorden die wij toevoegden" not in [button.label for row in eva.last.buttons for button in row]


@pytest.mark.parametrize("junk", ["0.show", "7.drop.sure", "7.write.xx", "7.write.nl", "x.added", "3.nonsense"])
def test_a_forged_button_about_answers_changes_nothing(place: Place, eva: Chat, junk: str) -> None:
    eva.sends(Pressed(f"z:q:{junk}"))
    assert place.db.execute("SELECT count(*) FROM answers").fetchone()[0] == 0


def test_a_long_list_of_added_answers_goes_on_behind_a_button(place: Place, eva: Chat) -> None:
    for number in range(1, 13):
        Answers(place.db).add(Text(f"Antwoord {number}", "Ja."), "nl", [f"vraag {number}"], None, place.now)
    eva.says("/unanswered")
    eva.presses("Antwoorden die wij toevoegden")
    eva.presses("Oudere")
    assert "vraag 1" in eva.presses("1. Antwoord 1")


def test_all_questions_that_an_answer_is_for_are_shown_before_it_is_written(place: Place, eva: Chat) -> None:
    asked = ("waar kan ik hier schaatsen", "waar kan ik hier schaatsen leren")
    for text in asked:
        Questions(place.db).keep(text, "nl", place.now.date())
    eva.says("/unanswered")
    shown = eva.presses("Vraag 1")
    assert all(f"{text}\n" in shown for text in asked)
    Questions(place.db).keep("waar kan ik nu hier schaatsen", "nl", place.now.date())
    eva.says("Schaatsen\nIn Haarlem.")
    assert [one["text"] for one in Questions(place.db).all()] == ["waar kan ik nu hier schaatsen"]


def test_the_work_of_a_form_and_its_end_are_one(
    place: Place, eva: Chat, anna: Chat, chat: Callable[[str], Chat], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = place.person(1, follows=("oudercafe",))
    event = place.desk.planning.add(0, new_event("oudercafe", local(2026, 12, 2, 10), "De Luifel", slots=SLOTS))
    place.desk.planning.submit(0, event.id)
    event = place.desk.planning.approve(2, event.id)
    place.send()
    (occurrence,) = place.desk.planning.coming(event)
    anna.sends(Pressed(f"z:o:{occurrence.id}.move"))
    anna.says("2026-12-03 11:00")

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Talks, "drop", power_cut)
        with pytest.raises(KeyboardInterrupt):
            anna.says("Raadhuis")
    assert place.desk.planning.coming(event) == (occurrence,)
    chat("Anna").says("Raadhuis")
    chat("Anna").says("Raadhuis")
    assert [title for address, _, title in place.send() if address == reader] == ["Veranderd: Oudercafé"]


def test_an_answer_that_is_delivered_again_after_a_crash_fills_no_other_question(
    eva: Chat, chat: Callable[[str], Chat]
) -> None:
    eva.says("/letter")
    eva.presses("Herenweg 55")
    eva.presses("Iedereen")
    asked = eva.sends(Typed("Onderhoud\nWij schilderen.", update=7))
    again = chat("Eva")
    assert again.sends(Typed("Onderhoud\nWij schilderen.", update=7)) == asked
    other = again.sends(Typed("Onderhoud\nWij schilderen.", update=8))
    assert other != asked  # the same words again are another answer
    again.says("/help")
    assert again.says("/letter").endswith(other)  # the form is known as the one that was open


def test_a_file_that_is_delivered_again_after_a_crash_comes_once(eva: Chat, chat: Callable[[str], Chat]) -> None:
    write_letter_up_to_its_files(eva)
    brief = Attached("Brief juni.pdf", b"%PDF-1.7 brief", update=7)
    asked = eva.sends(brief)
    again = chat("Eva")
    assert again.sends(brief) == asked
