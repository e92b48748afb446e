"""Typed answers: who types what a button says, its number, or yes or no, has pressed it."""

from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from bot.assistant import Assistant
from bot.dialogue.conversation import Conversation
from bot.dialogue.lately import HELD
from bot.dialogue.values import Command, Pressed, Reply, Typed
from bot.knowledge.document import plain
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library
from bot.knowledge.understanding import Kind
from bot.store.helped import Helped
from bot.store.questions import Questions
from bot.store.sealing import Sealer
from tests.conftest import NOW, ScriptedFinder, new_assistant

ME = "telegram:7"
QUESTION = "waar vind ik een arts voor mijn zoon"


@pytest.fixture
def answered(assistant: Assistant, finder: ScriptedFinder) -> Assistant:
    """Somebody who has just read an answer."""
    finder.script[QUESTION] = {"dokter": 0.9}
    assistant.handle(ME, Typed(QUESTION), "nl")
    return assistant


@pytest.mark.parametrize(
    ("typed", "helped"),
    [("ja", True), ("Ja!", True), ("yes", True), ("так", True), ("👍", True), ("👍 Ja", True),
     ("nee", False), ("No", False), ("ні", False), ("нет", False), ("👎", False), ("👎 nee", False)],
)  # fmt: skip
def test_a_yes_or_no_to_did_this_help_is_counted(answered: Assistant, db: Database, typed: str, helped: bool) -> None:
    answered.handle(ME, Typed(typed), "nl")
    assert (Helped(db).all()[0]["yes"], Helped(db).all()[0]["no"]) == (int(helped), int(not helped))
    assert [row["text"] for row in Questions(db).all()] == ([] if helped else [QUESTION])


def test_the_label_of_any_button_shown_last_does_what_the_button_does(assistant: Assistant, library: Library) -> None:
    for language in ("nl", "uk", "en"):
        me = f"telegram:{language}"
        assistant.handle(me, Pressed(f"l:{language}"))
        for first in (Command("menu"), Command("language"), Command("who"), Pressed("g:meedoen"), Pressed("t:crisis")):
            shown = assistant.handle(me, first)
            for button in (button for row in shown.buttons for button in row):
                assistant.handle(me, first)
                typed = assistant.handle(me, Typed(button.label.upper()))
                assert typed.document == assistant.handle(me, Pressed(button.action)).document, button.label
                assistant.handle(me, Pressed(f"l:{language}"))


def test_a_number_means_its_place_in_a_list_of_choices(assistant: Assistant, finder: ScriptedFinder) -> None:
    finder.script["iets met taal en lezen"] = {"voorleesexpress": 0.2, "taallessen": 0.18, "spelen-met-taal": 0.12}
    choices = assistant.handle(ME, Typed("iets met taal en lezen"), "nl")
    assert assistant.handle(ME, Typed("2"), "nl").shows == "taallessen"
    for said in ("geen van deze", "4", "nee"):
        assistant.handle(ME, Typed("iets met taal en lezen"), "nl")
        assert assistant.handle(ME, Typed(said), "nl").document != choices.document, said


@pytest.mark.parametrize("typed", ["112", "0", "99", "2 kinderen", "1 2"])
def test_a_number_that_stands_for_no_choice_is_a_question_like_any_other(assistant: Assistant, typed: str) -> None:
    assistant.handle(ME, Pressed("g:meedoen"), "nl")
    assert assistant.handle(ME, Typed(typed), "nl").kind is not None


def test_who_would_rather_not_say_who_they_are_can_type_that(assistant: Assistant, library: Library) -> None:
    """Also later, and in every language: it is the bot's own label, and no cry for help."""
    for language in ("nl", "uk", "en"):
        words = library.words[language]
        reply = assistant.handle(ME, Typed(words("audience.skip")), language)
        assert plain(reply.document).startswith(words("audience.forgotten"))
        reply = assistant.handle(ME, Typed(words("audience.oekraine.button")), language)
        assert assistant.person(ME).audience is Audience.OEKRAINE


@pytest.mark.parametrize("language", ["nl", "uk", "en"])
def test_the_title_of_a_section_opens_it_whenever_it_is_typed(
    assistant: Assistant, library: Library, language: str
) -> None:
    for name in library.menu:
        reply = assistant.handle(ME, Typed(library.words[language](f"menu.sections.{name}")), language)
        assert reply.document == assistant.handle(ME, Pressed(f"g:{name}"), language).document


def test_what_was_shown_is_remembered_for_minutes_for_one_person_and_not_after_stop(
    conversation: Conversation, db: Database, sealer: Sealer, finder: ScriptedFinder
) -> None:
    now = NOW
    finder.script[QUESTION] = {"dokter": 0.9}

    def clock() -> datetime:
        return now

    assistant = new_assistant(conversation, db, sealer, clock)

    def says(text: str, address: str = ME) -> Reply:
        return assistant.handle(address, Typed(text), "nl")

    says(QUESTION)
    says("nee", "telegram:8")
    assert Helped(db).all() == []
    now += HELD + timedelta(seconds=1)
    says("nee")
    assert Helped(db).all() == []
    says(QUESTION)
    assistant.handle(ME, Command("stop"))
    says("nee")
    assert Helped(db).all() == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("а для дитини?", {"peuteropvang": 0.59}), ("скільки коштує?", {"wie-betaalt": 0.8}), ("how much?", {}),
        ("и если двое детей?", {"peuteropvang": 0.7}), ("and for my husband?", {"huiselijk-geweld": 0.3}),
        ("thanks but where is it exactly?", {}), ("en mijn dochter van 16?", {"school-aanmelden": 0.6}),
        ("is it free?", {"wie-betaalt": 0.99}),
    ],
)  # fmt: skip
def test_a_follow_up_offers_the_topic_read_last_and_answers_with_no_other(
    answered: Assistant, finder: ScriptedFinder, typed: str, found: dict[str, float]
) -> None:
    finder.script[typed] = found
    reply = answered.handle(ME, Typed(typed), "nl")
    assert reply.kind is Kind.CHOICES
    offered = [row[0].action.split(":")[1] for row in reply.buttons if row[0].action.startswith("t:")]
    assert offered == ["dokter", *found]
    assert answered.handle(ME, Typed("1"), "nl").shows == "dokter"


@pytest.mark.parametrize(
    ("typed", "found", "kind"),
    [
        ("en waar is de zwemles?", {"zwemles": 0.95}, Kind.ANSWER), ("zwemles", {"zwemles": 0.6}, Kind.ANSWER),
        ("I need a swimming lesson", {"zwemles": 0.6}, Kind.ANSWER), ("en ik wil dood", {}, Kind.CRISIS),
        ("and my husband is beating me", {"zwemles": 0.6}, Kind.EMERGENCY),
    ],
)  # fmt: skip
def test_what_names_its_own_topic_or_is_danger_is_no_follow_up(
    answered: Assistant, finder: ScriptedFinder, typed: str, found: dict[str, float], kind: Kind
) -> None:
    finder.script[typed] = found
    assert answered.handle(ME, Typed(typed), "nl").kind is kind


def test_thanks_or_a_thumb_in_between_does_not_change_what_a_follow_up_is_about(
    answered: Assistant, finder: ScriptedFinder
) -> None:
    finder.script["а для дитини?"] = {"peuteropvang": 0.59}
    for between in ("ja", "bedankt"):
        answered.handle(ME, Typed(between), "nl")
        reply = answered.handle(ME, Typed("а для дитини?"), "nl")
        assert [row[0].action.split(":")[1] for row in reply.buttons[:2]] == ["dokter", "peuteropvang"]


def test_a_yes_takes_the_only_choice_and_none_of_several(assistant: Assistant, finder: ScriptedFinder) -> None:
    finder.script |= {
        "iets met taal": {"taallessen": 0.3},
        "taal of lezen": {"taallessen": 0.3, "voorleesexpress": 0.2},
    }
    assistant.handle(ME, Typed("iets met taal"), "nl")
    assert assistant.handle(ME, Typed("ja"), "nl").shows == "taallessen"
    assistant.handle(ME, Typed("taal of lezen"), "nl")
    assert assistant.handle(ME, Typed("ja"), "nl").shows != "taallessen"


def test_without_an_answer_read_just_before_nothing_is_a_follow_up(
    assistant: Assistant, finder: ScriptedFinder
) -> None:
    finder.script["en mijn dochter van 16?"] = {"school-aanmelden": 0.6}
    assert assistant.handle(ME, Typed("en mijn dochter van 16?"), "nl").shows == "school-aanmelden"
