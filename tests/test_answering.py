"""Questions without an answer: like ones together, one answer in force at once, who asked is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.app import build_answering, build_store
from bot.assistant import Assistant
from bot.cli import cli
from bot.dialogue.conversation import Conversation
from bot.dialogue.values import Pressed, Reach, Typed
from bot.dialogue.wondering import Wondering
from bot.knowledge.document import plain
from bot.knowledge.library import Library
from bot.settings import Settings
from bot.store.answers import Answers
from bot.store.helped import Helped
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.sealing import Sealer
from scheduler.announcements import NotAllowed, Role, Text
from scheduler.desk.answering import Answering
from scheduler.desk.office import Mistake
from scheduler.jobs import forget_old
from tests.desk import Place, local

ASKED = "hebben jullie ook een fietsenmaker op de locatie"
LIKE = "is er een fietsenmaker op de locatie bij jullie"


@pytest.fixture
def place(tmp_path: Path, library: Library, sealer: Sealer) -> Place:
    return Place(tmp_path, library, sealer, settings=Settings(data_dir=tmp_path))


@pytest.fixture
def answering(place: Place) -> Answering:
    return Answering(place.desk.office, place.desk.telling, Questions(place.db), Answers(place.db))


@pytest.fixture
def assistant(place: Place, conversation: Conversation, library: Library, answering: Answering) -> Assistant:
    wondering = Wondering(library, answering, 30)
    numbers = iter(range(99))
    return Assistant(
        conversation, People(place.db, place.sealer), Questions(place.db), Helped(place.db), clock=lambda: place.now,
        token=lambda: f"t{next(numbers)}", talks=[wondering], added=wondering.instead,
        reachable=place.desk.board.can_reach,
    )  # fmt: skip


def test_an_answer_is_in_force_at_once_and_who_asked_to_be_told_is_told(
    place: Place, assistant: Assistant, answering: Answering
) -> None:
    editor = place.staff("Eva", Role.EDITOR)
    address = place.person(1, "uk", follows=())
    asked = assistant.handle(address, Typed(ASKED), "nl")
    (tell_me,) = [button for row in asked.buttons for button in row if button.action.startswith("h:")]
    assert "30 днів" in plain(assistant.handle(address, Pressed(tell_me.action)).document)
    assistant.handle("telegram:2", Typed(LIKE), "nl")  # somebody else, who did not ask to be told
    (group,) = answering.groups()
    assert set(group.texts) == {ASKED, LIKE}
    assert answering.answer(editor, group.questions, "nl", "Fietsen", "Elke vrijdag is er een fietsenmaker.") == 1
    assert answering.groups() == ()
    place.desk.clockwork.tick()
    (row,) = place.desk.office.deliveries.claim(place.now, 9)
    assert row.address == address
    told = plain(place.desk.mailroom.letter(row.announcement, row.language).document)
    assert "Elke vrijdag" in told
    assert place.library.words["uk"]("none.other_language") in told
    said = plain(assistant.handle("telegram:3", Typed("hebben jullie een fietsenmaker op de locatie"), "nl").document)
    assert "Elke vrijdag" in said
    assert place.db.execute("SELECT count(*) FROM askers").fetchone()[0] == 0


def test_a_question_about_something_else_is_not_answered_by_it(
    place: Place, assistant: Assistant, answering: Answering
) -> None:
    editor = place.staff("Eva", Role.EDITOR)
    assistant.handle("telegram:2", Typed(ASKED), "nl")
    answering.answer(editor, answering.groups()[0].questions, "nl", "Fietsen", "Elke vrijdag.")
    assert "Elke vrijdag" not in plain(
        assistant.handle("telegram:3", Typed("is er een kapper op de locatie"), "nl").document
    )


def nights(place: Place, days: int) -> None:
    """Let days pass, with what is forgotten in the last night."""
    place.move_on(days=days)
    office = place.desk.office
    forget_old((Questions(place.db), office.people, office.deliveries), lambda: place.now)


def wants_to_know(assistant: Assistant, address: str) -> None:
    asked = assistant.handle(address, Typed(ASKED), "nl")
    (tell_me,) = [button for row in asked.buttons for button in row if button.action.startswith("h:")]
    assistant.handle(address, Pressed(tell_me.action))


@pytest.mark.parametrize("heard", [True, False])
def test_who_only_asked_to_be_told_is_forgotten_once_they_were_or_after_thirty_days(
    place: Place, assistant: Assistant, answering: Answering, heard: bool
) -> None:
    wants_to_know(assistant, "telegram:5")
    nights(place, 1)
    assert place.desk.office.people.find_number("telegram:5") is not None
    if heard:
        editor = place.staff("Eva", Role.EDITOR)
        answering.answer(editor, answering.groups()[0].questions, "nl", "Fietsen", "Elke vrijdag.")
        nights(place, 1)
        assert place.desk.office.people.find_number("telegram:5") is not None, "they have not been told yet"
        assert [address for address, _, _ in place.send()] == ["telegram:5"]
    nights(place, 1 if heard else 31)
    assert place.desk.office.people.find_number("telegram:5") is None
    assert place.db.execute("SELECT count(*) FROM deliveries WHERE person IS NOT NULL").fetchone()[0] == 0


def test_who_chose_something_beside_asking_is_kept_for_that(place: Place, assistant: Assistant) -> None:
    people = place.desk.office.people
    for address in ("telegram:5", "telegram:6", "telegram:7", "telegram:8"):
        wants_to_know(assistant, address)
    people.set_language("telegram:5", "uk")
    place.desk.board.follow("telegram:6", "nieuws", "test")
    people.set_reach("telegram:7", Reach(0, 0))
    nights(place, 40)
    assert [people.find_number(f"telegram:{number}") is not None for number in (5, 6, 7, 8)] == [
        True,
        True,
        True,
        False,
    ]


def test_one_word_does_not_swallow_the_longer_questions_that_have_it(place: Place, answering: Answering) -> None:
    questions = Questions(place.db)
    for text in ("dokter", "dokter rekening betalen uit spanje", "dokter voor mijn hond"):
        questions.keep(text, "nl", place.now.date())
    asker = place.desk.office.people.number(place.person(1))
    questions.want("dokter voor mijn hond", asker, place.now + timedelta(days=30))
    (group,) = [one for one in answering.groups() if "dokter" in one.texts]
    editor = place.staff("Eva", Role.EDITOR)
    assert answering.answer(editor, group.questions, "nl", "De huisarts", "Bel de huisarts.") == 0
    assert len(questions.all()) == 2


def test_a_question_that_came_in_while_the_answer_was_written_stays_on_the_list(
    place: Place, answering: Answering
) -> None:
    questions = Questions(place.db)
    questions.keep(ASKED, "nl", place.now.date())
    read = answering.groups()[0].questions
    questions.keep(LIKE, "nl", place.now.date())
    answering.answer(place.staff("Eva", Role.EDITOR), read, "nl", "Fietsen", "Elke vrijdag.")
    assert [one["text"] for one in questions.all()] == [LIKE]


def answered(place: Place, assistant: Assistant, answering: Answering) -> int:
    """Let an editor answer a question; return their number. The answer has the number 1."""
    editor = place.staff("Eva", Role.EDITOR)
    assistant.handle("telegram:2", Typed(ASKED), "nl")
    answering.answer(editor, answering.groups()[0].questions, "nl", "Fietsen", "Elke vrijdag.")
    return editor


def test_an_answer_that_was_taken_back_is_given_to_nobody_and_the_log_says_who_did_it(
    place: Place, assistant: Assistant, answering: Answering
) -> None:
    editor = answered(place, assistant, answering)
    assert "Elke vrijdag" in plain(assistant.handle("telegram:3", Typed(ASKED), "nl").document)
    answering.drop(editor, 1)
    assert "Elke vrijdag" not in plain(assistant.handle("telegram:3", Typed(ASKED), "nl").document)
    (logged, *_) = place.desk.office.audit.latest(1)
    assert (logged.who, logged.what, logged.subject, logged.after) == ("Eva", "drop answer", "answer 1", None)
    assert "Elke vrijdag." in str(logged.before)
    with pytest.raises(Mistake, match="no_answer"):
        answering.drop(editor, 1)


def test_an_answer_gets_another_text_and_another_language(
    place: Place, assistant: Assistant, answering: Answering
) -> None:
    editor = answered(place, assistant, answering)
    answering.change(editor, 1, "nl", "Fietsen", "Elke maandag.")
    answering.change(editor, 1, "uk", "Велосипеди", "Щопонеділка.")
    assert "Elke maandag" in plain(assistant.handle("telegram:3", Typed(ASKED), "nl").document)
    translated = Wondering(place.library, answering, 30).instead(ASKED, "uk")
    assert translated is not None
    assert "Щопонеділка" in plain(translated.document)
    assert place.library.words["uk"]("none.other_language") not in plain(translated.document)
    assert [entry.what for entry in place.desk.office.audit.latest(2)] == ["change answer", "change answer"]


def test_only_staff_take_an_answer_back_and_nobody_in_practice(
    place: Place, assistant: Assistant, answering: Answering, library: Library, sealer: Sealer
) -> None:
    editor = answered(place, assistant, answering)
    with pytest.raises(NotAllowed):
        answering.drop(99, 1)
    practising = Place(place.folder, library, sealer, settings=Settings(data_dir=place.folder, practice=True))
    with pytest.raises(Mistake, match="practice"):
        build_answering(practising.desk).drop(editor, 1)
    assert [one.id for one in answering.added()] == [1]


def test_only_staff_answer_and_only_what_is_there(place: Place, answering: Answering) -> None:
    with pytest.raises(NotAllowed):
        answering.answer(99, (1,), "nl", "T", "t")
    with pytest.raises(Mistake, match="no_question"):
        answering.answer(place.staff("Eva", Role.EDITOR), (1,), "nl", "T", "t")


def test_added_answers_are_exported_as_content_files(place: Place, assistant: Assistant, answering: Answering) -> None:
    editor = place.staff("Eva", Role.EDITOR)
    assistant.handle("telegram:2", Typed(ASKED), "nl")
    answering.answer(editor, answering.groups()[0].questions, "nl", "Fietsen", "Elke vrijdag.")
    exported = {path: text for path, text, _ in answering.exported()}
    assert exported == {"nl/topics/answer-1.md": f"# Fietsen\n\nElke vrijdag.\n\n## questions\n- {ASKED}\n"}


def test_the_command_lists_nothing_where_nothing_was_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEGWIJZER_DATA_DIR", str(tmp_path / "var"))
    result = CliRunner().invoke(cli, ["answers"])
    assert (result.exit_code, result.output) == (0, "")


def test_the_command_takes_an_answer_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEGWIJZER_DATA_DIR", str(tmp_path / "var"))
    store = build_store(Settings(data_dir=tmp_path / "var"))
    Answers(store.db).add(Text("Fietsen", "Elke vrijdag."), "nl", [ASKED], None, local(2026, 11, 24))
    store.db.close()
    assert "Fietsen" in CliRunner().invoke(cli, ["answers"]).output
    taken = CliRunner().invoke(cli, ["answers", "drop", "1"])
    assert (taken.exit_code, taken.output) == (0, "1. Fietsen: taken back.\n")
    assert CliRunner().invoke(cli, ["answers"]).output == ""
    assert "drop answer  answer 1" in CliRunner().invoke(cli, ["audit"]).output
    assert "no added answer with number 1" in str(CliRunner().invoke(cli, ["answers", "drop", "1"]).exception)
