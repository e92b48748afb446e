"""Danger is recognised in every language and spelling, and everyday talk does not set the alarm off."""

import random
import re
import shutil
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.knowledge.safety import Alarm, BadSafety, SafetyNet

CONTENT = Path(__file__).parent.parent / "content"
TABLES = sorted((Path(__file__).parent / "safety").glob("*.yaml"))
STILL_MISSED = "? "


def cases() -> Iterator[tuple[str, str, str]]:
    """(kind, id, message) of every line of the tables; a line that begins with "? " is still missed."""
    for table in TABLES:
        for kind, languages in yaml.safe_load(table.read_text(encoding="utf-8")).items():
            for language, block in languages.items():
                for number, line in enumerate(block.strip().splitlines(), 1):
                    yield kind, f"{table.stem}-{kind}-{language}-{number}", line.strip()


def messages(*kinds: str) -> list[object]:
    return [
        pytest.param(
            line.removeprefix(STILL_MISSED),
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason="known gap")] if line.startswith(STILL_MISSED) else [],
        )
        for kind, name, line in cases()
        if kind in kinds
    ]


@cache
def the_net() -> SafetyNet:
    return SafetyNet.load(CONTENT)


@pytest.fixture
def net() -> SafetyNet:
    return the_net()


@pytest.mark.parametrize("message", messages("direct", "veiled"))
def test_thoughts_of_suicide_raise_an_alarm(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is not None


@pytest.mark.parametrize("message", messages("emergency"))
def test_danger_now_raises_an_alarm(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is not None


@pytest.mark.parametrize("message", messages("harmless"))
def test_everyday_talk_raises_no_alarm(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is None


def test_most_alarms_are_of_the_right_kind(net: SafetyNet) -> None:
    right = {"direct": Alarm.CRISIS, "veiled": Alarm.CRISIS, "emergency": Alarm.EMERGENCY}
    raised = [
        net.alarm(line) is right[kind]
        for kind, _, line in cases()
        if kind in right and not line.startswith(STILL_MISSED)
    ]
    assert sum(raised) / len(raised) > 0.97


@pytest.mark.parametrize(
    "message",
    [
        "Ik wil dood en heb net een hele strip pillen geslikt",
        "I want to die, I'm standing on the bridge and I will jump",
        "не хочу жити, я порізала вени і кров не зупиняється",
        "не хочу жить, стою на краю крыши",
    ],
)
def test_an_act_that_is_going_on_goes_before_thoughts_of_suicide(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is Alarm.EMERGENCY


@pytest.mark.parametrize(
    "message",
    [
        "Mijn man dreigt het huis in brand te steken en ik wil niet meer leven",
        "he says he will kill me and I want to die",
    ],
)
def test_thoughts_of_suicide_go_before_other_danger(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is Alarm.CRISIS


@pytest.mark.parametrize(
    "message",
    [
        "ik wil zelfmord plegen",
        "i want to comit sucide",
        "i wnat to kill myslef",
        "хочу покінчити з собоюю",
        "хочю умереть",
        "самоубийсвто",
        "она без созннания",
        "ze is bewustteloos",
        "she is unconsious",
        "дитина не дихаэ",
    ],
)
def test_slips_are_forgiven(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is not None


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("не хочу жити", ["ne hochu zhyty", "ne khochu zhiti", "ne xochu zhyt", "ne hoču žyty"]),
        ("чоловік мене душить", ["cholovik mene dushyt", "čolovik mene dušyt", "4olovik mene dushit"]),
        ("пожежа на кухні", ["pozhezha na kuhni", "pojeja na kukhni", "požeža na kuchni"]),
        ("ребенок задыхается", ["rebenok zadyhaetsya", "rebionok zadihaetsia", "rebyonok zadykhayetsya"]),
        ("нет смысла жить", ["net smysla zhit", "net smisla zhit'", "niet smysla zhit"]),
    ],
)
def test_latin_letters_mean_the_same_as_cyrillic(net: SafetyNet, cyrillic: str, latin: list[str]) -> None:
    assert net.alarm(cyrillic) is not None
    assert [net.alarm(way) for way in latin] == [net.alarm(cyrillic)] * len(latin)


DISGUISES = {
    "upper case": str.upper,
    "lower case": str.lower,
    "punctuation": lambda text: f"!!! {text.replace(' ', '  ')} ?!?!...",
    "emoji": lambda text: f"😭😭 {text} 🙏🙏🏽",
    "zero width": lambda text: "\u200b".join(text),
    "soft hyphen": lambda text: text.replace("e", "\u00ade").replace("о", "\u00adо"),
    "stress marks": lambda text: text.replace("а", "а\u0301").replace("a", "a\u0301"),
    "decomposed": lambda text: text.replace("й", "и\u0306").replace("ї", "і\u0308"),
    "long letters": lambda text: text.replace("!", "") + text[-1] * 5,
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "letter by letter": lambda text: "  ".join(" ".join(word) for word in text.split()),
    "dots between letters": lambda text: " ".join(".".join(word) for word in text.split()),
    "lines": lambda text: f"Hallo\n\n{text}\n\nOlena",
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
@pytest.mark.parametrize(
    "message",
    [
        "ik wil niet meer leven",
        "I want to kill myself",
        "не хочу більше жити",
        "хочу покончить с собой",
        "er is brand in de keuken",
        "my baby is not breathing",
        "мій син не дихає",
        "ребенок не дышит",
    ],
)
def test_the_look_of_a_message_does_not_matter(net: SafetyNet, message: str, disguise: object) -> None:
    assert callable(disguise)
    assert net.alarm(disguise(message)) is not None


EVERYDAY = {
    "nl": "Ik woon sinds maart op de locatie en ga elke week naar de taalles. De kinderen zijn gewend op school. ",
    "en": "We have been here since spring and the volunteers are kind. My children like their new school. ",
    "uk": "Ми живемо тут з весни, діти ходять до школи, волонтери дуже добрі. Я шукаю роботу. ",
    "ru": "Мы живем здесь с весны, дети ходят в школу, волонтеры очень добрые. Я ищу работу. ",
}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("nl", "Maar 's nachts denk ik dat ik er een einde aan wil maken."),
        ("en", "But at night I think about ending my life."),
        ("uk", "Але вночі я не хочу більше жити."),
        ("ru", "Но по ночам мне хочется умереть."),
        ("nl", "En nu staat mijn ex met een mes voor de deur."),
        ("uk", "І зараз чоловік б'є мене."),
    ],
)
def test_one_sentence_in_a_long_story_is_enough(net: SafetyNet, language: str, message: str) -> None:
    assert net.alarm(EVERYDAY[language] * 4) is None
    assert net.alarm(EVERYDAY[language] * 4 + message + " " + EVERYDAY[language] * 4) is not None


@pytest.mark.parametrize(
    ("idiom", "real"),
    [
        ("ik verveel me dood", "ik verveel me dood en ik wil niet meer leven"),
        ("my phone died", "my phone died and I want to die too"),
        ("я вмер зі сміху", "я вмер зі сміху. а вночі хочу померти"),
        ("телефон сдох", "телефон сдох, муж меня сейчас убьет, спасите"),
    ],
)
def test_an_idiom_cancels_only_its_own_words(net: SafetyNet, idiom: str, real: str) -> None:
    assert net.alarm(idiom) is None
    assert net.alarm(real) is not None


@pytest.mark.parametrize(
    ("burden", "sigh", "wish"),
    [
        (
            "Ik zorg al drie jaar voor mijn demente vader.",
            "Ik kan niet meer.",
            "Ik wil niet meer wakker worden.",
        ),
        ("My neighbours play loud music every night.", "I can't take it any more.", "I want to die."),
        ("Доглядаю лежачу маму.", "Не маю більше сил.", "Не хочу жити."),
        ("Ухаживаю за лежачим отцом.", "Сил больше нет.", "Не хочу жить."),
    ],
)
def test_everyday_burdens_explain_a_sigh_but_never_a_wish_to_die(
    net: SafetyNet, burden: str, sigh: str, wish: str
) -> None:
    assert net.alarm(sigh) is Alarm.CRISIS
    assert net.alarm(f"{burden} {sigh}") is None
    assert net.alarm(f"{sigh} {burden}") is None
    assert net.alarm(f"{burden} {sigh} {wish}") is Alarm.CRISIS


def test_words_that_are_folded_alike_are_kept_apart(net: SafetyNet) -> None:
    assert net.alarm("діти стоять біля вікна і питають коли вже") is None  # «коли», when
    assert net.alarm("він стоїть на колії") is Alarm.EMERGENCY  # «колії», the rails


@pytest.mark.parametrize("message", ["my child needs help but has no permit", "help, who pays but not the school"])
def test_english_is_not_read_as_slavic_words_in_latin_letters(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is None  # "but" is folded as «б'ють», they are beating


@pytest.mark.parametrize(
    "message", ["а я і в неї є у кімнаті", "кв. 5, м. Київ, я з с. Нове", "room B, J.K. and I", "т.д. и т.п."]
)
def test_words_and_names_of_one_letter_are_no_cry_for_help(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is None


@pytest.mark.parametrize("message", ["", " ", "?", "...", "👍", "\u200b", "112", "42", "'", "-" * 50])
def test_next_to_nothing_raises_no_alarm(net: SafetyNet, message: str) -> None:
    assert net.alarm(message) is None


def seconds(net: SafetyNet, message: str) -> float:
    """The best of three, so that a busy machine does not fail the test."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        net.alarm(message)
        times.append(time.perf_counter() - start)
    return min(times)


_RANDOM = random.Random(7)  # noqa: S311 - only to make up texts, the same every time
HOSTILE = {
    "one letter": "x" * 4000,
    "one Cyrillic letter": "ы" * 4000,
    "one word": "хочу " * 800,
    "one Dutch word": "niet " * 800,
    "wish without an end": "ik wil niet meer " * 235,
    "many sentences": "a. " * 1333,
    "stops": "." * 4000,
    "apostrophes": "'" * 4000,
    "word of apostrophes": "a'" * 2000,
    "half an alarm": "he is hitting not the man " * 150,
    "random letters": "".join(_RANDOM.choice("abcdefghijklmnopqrstuvwxyz  ") for _ in range(4000)),
    "random Cyrillic": "".join(_RANDOM.choice("абвгдежзийклмнопрстуфхцчшщьюяіїє  ") for _ in range(4000)),
    "story": "".join(EVERYDAY.values()) * 11,
}


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_message_takes_much_longer_than_a_story_of_its_length(net: SafetyNet, message: str) -> None:
    assert seconds(net, message[:4000]) < 40 * seconds(net, HOSTILE["story"][:4000])


def test_twice_the_length_takes_about_twice_the_time(net: SafetyNet) -> None:
    text = "я не хочу не можу більше так чоловік мене двері " * 80
    assert seconds(net, text * 4) < 12 * seconds(net, text) + 0.01


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "en"
    folder.mkdir(parents=True)
    shutil.copy(CONTENT / "en" / "safety.yaml", folder)
    return tmp_path / "content"


def broken(content: Path, text: str) -> BadSafety:
    (content / "en" / "safety.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSafety) as raised:
        SafetyNet.load(content)
    return raised.value


def test_a_copy_of_a_language_can_be_loaded_alone(content: Path) -> None:
    assert SafetyNet.load(content).languages == ("en",)
    assert SafetyNet.load(content).alarm("I want to die") is Alarm.CRISIS


def test_without_any_safety_yaml_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(BadSafety, match=r"no language has a safety\.yaml"):
        SafetyNet.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("crisis: [want\n", r"content/en/safety\.yaml:\d+: is no YAML"),
        ("- a\n", r"content/en/safety\.yaml:1: here belong keys"),
        ("words: {a: b}\n", r"neither `crisis` nor `emergency`"),
        ("crisis:\n  - die\nwishes: x\n", r"safety\.yaml:3: unknown key 'wishes'"),
        ("crisis:\n  - die\ncrisis:\n  - dead\n", r"safety\.yaml:3: 'crisis' stands here a second time"),
        ("crisis: die\n", r"safety\.yaml:1: here belongs a list"),
        ("crisis:\n  - die\n  - [a]\n", r"safety\.yaml:3: each entry"),
        ("crisis:\n  - <want> .. die\n", r"safety\.yaml:2: '<want> \.\. die': there is no class <want>"),
        ("words:\n  want: wish\ncrisis:\n  - die\n", r"safety\.yaml:2: no pattern uses the words of <want>"),
        ("crisis:\n  - (die|dead\n", r"safety\.yaml:2: .*parenthesis"),
        ("crisis:\n  - die)\n", r"safety\.yaml:2: .*parenthesis"),
        ("crisis:\n  - die ..\n", r"safety\.yaml:2: .*an item is missing"),
        ("crisis:\n  - .. die\n", r"safety\.yaml:2: .*stands between two items"),
        ("crisis:\n  - (die .. now)\n", r"safety\.yaml:2: .*cannot stand within parentheses"),
        ("crisis:\n  - di*\n", r"safety\.yaml:2: .*too short"),
        ("crisis:\n  - die?\n", r"safety\.yaml:2: .*is no word"),
        ("fillers: so\ncrisis:\n  - so\n", r"safety\.yaml:3: .*nothing but fillers"),
        ("words:\n  want: [{a: b}]\ncrisis:\n  - <want>\n", r"safety\.yaml:2: each entry"),
    ],
)
def test_a_broken_safety_yaml_is_named_with_its_line(content: Path, text: str, finding: str) -> None:
    error = broken(content, text)
    assert isinstance(error, ValueError)
    assert len([line for line in error.findings if re.search(finding, line)]) == 1
