"""The conversation, as any channel has it: a message and a person in, a reply out."""

import pytest

from bot.dialogue.actions import LIMIT
from bot.dialogue.conversation import COMMANDS, Conversation
from bot.dialogue.typed import command
from bot.dialogue.values import (
    Command,
    CountHelp,
    Forget,
    KeepQuestion,
    Medium,
    Person,
    Pressed,
    RememberQuestion,
    Reply,
    SetAudience,
    SetLanguage,
    Typed,
    Unsupported,
)
from bot.knowledge.document import parse, plain
from bot.knowledge.facts import Audience
from bot.knowledge.library import Library
from bot.knowledge.understanding import Kind
from tests.conftest import ScriptedFinder

SPOKEN = ("nl", "uk", "en")
NEW = Person()


def shown(reply: Reply) -> str:
    return plain(reply.document)


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


def actions(reply: Reply) -> list[str]:
    return [button.action for row in reply.buttons for button in row]


# --- the start -------------------------------------------------------------------------------------------


def test_a_newcomer_is_greeted_in_one_language_and_asked_for_it_in_every_one_the_likely_one_first(
    conversation: Conversation,
) -> None:
    reply = conversation.reply(Command("start"), NEW, hint="uk")
    assert shown(reply).startswith("Вітаю")
    assert shown(reply).index("Оберіть мову") < shown(reply).index("Kies uw taal")
    assert labels(reply)[0] == "Українська"
    assert set(labels(reply)) == {"Nederlands", "English", "Українська"}


@pytest.mark.parametrize("language", SPOKEN)
def test_choosing_a_language_leads_on_to_who_you_are_and_skipping_is_possible(
    conversation: Conversation, library: Library, language: str
) -> None:
    reply = conversation.reply(Pressed(f"l:{language}"), NEW)
    assert reply.changes == (SetLanguage(language),)
    assert reply.language == language
    words = library.words[language]
    assert shown(reply).startswith(words("start.greeting"))
    assert words("start.who") in shown(reply)
    assert words("audience.skip") in labels(reply)
    skipped = conversation.reply(Pressed(actions(reply)[-1]), Person(language))
    assert skipped.changes == (SetAudience(None),)
    assert words("menu.sections.zorg") in labels(skipped)


@pytest.mark.parametrize("label", ["eropuit", "crisis", "bank-verzekering"])
def test_another_language_goes_on_with_what_was_shown_last(
    conversation: Conversation, library: Library, label: str
) -> None:
    reply = conversation.reply(Pressed(f"l:uk:{label}"), Person("nl"))
    assert reply.changes == (SetLanguage("uk"),)
    assert shown(reply).startswith(library.words["uk"]("language.noted"))
    assert shown(conversation.reply(Pressed(f"t:{label}:uk"), Person("uk"))) in shown(reply)
    assert reply.shows == label


def test_another_language_without_anything_to_show_leads_to_the_menu(
    conversation: Conversation, library: Library
) -> None:
    reply = conversation.reply(Pressed("l:uk:weg"), Person("nl"))
    assert library.words["uk"]("menu.title") in shown(reply)


def test_who_comes_back_is_not_asked_again(conversation: Conversation, library: Library) -> None:
    reply = conversation.reply(Command("start"), Person("nl"))
    assert library.words["nl"]("start.again") in shown(reply)
    assert library.words["nl"]("menu.sections.zorg") in labels(reply)


def test_the_device_s_language_is_only_a_first_guess(conversation: Conversation) -> None:
    assert conversation.language(NEW, hint="en") == "en"
    assert conversation.language(NEW, hint="ru") == "uk"
    assert conversation.language(NEW, hint="ar") == "nl"
    assert conversation.language(Person("uk"), hint="en") == "uk"


# --- the menu --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", SPOKEN)
def test_every_topic_can_be_reached_through_the_menu_in_three_steps_and_back(
    conversation: Conversation, library: Library, language: str
) -> None:
    person = Person(language)
    menu = conversation.reply(Command("menu"), person)
    found = set()
    for section in (action for action in actions(menu) if action.startswith("g:")):
        topics = conversation.reply(Pressed(section), person)
        assert actions(topics)[-1] == "m"
        found |= {action.split(":")[1] for action in actions(topics) if action.startswith("t:")}
    assert found == set(library.topics)
    assert 6 <= sum(action.startswith("g:") for action in actions(menu)) <= 7


@pytest.mark.parametrize("language", SPOKEN)
def test_every_button_of_every_topic_leads_somewhere(
    conversation: Conversation, library: Library, language: str
) -> None:
    person, gone = Person(language), library.words[language]("answer.gone")
    for topic in library.topics:
        reply = conversation.reply(Pressed(f"t:{topic}"), person)
        for action in actions(reply):
            assert len(action.encode()) <= LIMIT
            assert gone not in shown(conversation.reply(Pressed(action), person))


@pytest.mark.parametrize(
    "action", ["", "t", "t:weg", "e:weg", "g:weg", "zzz", "n:weg:nl", "::::", "t:dokter\n", "l:fr:x" * 9, "\x00", "w"]
)
def test_an_old_or_forged_button_gets_a_kind_word_and_changes_nothing(conversation: Conversation, action: str) -> None:
    reply = conversation.reply(Pressed(action), Person("nl", Audience.ASIEL))
    assert shown(reply)
    assert reply.buttons
    assert reply.changes == ()


# --- answers ---------------------------------------------------------------------------------------------


def test_a_sure_answer_offers_related_topics_thumbs_the_menu_and_a_person(
    conversation: Conversation, finder: ScriptedFinder
) -> None:
    finder.script["hoe kom ik aan een huisarts in deze stad"] = {"dokter": 0.95}
    reply = conversation.reply(Typed("hoe kom ik aan een huisarts in deze stad"), Person("nl"), token="q1")  # noqa: S106 - no password
    assert (reply.kind, reply.language, reply.topics[0].label) == (Kind.ANSWER, "nl", "dokter")
    assert [action.split(":")[0] for action in actions(reply)] == ["w", "w", "w", "y", "n", "t", "t", "t", "m", "t"]
    assert reply.changes == (RememberQuestion("q1", "hoe kom ik aan een huisarts in deze stad"),)
    assert "5.1.3" in shown(reply)


def test_beside_an_answer_stands_what_may_have_been_meant_as_well(
    conversation: Conversation, finder: ScriptedFinder
) -> None:
    finder.script["wie komt dat hier weghalen dan"] = {"schoonmaak": 0.6, "afval": 0.3, "zwemles": 0.01}
    reply = conversation.reply(Typed("wie komt dat hier weghalen dan"), Person("nl"))
    assert reply.kind is Kind.ANSWER
    assert "e:afval:nl" in actions(reply)
    assert "t:zwemles:nl" not in actions(reply)


def test_unsure_offers_up_to_three_topics(conversation: Conversation, finder: ScriptedFinder) -> None:
    finder.script["iets met taal en lezen"] = {"voorleesexpress": 0.2, "taallessen": 0.18, "spelen-met-taal": 0.12}
    reply = conversation.reply(Typed("iets met taal en lezen"), Person("nl"))
    assert reply.kind is Kind.CHOICES
    assert [action.split(":")[1] for action in actions(reply)[:3]] == [
        "voorleesexpress",
        "taallessen",
        "spelen-met-taal",
    ]


@pytest.mark.parametrize("language", SPOKEN)
def test_choices_that_may_be_about_danger_begin_with_the_numbers_to_call(
    conversation: Conversation, finder: ScriptedFinder, library: Library, language: str
) -> None:
    finder.script["xyzzy plugh"] = {"mentale-hulp": 0.3, "huiselijk-geweld": 0.3}
    reply = conversation.reply(Typed("xyzzy plugh"), Person(language=language))
    first_line = shown(reply).splitlines()[0]
    for number in ("emergency_number", "suicide_number", "suicide_number_free", "safe_home_number"):
        assert str(library.facts[number].value) in first_line
    assert reply.kind is Kind.CHOICES


def test_nothing_near_is_an_honest_no_kept_for_the_editors(conversation: Conversation) -> None:
    reply = conversation.reply(Typed("wie won de koers van gisteren"), Person("nl"))
    assert reply.kind is Kind.NONE
    assert reply.changes == (KeepQuestion("wie won de koers van gisteren", "nl"),)
    assert "t:medewerker:nl" in actions(reply)


def test_a_matter_of_others_is_answered_with_who_does_that(
    conversation: Conversation, library: Library, finder: ScriptedFinder
) -> None:
    entry = library.elsewhere[0]
    finder.script["waar moet ik daarvoor zijn dan"] = {entry: 0.9}
    reply = conversation.reply(Typed("waar moet ik daarvoor zijn dan"), Person("nl"))
    assert reply.kind is Kind.ELSEWHERE
    assert shown(reply)


def test_none_of_these_keeps_the_question(conversation: Conversation) -> None:
    reply = conversation.reply(Pressed("x:q1", question="iets anders"), Person("nl"))
    assert reply.changes == (KeepQuestion("iets anders", "nl"),)


@pytest.mark.parametrize("language", SPOKEN)
def test_every_row_below_an_answer_stands_under_its_own_question(
    conversation: Conversation, library: Library, language: str
) -> None:
    words = library.words[language]
    unknown, known = (
        conversation.reply(Pressed("t:eropuit"), Person(language, audience)) for audience in (None, Audience.BUURT)
    )
    captions = [words("answer.helped"), words("answer.more"), ""]
    assert [caption for caption, _ in known.groups()] == captions
    assert [caption for caption, _ in unknown.groups()] == [words("start.who"), *captions]
    assert [len(row) for _, rows in unknown.groups() for row in rows][:2] == [3, 2]
    assert words("answer.helped") not in shown(unknown)


def test_where_all_buttons_stand_below_the_text_it_ends_with_what_the_first_of_them_answer(
    conversation: Conversation, library: Library
) -> None:
    reply = conversation.reply(Pressed("t:eropuit"), Person("nl", Audience.BUURT))
    assert plain(reply.message()).endswith(library.words["nl"]("answer.helped"))
    menu = conversation.reply(Command("menu"), Person("nl"))
    assert menu.message() == menu.document


@pytest.mark.parametrize("language", SPOKEN)
def test_the_topic_about_a_person_to_talk_to_does_not_lead_to_itself(conversation: Conversation, language: str) -> None:
    assert f"t:medewerker:{language}" not in actions(conversation.reply(Pressed("t:medewerker"), Person(language)))


def test_thumbs_are_counted_and_a_thumb_down_hands_over_the_question(conversation: Conversation) -> None:
    up = conversation.reply(Pressed("y:dokter:uk:q1"), Person("uk"))
    down = conversation.reply(Pressed("n:dokter:uk:q1", question="де лікар"), Person("uk"))
    forgotten = conversation.reply(Pressed("n:dokter:uk:q1"), Person("uk"))
    assert up.changes == (CountHelp("dokter", "uk", True, "q1"),)
    assert down.changes == (CountHelp("dokter", "uk", False, "q1"), KeepQuestion("де лікар", "uk"))
    assert forgotten.changes == (CountHelp("dokter", "uk", False, "q1"),)


@pytest.mark.parametrize("language", SPOKEN)
def test_amounts_for_ukrainians_are_never_shown_to_asylum_seekers_or_neighbours(
    conversation: Conversation, library: Library, language: str
) -> None:
    for topic in library.topics:
        for audience in (Audience.ASIEL, Audience.BUURT):
            text = shown(conversation.reply(Pressed(f"t:{topic}"), Person(language, audience)))
            for amount in ("175", "475", "255", "350", "244", "252"):
                assert amount not in text, (topic, audience)


@pytest.mark.parametrize("language", SPOKEN)
def test_a_known_reader_gets_their_part_only_an_unknown_one_all_parts_with_labels(
    conversation: Conversation, library: Library, language: str
) -> None:
    words = library.words[language]
    unknown = shown(conversation.reply(Pressed("t:eropuit"), Person(language)))
    known = shown(conversation.reply(Pressed("t:eropuit"), Person(language, Audience.OEKRAINE)))
    assert words("audience.oekraine.label") in unknown
    assert words("audience.anderen.label") in unknown
    assert words("audience.oekraine.label") not in known
    assert "175" in known


@pytest.mark.parametrize(
    ("text", "chosen", "said"),
    [
        ("I am an asylum seeker from Syria. Do I get money for my sport club?", Audience.OEKRAINE, Audience.ASIEL),
        ("Ik ben toch asielzoeker, krijg ik geld voor sport?", Audience.OEKRAINE, Audience.ASIEL),
        ("we are refugees from Eritrea, money for sports?", None, Audience.ASIEL),
        ("ik ben vluchteling uit Syrië en wil geld voor sport", Audience.OEKRAINE, Audience.ASIEL),
        ("я прошу убежища, есть деньги на спорт?", None, Audience.ASIEL),
        ("Ik ben statushouder, krijg ik geld voor sport?", Audience.OEKRAINE, Audience.BUURT),
        ("Вибачте, я насправді з України, чи є гроші на спорт", Audience.ASIEL, Audience.OEKRAINE),
        ("Я українка, чи є гроші на спорт", Audience.ASIEL, Audience.OEKRAINE),
    ],
)
def test_who_says_in_passing_who_they_are_sees_the_parts_for_them_and_can_change_it_with_one_tap(
    conversation: Conversation, finder: ScriptedFinder, text: str, chosen: Audience | None, said: Audience
) -> None:
    finder.script[text] = {"eropuit": 0.9}
    reply = conversation.reply(Typed(text), Person("nl", chosen))
    assert ("475" in shown(reply)) is (said is Audience.OEKRAINE)
    assert actions(reply)[0].startswith(f"w:{said}:eropuit:")
    assert not any(isinstance(change, SetAudience) for change in reply.changes)
    tapped = conversation.reply(Pressed(actions(reply)[0]), Person("nl", chosen))
    assert tapped.changes == (SetAudience(said),)


@pytest.mark.parametrize(
    "text",
    [
        "I am not an asylum seeker, do I get money for sport?", "ik ben geen asielzoeker, geld voor sport?",
        "я не біженка з Сирії, чи є гроші на спорт", "is there an asylum seeker here who does sports",
        "I am Ukrainian and my wife says: I am an asylum seeker", "I am from Ukraine, is there money for sports?",
    ],
)  # fmt: skip
def test_what_says_it_of_nobody_or_what_was_known_changes_nothing(
    conversation: Conversation, finder: ScriptedFinder, text: str
) -> None:
    finder.script[text] = {"eropuit": 0.9}
    reply = conversation.reply(Typed(text), Person("en", Audience.OEKRAINE))
    assert "475" in shown(reply)
    assert not any(action.startswith("w:") for action in actions(reply))


def test_beside_choices_one_can_say_first_who_one_is(conversation: Conversation, finder: ScriptedFinder) -> None:
    text = "Sorry, I pressed the wrong button, I am an asylum seeker"
    finder.script[text] = {"bamboo": 0.3}
    reply = conversation.reply(Typed(text), Person("en", Audience.OEKRAINE))
    assert reply.kind is Kind.CHOICES
    assert actions(reply)[0] == "w:asiel::en"


def test_one_tap_says_who_you_are_and_shows_the_answer_for_you(conversation: Conversation) -> None:
    first = conversation.reply(Pressed("t:eropuit"), Person("nl"))
    tap = next(action for action in actions(first) if action.startswith("w:"))
    tapped = conversation.reply(Pressed(tap), Person("nl"))
    assert tapped.changes == (SetAudience(Audience.OEKRAINE),)
    assert "175" in shown(tapped)
    assert not any(action.startswith("w:") for action in actions(tapped))


# --- languages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("Where can my daughter learn Dutch in the evening?", "nl", "en"),
        ("Де моя донька може вчити мову ввечері?", "nl", "uk"),
        ("Где можно учить голландский вечером?", "nl", "uk"),
        ("Где можно учить голландский вечером?", None, "uk"),
        ("Waar kan mijn dochter Nederlands leren?", "uk", "nl"),
        ("leefgeld", "uk", "uk"),
        ("eropuit", "en", "en"),
        ("школа", "en", "uk"),
        ("skilky koshtuye kurs movy dlya ditey", None, "uk"),
    ],
)
def test_a_question_is_answered_in_its_own_language_and_short_ones_in_the_chosen_one(
    conversation: Conversation, text: str, own: str | None, expected: str
) -> None:
    assert conversation.reply(Typed(text), Person(own)).language == expected


# --- safety ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("ik wil niet meer leven", Kind.CRISIS, "113"),
        ("я не хочу більше жити", Kind.CRISIS, "113"),
        ("I want to kill myself", Kind.CRISIS, "113"),
        ("я хочу умереть", Kind.CRISIS, "113"),
        ("ya ne hochu zhyty", Kind.CRISIS, "113"),
        ("hij slaat mij nu help", Kind.EMERGENCY, "112"),
        ("в будинку пожежа", Kind.EMERGENCY, "112"),
        ("she is not breathing", Kind.EMERGENCY, "112"),
    ],
)
def test_danger_is_answered_first_with_the_right_number(
    conversation: Conversation, finder: ScriptedFinder, text: str, kind: Kind, number: str
) -> None:
    finder.script[text] = {"eropuit": 0.99}
    reply = conversation.reply(Typed(text), NEW)
    assert reply.kind is kind
    assert number in shown(reply)[:400]
    assert "112" in shown(reply)
    assert len(shown(reply)) < 1200
    assert reply.changes == ()


# --- commands, small talk, other messages ---------------------------------------------------------------


@pytest.mark.parametrize("language", SPOKEN)
def test_typed_words_do_what_the_commands_do(conversation: Conversation, library: Library, language: str) -> None:
    person = Person(language)
    for name in COMMANDS:
        for word in library.words[language].many(f"commands.{name}"):
            typed, command = (conversation.reply(said, person) for said in (Typed(word.upper()), Command(name)))
            assert (typed.document, typed.changes) == (command.document, command.changes), word


@pytest.mark.parametrize(
    ("said", "code"),
    [("English please", "en"), ("nederlands aub", "nl"), ("Українською, будь ласка!", "uk"), ("по-русски", "uk")],
)
def test_who_types_the_name_of_a_language_goes_on_in_it(conversation: Conversation, said: str, code: str) -> None:
    reply = conversation.reply(Typed(said), Person("nl"))
    assert reply.changes == (SetLanguage(code),)
    assert reply.language == code


@pytest.mark.parametrize(
    ("said", "audience", "language"),
    [
        ("я з України", Audience.OEKRAINE, "uk"),
        ("я из Украины!", Audience.OEKRAINE, "uk"),
        ("I am an asylum seeker", Audience.ASIEL, "en"),
        ("Ik ben een buurman.", Audience.BUURT, "nl"),
    ],
)
def test_who_types_who_they_are_is_understood(
    conversation: Conversation, library: Library, said: str, audience: Audience, language: str
) -> None:
    reply = conversation.reply(Typed(said), NEW)
    assert reply.changes == (SetAudience(audience),)
    assert library.words[language](f"audience.{audience}.noted") in shown(reply)


@pytest.mark.parametrize("said", ["я біженка", "ik ben een buurman en zoek werk", "is there an asylum seeker here"])
def test_what_does_not_plainly_say_who_one_is_changes_nothing(conversation: Conversation, said: str) -> None:
    assert not any(isinstance(change, SetAudience) for change in conversation.reply(Typed(said), NEW).changes)


CRIES = [
    "help!", "HELP", "hulp!!", "help me", "help mij", "help me please", "help help help", "save me", "mayday",
    "redt mij", "допоможіть!!!", "допомога", "помогите!!! срочно", "помогите мне пожалуйста", "спаси", "спасите",
    "на помощь!", "hilfe", "ayuda", "113", "112", "101", "103", "911", "/help", "/допоможіть",
]  # fmt: skip


@pytest.mark.parametrize("said", CRIES)
def test_a_bare_cry_for_help_gets_the_numbers_first(
    conversation: Conversation, finder: ScriptedFinder, said: str
) -> None:
    finder.script["112"] = {"noodgeval": 0.95}
    reply = conversation.reply(command(said) or Typed(said), Person("en"))
    assert "112" in shown(reply)[:100]
    assert all(number in shown(reply) for number in ("112", "113", "0800-2000"))
    assert not any(isinstance(change, KeepQuestion) for change in reply.changes)


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("menu please", "menu"), ("menu alstublieft", "menu"), ("меню, будь ласка", "menu"),
        ("please delete my data", "stop"), ("видаліть мої дані", "stop"), ("verwijder mijn gegevens", "stop"),
        ("удалите, пожалуйста, мои данные", ""), ("удалите мои данные, пожалуйста", "stop"),
        ("wat weet je van mij?", "privacy"), ("що ви про мене знаєте?", "privacy"), ("приватность", "privacy"),
        ("сменить язык", "language"), ("мову", "language"), ("перекладіть", "language"),
        ("can you change the language please", "language"),
    ],
)  # fmt: skip
def test_a_command_can_be_asked_for_in_words_and_politely(conversation: Conversation, said: str, same: str) -> None:
    asked = conversation.reply(Typed(said), Person("en"))
    assert (asked == conversation.reply(Command(same), Person("en"))) is bool(same)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("change language to dutch", "nl"), ("switch to English", "en"), ("say it in English", "en"),
        ("на нідерландській", "nl"), ("переведи на русский", "uk"), ("можешь говорить по-русски?", "uk"),
        ("can you translate to english please", "en"), ("vertaal naar het Oekraïens", "uk"),
    ],
)  # fmt: skip
def test_another_language_can_be_asked_for_in_many_words(conversation: Conversation, said: str, code: str) -> None:
    assert conversation.reply(Typed(said), Person("nl")).changes == (SetLanguage(code),)


@pytest.mark.parametrize(
    ("said", "typed"),
    [("/меню", "меню"), ("/taal", "taal"), ("/menu please", "menu"), ("/дякую", "дякую"), ("/wis mij", "wis mij")],
)  # fmt: skip
def test_a_word_with_a_slash_before_it_does_what_the_word_does(
    conversation: Conversation, said: str, typed: str
) -> None:
    slashed = command(said)
    assert slashed is not None
    assert conversation.reply(slashed, Person("nl")) == conversation.reply(Typed(typed), Person("nl"))


@pytest.mark.parametrize("signs", [".", "-", "?!", "\u200b", "🎉🎉", "…", "()"])
def test_nothing_but_signs_is_no_question(conversation: Conversation, library: Library, signs: str) -> None:
    reply = conversation.reply(Typed(signs), Person("en"))
    assert shown(reply) == library.words["en"]("media.empty")
    assert reply.changes == ()


def test_stop_forgets_everything_and_says_so(conversation: Conversation, library: Library) -> None:
    reply = conversation.reply(Command("stop"), Person("uk", Audience.OEKRAINE))
    assert reply.changes == (Forget(),)
    assert library.words["uk"]("stop.done") in shown(reply)


@pytest.mark.parametrize("language", SPOKEN)
def test_privacy_names_what_is_kept_and_for_how_long(conversation: Conversation, language: str) -> None:
    assert "30" in shown(conversation.reply(Command("privacy"), Person(language)))


@pytest.mark.parametrize("language", SPOKEN)
def test_privacy_tells_of_what_there_is_where_somebody_is_and_nothing_twice(
    conversation: Conversation, library: Library, language: str
) -> None:
    words = library.words[language]
    on_the_web = shown(conversation.reply(Command("privacy"), Person(language)))
    in_telegram = shown(conversation.reply(Command("privacy"), Person(language, reachable=True)))
    assert "cookie" in on_the_web
    assert "IP" in on_the_web
    assert "cookie" not in in_telegram
    for key in ("follows", "told", "telegram"):
        said = plain(parse(words(f"privacy.{key}", days=30, sent_days=90)))
        assert said in in_telegram
        assert said not in on_the_web
    editors = {"nl": "Schrijft de redactie", "uk": "редакція напише", "en": "editors write"}[language]
    assert words("privacy.questions", days=30).count(editors) == 1


def test_an_unknown_command_gets_help(conversation: Conversation, library: Library) -> None:
    assert library.words["en"]("help.text") in shown(conversation.reply(Command("announce"), Person("en")))


@pytest.mark.parametrize(("payload", "topic"), [("t-eropuit", "eropuit"), ("t-taalles-locatie", "taalles-locatie")])
def test_a_deep_link_opens_its_topic(conversation: Conversation, library: Library, payload: str, topic: str) -> None:
    reply = conversation.reply(Command("start", payload), NEW, hint="en")
    assert library.entry(topic, "en").title in shown(reply)


@pytest.mark.parametrize("person", [NEW, Person("en")])
def test_a_link_to_a_subject_that_is_gone_says_so_and_goes_on(
    conversation: Conversation, library: Library, person: Person
) -> None:
    reply, start = (conversation.reply(Command("start", said), person, hint="en") for said in ("t-weg", ""))
    assert shown(reply) == f"{library.words['en']('start.link_gone')}\n\n{shown(start)}"
    assert reply.buttons == start.buttons


def test_who_comes_by_a_link_for_the_first_time_is_greeted_and_can_choose_a_language(
    conversation: Conversation, library: Library
) -> None:
    command = Command("start", "t-eropuit")
    new, known = (conversation.reply(command, person, hint="uk") for person in (NEW, Person("uk")))
    assert shown(new) == f"{library.words['uk']('start.greeting')}\n\n{shown(known)}"
    assert {action for action in actions(new) if action.startswith("l:")} == {"l:nl", "l:uk", "l:en"}
    assert not any(action.startswith("l:") for action in actions(known))


def test_talk_to_a_person_does_not_lead_to_itself(conversation: Conversation) -> None:
    reply = conversation.reply(Pressed("t:medewerker"), Person("nl"))
    assert not any(action.startswith("t:medewerker") for action in actions(reply))


@pytest.mark.parametrize("topic", ["crisis", "noodgeval"])
def test_who_opens_a_page_about_danger_sees_numbers_and_no_thumbs(conversation: Conversation, topic: str) -> None:
    for opened in (Pressed(f"t:{topic}"), Command("start", f"t-{topic}")):
        reply = conversation.reply(opened, Person("nl"))
        assert "112" in shown(reply)
        assert not any(action[:2] in ("y:", "n:") for action in actions(reply))


@pytest.mark.parametrize("payload", ["x", "../../etc", "🎉"])
def test_a_broken_deep_link_starts_as_usual(conversation: Conversation, payload: str) -> None:
    assert conversation.reply(Command("start", payload), NEW) == conversation.reply(Command("start"), NEW)


@pytest.mark.parametrize("medium", list(Medium))
@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_not_text_gets_a_kind_sentence(
    conversation: Conversation, library: Library, medium: Medium, language: str
) -> None:
    reply = conversation.reply(Unsupported(medium), Person(language))
    assert shown(reply) == library.words[language](f"media.{medium}")


@pytest.mark.parametrize(
    ("medium", "note"),
    [(Medium.PHOTO, "words_only"), (Medium.DOCUMENT, "words_only"), (Medium.VOICE, "words_only"),
     (Medium.EDITED, "words_changed")],
)  # fmt: skip
def test_a_question_that_came_with_something_else_is_answered(
    conversation: Conversation, library: Library, finder: ScriptedFinder, medium: Medium, note: str
) -> None:
    text = "де можна вчити нідерландську?"
    finder.script[text] = {"taallessen": 0.9}
    reply = conversation.reply(Unsupported(medium, text), Person("uk"))
    assert reply.shows == "taallessen"
    assert shown(reply).startswith(library.words["uk"](f"media.{note}"))


@pytest.mark.parametrize("medium", list(Medium))
def test_words_without_an_answer_get_a_kind_sentence_and_are_not_kept(
    conversation: Conversation, library: Library, medium: Medium
) -> None:
    reply = conversation.reply(Unsupported(medium, "mijn kamer vandaag"), Person("nl"))
    assert shown(reply) == library.words["nl"](f"media.{medium}")
    assert reply.changes == ()


def test_a_question_in_a_group_is_not_answered_there(
    conversation: Conversation, library: Library, finder: ScriptedFinder
) -> None:
    finder.script["waar is de dokter"] = {"dokter": 0.9}
    reply = conversation.reply(Unsupported(Medium.GROUP, "waar is de dokter"), Person("nl"))
    assert shown(reply) == library.words["nl"]("media.group")


@pytest.mark.parametrize("sign", ["😭", "😢", "💔"])
def test_a_sad_sticker_is_met_with_kindness_and_with_numbers(
    conversation: Conversation, library: Library, sign: str
) -> None:
    reply = shown(conversation.reply(Unsupported(Medium.STICKER, sign), Person("nl")))
    assert reply.startswith(library.words["nl"]("media.sad"))
    assert "113" in reply
    assert "113" not in shown(conversation.reply(Unsupported(Medium.STICKER, "😀"), Person("nl")))


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("hallo", "greeting"), ("Привіт!", "greeting"), ("hello", "greeting"),
        ("dank je wel", "thanks"), ("дякую", "thanks"),
        ("спасибо", "thanks"), ("thanks!", "thanks"), ("wie ben jij", "who-are-you"), ("хто ти", "who-are-you"),
        ("are you a robot?", "who-are-you"), ("👍", "ok"),
    ],
)  # fmt: skip
def test_greetings_and_thanks_get_a_human_reply_and_are_not_kept(
    conversation: Conversation, library: Library, text: str, talk: str
) -> None:
    reply = conversation.reply(Typed(text), NEW)
    assert reply.kind is Kind.NONE
    assert reply.changes == ()
    assert talk in library.smalltalk
    assert reply.topics == ()


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_message_is_noticed(conversation: Conversation, library: Library, text: str) -> None:
    assert shown(conversation.reply(Typed(text), Person("en"))) == library.words["en"]("media.empty")


@pytest.mark.parametrize("text", ["?", "12345", "\u200b", "🎉🎉", "a" * 4000, "<b>&amp;</b>", "\x00", "ї" * 4000])
def test_strange_texts_are_answered_all_the_same(conversation: Conversation, text: str) -> None:
    assert shown(conversation.reply(Typed(text), NEW))


@pytest.mark.parametrize("language", SPOKEN)
def test_the_apology_for_our_own_failure_holds_the_emergency_number(conversation: Conversation, language: str) -> None:
    assert "112" in shown(conversation.trouble(Person(language)))
