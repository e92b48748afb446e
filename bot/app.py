"""Where everything is put together: the only module that knows everybody."""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from bot.assistant import Assistant
from bot.dialogue.conversation import Conversation
from bot.errors import ContentError, SettingsError, StoreError
from bot.knowledge.fusion import SEMANTIC_FILE, FusedFinder, WeightsProblem
from bot.knowledge.library import Library, load
from bot.knowledge.rendering import Renderer
from bot.knowledge.safety import SafetyNet
from bot.knowledge.semantic import SemanticPart, SemanticUnavailable
from bot.knowledge.understanding import Understanding
from bot.settings import CHECKOUT, Settings
from bot.store.database import open_database, prepare_folder, sealer_for
from bot.store.helped import Helped
from bot.store.migrations import migrations
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.questions import KEPT_DAYS, Questions
from bot.store.sealing import Sealer

WEIGHTS = CHECKOUT / "bot" / "knowledge" / "weights"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the assistant knows, and in a few words which finder is at work and why."""

    library: Library
    renderer: Renderer
    understanding: Understanding
    finder: FusedFinder
    finder_status: str


@dataclass(frozen=True, slots=True)
class Store:
    """What is kept. `new_key` tells that a key file was made just now."""

    db: Database
    sealer: Sealer
    people: People
    questions: Questions
    helped: Helped
    notes: Notes
    new_key: bool


def build_knowledge(settings: Settings) -> Knowledge:
    """Return everything that is read from content/.

    Raises:
        ContentError: if the content has a fault.
        SettingsError: if the semantic finder is demanded but not to be had.

    """
    library = load(settings.content_dir)
    renderer = Renderer(library)
    try:
        safety = SafetyNet.load(settings.content_dir)
    except ValueError as error:
        raise ContentError([str(error)]) from error
    finder, status = build_finder(library, settings.finder)
    return Knowledge(library, renderer, Understanding(library, safety, finder), finder, status)


def build_finder(library: Library, wanted: str) -> tuple[FusedFinder, str]:
    """Return the finder, with the semantic part where it can be had, and a status for the start line."""
    if wanted == "light":
        return FusedFinder.load(library, WEIGHTS, None), "light (by setting)"
    try:
        semantic = SemanticPart.load(WEIGHTS / SEMANTIC_FILE)
        return FusedFinder.load(library, WEIGHTS, semantic), "light + semantic"
    except (SemanticUnavailable, WeightsProblem) as error:
        if wanted == "semantic":
            raise SettingsError(f"WEGWIJZER_FINDER=semantic, but {error}") from error
        _log.info("semantic part not used: %s", error)
        return FusedFinder.load(library, WEIGHTS, None), f"light ({error})"


def build_store(settings: Settings) -> Store:
    """Return the database behind its key.

    Raises:
        KeyProblem: if the key is missing or wrong.
        StoreError: if the database cannot be used; a key file that was made for it just now is taken away again.

    """
    key = settings.key.get_secret_value() if settings.key else None
    prepare_folder(settings.data_dir)
    sealer, new_key = sealer_for(settings.database, key, settings.key_path)
    try:
        db = open_database(settings.database, sealer)
    except StoreError:
        if new_key:
            settings.key_path.unlink()
        raise
    return Store(db, sealer, People(db, sealer), Questions(db), Helped(db), Notes(db), new_key)


def memory_store() -> Store:
    """Return a store that lives in memory only: for the terminal, which keeps nothing."""
    sealer = Sealer(secrets.token_bytes(64))
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.isolation_level = None
    db = Database(connection)
    migrations.apply(db)
    return Store(db, sealer, People(db, sealer), Questions(db), Helped(db), Notes(db), new_key=False)


def build_assistant(
    knowledge: Knowledge, store: Store, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Assistant:
    """Return the assistant that every channel talks to."""
    conversation = Conversation(knowledge.library, knowledge.renderer, knowledge.understanding, kept_days=KEPT_DAYS)
    return Assistant(
        conversation,
        store.people,
        store.questions,
        store.helped,
        clock=clock,
        token=lambda: secrets.token_urlsafe(6),
    )
