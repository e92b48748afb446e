"""The assistant: the conversation with a memory."""

import pytest
from sqlite_utils import Database

from bot.assistant import Assistant
from bot.dialogue.typed import command
from bot.dialogue.values import Command, Pressed, Reply, Typed
from bot.knowledge.facts import Audience
from bot.knowledge.understanding import Kind
from bot.store.helped import Helped
from bot.store.questions import Questions
from tests.conftest import ScriptedFinder

QUESTION = "mijn naam is Olena, wat kost de trein naar Utrecht, bel 0612345678"


def thumbs(reply: Reply) -> tuple[str, str]:
    up, down = (button.action for row in reply.buttons for button in row if button.action[:2] in ("y:", "n:"))
    return up, down


def test_choices_are_remembered_and_stop_forgets_them(assistant: Assistant) -> None:
    assistant.handle("telegram:7", Pressed("l:uk"))
    assistant.handle("telegram:7", Pressed("w:oekraine"))
    person = assistant.person("telegram:7")
    assert (person.language, person.audience) == ("uk", Audience.OEKRAINE)
    assert assistant.person("telegram:8").language is None
    assistant.handle("telegram:7", Command("stop"))
    assert assistant.person("telegram:7").language is None


@pytest.mark.parametrize(
    "said",
    [
        "/help мене вбивають",
        "/start хочу померти",
        "/допоможіть мене б'є чоловік",
        "/menu\nik wil dood",
        "/ik wil dood",
    ],
)
def test_a_slash_before_it_hides_no_danger(assistant: Assistant, said: str) -> None:
    typed = command(said)
    assert typed is not None
    assert assistant.handle("telegram:7", typed).kind in (Kind.CRISIS, Kind.EMERGENCY)


def test_an_unanswered_question_is_kept_masked_and_alone(assistant: Assistant, db: Database) -> None:
    assistant.handle("telegram:7", Typed(QUESTION))
    (kept,) = Questions(db).all()
    assert kept == {
        "text": "mijn naam is [name], wat kost de trein naar Utrecht, bel [number]",
        "language": "nl",
        "asked_on": "2026-11-24",
    }


def test_an_answered_question_is_kept_nowhere_unless_it_did_not_help(
    assistant: Assistant, db: Database, finder: ScriptedFinder
) -> None:
    finder.script["waar vind ik een arts voor mijn zoon"] = {"dokter": 0.9}
    reply = assistant.handle("telegram:7", Typed("waar vind ik een arts voor mijn zoon"))
    assert Questions(db).all() == []
    _, thumb_down = thumbs(reply)
    assistant.handle("telegram:7", Pressed(thumb_down))
    assistant.handle("telegram:7", Pressed(thumb_down))
    assert [row["text"] for row in Questions(db).all()] == ["waar vind ik een arts voor mijn zoon"]
    assert Helped(db).all()[0]["no"] == 1


@pytest.mark.parametrize("address", ["web:a", "telegram:7"])
@pytest.mark.parametrize("typed", [True, False])
def test_a_thumb_counts_once_for_an_answer_and_a_person(
    assistant: Assistant, db: Database, finder: ScriptedFinder, address: str, *, typed: bool
) -> None:
    finder.script["waar vind ik een arts voor mijn zoon"] = {"dokter": 0.9}
    asked = Typed("waar vind ik een arts voor mijn zoon") if typed else Pressed("t:dokter:nl")

    up, down = thumbs(assistant.handle(address, asked))
    for press in (down, down, up, down, up):
        assistant.handle(address, Pressed(press))
    assert Helped(db).all() == [{"topic": "dokter", "language": "nl", "yes": 0, "no": 1}]
    up, _ = thumbs(assistant.handle(f"{address}0", asked))
    assistant.handle(f"{address}0", Pressed(up))
    assert Helped(db).all() == [{"topic": "dokter", "language": "nl", "yes": 1, "no": 1}]


def test_a_thumb_up_by_mistake_still_lets_the_question_be_handed_over(
    assistant: Assistant, db: Database, finder: ScriptedFinder
) -> None:
    finder.script["waar vind ik een arts voor mijn zoon"] = {"dokter": 0.9}
    up, down = thumbs(assistant.handle("web:a", Typed("waar vind ik een arts voor mijn zoon")))
    assistant.handle("web:a", Pressed(up))
    assistant.handle("web:a", Pressed(down))
    assert [row["text"] for row in Questions(db).all()] == ["waar vind ik een arts voor mijn zoon"]


def test_a_question_that_is_sent_again_stands_on_the_list_once_a_person(assistant: Assistant, db: Database) -> None:
    for address in ("web:a", "web:a", "web:b"):
        assistant.handle(address, Typed(QUESTION))
    assert len(Questions(db).all()) == 2


def test_stop_forgets_what_was_done_already(assistant: Assistant, db: Database) -> None:
    for message in (Pressed("n:dokter:nl"), Command("stop"), Pressed("n:dokter:nl")):
        assistant.handle("web:a", message)
    assert Helped(db).all() == [{"topic": "dokter", "language": "nl", "yes": 0, "no": 2}]


def test_stop_forgets_the_question_that_a_thumb_down_would_hand_over(
    assistant: Assistant, db: Database, finder: ScriptedFinder
) -> None:
    finder.script["waar vind ik een arts voor mijn zoon"] = {"dokter": 0.9}
    thumbs = []
    for address in ("telegram:7", "telegram:8"):
        reply = assistant.handle(address, Typed("waar vind ik een arts voor mijn zoon"))
        thumbs.append(next(b.action for row in reply.buttons for b in row if b.action.startswith("n:")))
    assistant.handle("telegram:7", Command("stop"))
    assistant.handle("telegram:7", Pressed(thumbs[0]))
    assistant.handle("telegram:7", Pressed(thumbs[1]))
    assert Questions(db).all() == []
    assistant.handle("telegram:8", Pressed(thumbs[1]))
    assert len(Questions(db).all()) == 1


def test_reading_without_choosing_leaves_no_trace(assistant: Assistant, db: Database) -> None:
    assistant.handle("web:x", Command("start"))
    assistant.handle("web:x", Command("menu"))
    assistant.handle("web:x", Pressed("t:dokter"))
    assert db.table("people").count == 0
