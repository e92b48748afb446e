"""What many tests need: the real content, a finder that says what it is told, a clock that stands still."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.assistant import Assistant, Talk
from bot.dialogue.conversation import Conversation
from bot.knowledge.finder import Ranking, ranking
from bot.knowledge.language import LanguageGuesser
from bot.knowledge.library import Library, load
from bot.knowledge.rendering import Renderer
from bot.knowledge.safety import SafetyNet
from bot.knowledge.understanding import Understanding
from bot.store.database import open_database
from bot.store.helped import Helped
from bot.store.people import People
from bot.store.questions import Questions
from bot.store.sealing import Sealer
from scheduler.announcements import Role
from scheduler.events import Event
from tests.bot_api import BotApi, running
from tests.desk import Place, parent_cafe

CONTENT = Path(__file__).resolve().parents[1] / "content"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def library() -> Library:
    return load(CONTENT)


@pytest.fixture(scope="session")
def renderer(library: Library) -> Renderer:
    return Renderer(library)


@pytest.fixture(scope="session")
def safety() -> SafetyNet:
    return SafetyNet.load(CONTENT)


@dataclass
class ScriptedFinder:
    """Ranks as the test says: question -> probabilities by label."""

    script: dict[str, Mapping[str, float]] = field(default_factory=dict)

    def rank(self, question: str) -> Ranking:
        said = self.script.get(question, {})
        return ranking([*said, "dokter"], [*said.values(), 0.0])


@pytest.fixture
def finder() -> ScriptedFinder:
    return ScriptedFinder()


@pytest.fixture(scope="session")
def guesser(library: Library) -> LanguageGuesser:
    return LanguageGuesser.taught_by(library)


@pytest.fixture
def conversation(
    library: Library, renderer: Renderer, safety: SafetyNet, finder: ScriptedFinder, guesser: LanguageGuesser
) -> Conversation:
    return Conversation(library, renderer, Understanding(library, safety, finder, guesser=guesser))


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(bytes(range(64)))


@pytest.fixture
def db(tmp_path: Path, sealer: Sealer) -> Database:
    return open_database(tmp_path / "wegwijzer.sqlite", sealer)


@pytest.fixture
def assistant(conversation: Conversation, db: Database, sealer: Sealer) -> Assistant:
    return new_assistant(conversation, db, sealer)


def new_assistant(
    conversation: Conversation,
    db: Database,
    sealer: Sealer,
    clock: Callable[[], datetime] = lambda: NOW,
    talks: Sequence[Talk] = (),
) -> Assistant:
    """An assistant with tokens that count up."""
    numbers = iter(range(10_000))
    return Assistant(
        conversation,
        People(db, sealer),
        Questions(db),
        Helped(db),
        clock=clock,
        token=lambda: f"token{next(numbers)}",
        talks=talks,
    )


@pytest.fixture
def understanding(library: Library, safety: SafetyNet, finder: ScriptedFinder) -> Understanding:
    return Understanding(library, safety, finder)


@pytest.fixture
def api() -> Iterator[BotApi]:
    with running() as server:
        yield server


# --- a desk with staff -------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, library: Library, sealer: Sealer) -> Place:
    return Place(tmp_path, library, sealer)


@pytest.fixture
def editor(place: Place) -> int:
    return place.staff("Eva", Role.EDITOR)


@pytest.fixture
def approver(place: Place) -> int:
    return place.staff("Anna", Role.APPROVER)


@pytest.fixture
def planned(place: Place, editor: int, approver: int) -> Callable[..., Event]:
    def plan(**how: Any) -> Event:
        event = place.desk.planning.add(editor, parent_cafe(**how))
        place.desk.planning.submit(editor, event.id)
        return place.desk.planning.approve(approver, event.id)

    return plan
