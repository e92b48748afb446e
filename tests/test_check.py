"""The content check catches each kind of mistake, names it, and says in which file and line it stands.

All mistakes but the last few are made in one copy of the real content and found in one run: what the check
promises is every finding at once.
"""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.checking import check_content, open_questions, stamp_translations
from tests.conftest import CONTENT
from tests.small_content import small_content

TODAY = dt.date(2026, 12, 1)
LONG = "Dit is een zin van een gewone lengte, die hier alleen staat om de tekst langer te maken. "
HARD = (
    "Verantwoordelijkheidsverdelingsproblematiek veronderstelt onvermijdelijk interdepartementale "
    "beleidscoördinatiemechanismen, niettegenstaande de uitvoeringsorganisatorische capaciteitsbeperkingen.\n"
)


@dataclass(frozen=True)
class Mistake:
    """In `path`, `old` is replaced by `new`; the finding stands in the line with `marked`, or in `line`."""

    path: str
    old: str
    new: str
    finding: str
    marked: str = ""
    line: int | None = None


MISTAKES = {
    "a number that is no fact": Mistake(
        "nl/topics/zwemles.md", "## anderen\n", "## anderen\nHet kost 99 euro.\n", "'99' is a number that is no fact",
        marked="99 euro",
    ),
    "an unknown fact": Mistake(
        "en/topics/zwemles.md", "## anderen\n", "## anderen\nIt is {{ swimming_pool }}.\n",
        "there is no fact 'swimming_pool'", marked="swimming_pool",
    ),
    "an amount for Ukrainians shown to others": Mistake(
        "uk/topics/zwemles.md", "## anderen\n", "## anderen\nЦе {{ swimming }}.\n",
        "fact 'swimming' is not valid for asiel, buurt, who read it here", marked="Це {{ swimming }}",
    ),
    "a fact that only one language tells": Mistake(
        "uk/topics/bamboo.md", "## questions", "{{ police_number }}\n\n## questions",
        "uses fact 'police_number', unlike",
    ),
    "a stale translation": Mistake(
        "en/topics/dokter.md", 'made_from: "', 'made_from: "0', "is older than the text it was made from", line=1
    ),
    "a part that only one language has": Mistake(
        "en/topics/eropuit.md", "## anderen", "## buurt", "has the parts", line=1
    ),
    "an audience that is left out": Mistake(
        "nl/topics/leefgeld.md", "## anderen", "## asiel", "nobody wrote for buurt", line=1
    ),
    "an audience of the catalogue without its part": Mistake(
        "nl/topics/taallessen.md", "## asiel", "## buurt", "there is no part `## asiel`", line=1
    ),
    "a part for readers who are not there": Mistake(
        "nl/topics/empatia.md", "## anderen", "## asiel\nA.\n\n## buurt\nB.\n\n## anderen", "has no readers left",
        marked="## anderen",
    ),
    "a template that cannot be read": Mistake(
        "en/topics/opkoers.md", "## questions", "{% if opkoers %}\n\n## questions", "cannot be shown"
    ),
    "a link that leads nowhere": Mistake(
        "nl/topics/coa.md", "## questions", "[hier](htps:/coa)\n\n## questions",
        "the link 'htps:/coa' is not well formed"
    ),
    "a link with a blank in its address": Mistake(
        "nl/topics/medewerker.md", "## questions", "Zie [hier](htp://x y) nu.\n\n## questions",
        "'[hier](htp://x' is no link", marked="Zie [hier]",
    ),
    "a link that is not closed": Mistake(
        "en/topics/nidos.md", "## questions", "[There](https://www.nidos.nl now.\n\n## questions",
        "'[There](https://www.nidos.nl' is no link", marked="[There]",
    ),
    "a link that runs a script": Mistake(
        "en/topics/huisregels.md", "## questions", "[There](javascript:alert)\n\n## questions",
        "'[There](javascript:alert)' is no link", marked="[There]",
    ),
    "bold that is not closed": Mistake(
        "nl/topics/nidos.md", "## questions", "Wij zijn **niet gesloten.\n\n## questions",
        "'**niet' is no link and not bold", marked="**niet",
    ),
    "an address that is no fact": Mistake(
        "en/topics/schoonmaak.md", "## questions", "Look at www.heemstede..nl.\n\n## questions",
        "'www.heemstede..nl.' is an address that is no fact", marked="www.heemstede",
    ),
    "an e-mail address that is no fact": Mistake(
        "uk/topics/schoonmaak.md", "## questions", "Пишіть на gemeente@@heemstede.nl\n\n## questions",
        "'gemeente@@heemstede.nl' is an address that is no fact", marked="gemeente@@",
    ),
    "a number in other signs than digits": Mistake(
        "uk/topics/dokter.md", "## questions", "Це ½ дня.\n\n## questions", "'½' is a number that is no fact",
        marked="½",
    ),
    "a number in a circle": Mistake(
        "en/topics/dokter.md", "## questions", "It takes ⑤ days.\n\n## questions", "'⑤' is a number that is no fact",
        marked="⑤",
    ),
    "a template that reaches for Python": Mistake(
        "nl/topics/veiligheid.md", "## questions", '{{ "".__class__ }}\n\n## questions',
        "cannot be shown: only {{ fact }}"
    ),
    "a template that counts by itself": Mistake(
        "en/topics/empatia.md", "## questions", "{% for x in range(3) %}a{% endfor %}\n\n## questions",
        "cannot be shown: only {{ fact }}"
    ),
    "a number that hides in a template": Mistake(
        "uk/topics/empatia.md", "## questions", "{{ 99 }}\n\n## questions", "cannot be shown: only {{ fact }}"
    ),
    "a fact that was checked in days to come": Mistake(
        "facts.yaml", "checked: 2026-11-24", "checked: 2036-11-24", "`checked` is a day to come (2036-11-24)",
        marked="2036-11-24",
    ),
    "a topic that was checked in days to come": Mistake(
        "topics.yaml", "checked: 2026-11-24", "checked: 2036-11-24", "`checked` is a day to come (2036-11-24)",
        marked="2036-11-24",
    ),
    "a text too long for Telegram": Mistake(
        "nl/topics/werkcentrum.md", "## questions", LONG * 60 + "\n\n## questions", "is too long for Telegram"
    ),
    "a Dutch text that is hard to read": Mistake(
        "nl/topics/resultaten.md", "## questions", HARD * 6 + "\n\n## questions", "is hard to read"
    ),
    "a heading that nobody knows": Mistake(
        "en/topics/resultaten.md", "## questions", "## ukraine\nx\n\n## questions", "unexpected heading '## ukraine'",
        marked="## ukraine",
    ),
    "a key that nobody knows": Mistake(
        "uk/topics/resultaten.md", "---\n", "---\nbuton: x\n", "unknown key buton", line=2
    ),
    "a title that fills the screen": Mistake(
        "en/topics/inburgering.md", "# ", f"# {'word ' * 16}", "the title has", marked="word word"
    ),
    "a button that is too wide": Mistake(
        "en/topics/taalinloop.md", 'button: "', f'button: "{"wide " * 7}', "`button` has", line=2
    ),
    "a line that is no question": Mistake(
        "en/topics/voorleesexpress.md", "## questions\n", "## questions\nno dash\n", "expected a question on one line",
        marked="no dash",
    ),
    "a question without letters": Mistake(
        "en/topics/nt2-wij.md", "## questions\n", "## questions\n- ?!\n", "'?!' has no letters", marked="- ?!"
    ),
    "a question that stands in two topics": Mistake(
        "en/elsewhere/afval.md", "## questions\n", "## questions\n- swimming lessons\n",
        "'swimming lessons' stands in", marked="- swimming lessons",
    ),
    "a question that finds another topic": Mistake(
        "en/topics/schoonmaak.md", "## questions\n", "## questions\n- zwemles peuteropvang leefgeld huisarts empatia\n",
        "does not find its own topic among the first 3", marked="zwemles peuteropvang",
    ),
    "a question that would set off the alarm": Mistake(
        "en/topics/oudercafe.md", "## questions\n", "## questions\n- I want to kill myself\n",
        "sets off the alarm for danger", marked="kill myself",
    ),
    "an interface word with a number": Mistake(
        "uk/interface.yaml", "Вітаю! ", "Вітаю 7! ", "has a number in it"
    ),
    "an interface word that the source does not have": Mistake(
        "en/interface.yaml", "start:\n", "start:\n  extra: word\n",
        "'start.extra' does not exist in the source language"
    ),
    "an interface word with another placeholder": Mistake(
        "uk/interface.yaml", "Є небезпека? Телефонуйте {emergency_number}", "Є небезпека? Телефонуйте {emergncy}",
        "the word 'web.hint' must have these placeholders: emergency_number"
    ),
    "an interface word with half a placeholder": Mistake(
        "en/interface.yaml", "Goodbye!", "Goodbye {!",
        "the word 'terminal.bye' has a brace without its partner: a placeholder is {name}"
    ),
    "an interface word without the form for every other number": Mistake(
        "en/interface.yaml", "    other: ", "    two: ", "the word 'web.too_often' has no form `other`"
    ),
    "an interface word that is missing": Mistake(
        "en/interface.yaml", "  skip: ", "  skipp: ", "the word 'audience.skip' is missing"
    ),
    "a topic that leads to one that is not there": Mistake(
        "topics.yaml", "related: [specialist, zorgkosten, noodgeval]", "related: [tandarts]",
        "related topic 'tandarts' does not exist", marked="related: [tandarts]",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    def copy() -> Path:
        return Path(shutil.copytree(CONTENT, tmp_path_factory.mktemp("check") / "content"))

    return copy


@pytest.fixture(scope="module")
def found(copied: Callable[[], Path]) -> tuple[Path, list[str]]:
    """The findings of one run on content with all the mistakes, and more that no replacement can make."""
    content = copied()
    for mistake in MISTAKES.values():
        path = content / mistake.path
        text = path.read_text(encoding="utf-8")
        assert mistake.old in text, f"{mistake.path} has changed: {mistake.old!r} is no longer there"
        path.write_text(text.replace(mistake.old, mistake.new, 1), encoding="utf-8")
    (content / "en/topics/specialist.md").unlink()
    (content / "en/topics/verzonnen.md").write_text("# Made up\n\nText.\n", encoding="utf-8")
    few = content / "uk/topics/open-huis.md"
    head, questions = few.read_text(encoding="utf-8").split("## questions\n")
    few.write_text(f"{head}## questions\n{''.join(questions.splitlines(keepends=True)[:3])}", encoding="utf-8")
    (content / "en/test-questions.yaml").write_text(
        "zwemles:\n  - toddler playgroup for my child of two\nzwemmen:\n  - swimming\n", encoding="utf-8"
    )
    return content, [str(finding) for finding in check_content(content, TODAY)]


pytestmark = pytest.mark.xdist_group("content check")


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_each_mistake_is_named_with_its_file_and_line(found: tuple[Path, list[str]], mistake: Mistake) -> None:
    content, findings = found
    named = [line for line in findings if line.startswith(f"content/{mistake.path}:") and mistake.finding in line]
    assert named
    line = mistake.line
    if mistake.marked:
        text = (content / mistake.path).read_text(encoding="utf-8").splitlines()
        line = next(number for number, written in enumerate(text, 1) if mistake.marked in written)
    if line is not None:
        assert named[0].startswith(f"content/{mistake.path}:{line}: ")


@pytest.mark.parametrize(
    "finding",
    [
        "content/en/topics/specialist.md: this file is missing",
        "content/en/topics/verzonnen.md:1: 'verzonnen' is not named in topics.yaml",
        "has 3 questions, at least 12",
        "content/en/test-questions.yaml:2: 'toddler playgroup for my child of two' does not find zwemles",
        "content/en/test-questions.yaml:3: 'zwemmen' is no topic",
    ],
)
def test_what_is_missing_is_named(found: tuple[Path, list[str]], finding: str) -> None:
    assert [line for line in found[1] if finding in line]


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ("kind: euro", "kind: eur", "fact rma_dental_max: 'eur' is not a valid Kind"),
        ("250, kind: euro", '{nl: "250"}, kind: text', "fact rma_dental_max: there is no text in English"),
        ("kind: euro", "kind: euro, kind: euro", "'kind' stands here a second time"),
    ],
)  # fmt: skip
def test_a_fault_in_one_fact_is_one_finding_and_hides_no_other(
    tmp_path: Path, right: str, wrong: str, finding: str
) -> None:
    content, line = with_a_fault_in_the_facts(tmp_path, right, wrong)
    found = [str(one) for one in check_content(content, TODAY)]
    assert found[0] == "content/en/interface.yaml:1: the word 'terminal.bye' is empty"
    assert found[1].startswith("content/en/topics/dokter.md:")
    assert "'99' is a number that is no fact" in found[1]
    assert found[2].startswith("content/en/topics/dokter.md:")
    assert "the title has" in found[2]
    assert found[3].startswith(f"content/facts.yaml:{line}: {finding}")
    assert all(one.startswith("content/facts.yaml") for one in found[4:])


def test_facts_of_which_none_can_be_read_do_not_bury_what_needs_none(tmp_path: Path) -> None:
    content, line = with_a_fault_in_the_facts(tmp_path, "kind: euro", "kind: [euro")
    found = [str(one) for one in check_content(content, TODAY)]
    assert found[0] == "content/en/interface.yaml:1: the word 'terminal.bye' is empty"
    assert found[1].startswith("content/en/topics/dokter.md:")
    assert "the title has" in found[1]
    assert found[2] == "content/facts.yaml: no fact could be read: the texts are looked at in full once they can"
    assert found[3].startswith(f"content/facts.yaml:{line}: not valid YAML")
    assert len(found) == 4


def with_a_fault_in_the_facts(folder: Path, right: str, wrong: str) -> tuple[Path, int]:
    """Content with a fault in facts.yaml, in a line that is returned too, in a word, and in a text."""
    content = Path(shutil.copytree(CONTENT, folder / "content"))
    facts, words, text = content / "facts.yaml", content / "en/interface.yaml", content / "en/topics/dokter.md"
    before = facts.read_text(encoding="utf-8")
    facts.write_text(before.replace(right, wrong, 1), encoding="utf-8")
    words.write_text(words.read_text(encoding="utf-8").replace('bye: "Goodbye!"', 'bye: ""'), encoding="utf-8")
    text.write_text(text.read_text(encoding="utf-8").replace("\n# ", f"\n# {'word ' * 15}99 ", 1), encoding="utf-8")
    return content, before[: before.index(right)].count("\n") + 1


@pytest.mark.parametrize(
    ("path", "finding"),
    [
        ("uk/interface.yaml", "'start' stands here a second time"),
        ("nl/interface.yaml", "'start' stands here a second time"),
        ("uk/interface.yaml", "not valid YAML"),
        ("nl/staff.yaml", "not valid YAML"),
    ],
)
def test_a_fault_in_the_form_of_a_file_of_words_is_one_finding(tmp_path: Path, path: str, finding: str) -> None:
    content = small_content(tmp_path)
    before = set(map(str, check_content(content, TODAY)))
    with (content / path).open("a", encoding="utf-8") as words:
        words.write("start:\n  greeting: x\n" if "second time" in finding else "more: [a\n")
    (found,) = set(map(str, check_content(content, TODAY))) - before
    assert found.startswith(f"content/{path}:")
    assert finding in found


def test_a_clock_that_is_behind_does_not_make_every_day_one_to_come() -> None:
    assert check_content(CONTENT, dt.date(2020, 1, 1)) == []


@pytest.mark.parametrize(
    ("path", "broken", "finding"),
    [
        ("facts.yaml", "swimming: {value: 1\n", "content/facts.yaml:2: not valid YAML"),
        ("facts.yaml", "a: {value: 1}\na: {value: 2}\n", "content/facts.yaml:2: 'a' stands here a second time"),
        ("facts.yaml", "? [a]\n: {value: 1}\n", "content/facts.yaml:1: not valid YAML"),
        ("topics.yaml", "- zorg\n", "content/topics.yaml:1: expected `name: value` lines"),
        ("nl/language.yaml", "name: Nederlands\n", "content/nl/language.yaml:1: 'locale' is missing or wrong"),
        ("nl/interface.yaml", "start: [a\n", "content/nl/interface.yaml:2: not valid YAML"),
        ("nl/safety.yaml", "crisis: [a\n", "content/nl/safety.yaml:2: is no YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, path: str, broken: str, finding: str) -> None:
    content = small_content(tmp_path)
    (content / path).write_text(broken, encoding="utf-8")
    assert [line for line in map(str, check_content(content, TODAY)) if line.startswith(finding)]


@pytest.mark.parametrize("name", ["emergency_number", "suicide_number", "suicide_number_free", "safe_home_number"])
@pytest.mark.parametrize("instead", ["", '{name}: {{value: null, kind: phone, ask: "the municipality"}}\n'])
def test_a_number_to_call_in_danger_that_is_missing_or_open_is_named(tmp_path: Path, name: str, instead: str) -> None:
    content = small_content(tmp_path)
    facts = content / "facts.yaml"
    lines = facts.read_text(encoding="utf-8").splitlines(keepends=True)
    (place,) = (number for number, line in enumerate(lines) if line.startswith(f"{name}:"))
    lines[place] = instead.format(name=name)
    facts.write_text("".join(lines), encoding="utf-8")
    named = f"content/facts.yaml:{place + 1 if instead else 1}: the assistant itself needs the fact {name!r}"
    assert [line for line in map(str, check_content(content, TODAY)) if line.startswith(named)]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert [str(finding) for finding in check_content(tmp_path / "nothing", TODAY)] == [
        f"{tmp_path / 'nothing'}: there is no such folder: check WEGWIJZER_CONTENT_DIR"
    ]


@pytest.mark.parametrize("language", ["nl", "en", "uk", "ru"])
@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("safety.yaml", "this file is missing, so danger would go unseen"),
        ("danger-examples.yaml", "this file is missing, so danger in this language is known by its words only"),
        ("language.yaml", "this file is missing, so nobody is answered in this language"),
    ],
)
def test_a_language_without_a_file_that_it_must_have_is_named(
    tmp_path: Path, language: str, name: str, finding: str
) -> None:
    content = small_content(tmp_path)
    (content / language / name).unlink()
    assert f"content/{language}/{name}: {finding}" in map(str, check_content(content, TODAY))


def test_a_file_that_is_no_language_needs_none(tmp_path: Path) -> None:
    content = small_content(tmp_path)
    (content / ".git").mkdir()
    (content / "notes.txt").write_text("Not for readers.", encoding="utf-8")
    assert not [one for one in map(str, check_content(content, TODAY)) if ".git" in one or "notes" in one]


@pytest.mark.parametrize("topic", ["zwemles", "oudercafe"])  # the second is a kind of announcement too
def test_stamping_a_translation_says_that_it_was_read_again(copied: Callable[[], Path], topic: str) -> None:
    content = copied()
    dutch, english = content / f"nl/topics/{topic}.md", content / f"en/topics/{topic}.md"
    dutch.write_text(
        dutch.read_text("utf-8").replace("## anderen", "Vraag het ook aan uw buren.\n\n## anderen"), "utf-8"
    )
    before = english.read_text("utf-8")
    assert stamp_translations(content, [topic], "en") == 1
    assert stamp_translations(content, [topic], "en") == 0
    assert [a for a, b in zip(before.splitlines(), english.read_text("utf-8").splitlines(), strict=True) if a != b] == [
        line for line in before.splitlines() if line.startswith("made_from")
    ]


def test_staff_see_which_facts_are_open_and_where_they_are_used() -> None:
    lines = list(open_questions(CONTENT))
    supply = lines[: lines.index("")]
    assert any(line.startswith("  leefgeld_amount: ") and line.endswith("[leefgeld]") for line in supply)
    assert any("gp_post_number" in line for line in lines[len(supply) :])
