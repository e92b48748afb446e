"""Where everything is put together: the only module that knows everybody."""

import gc
import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from bot.assistant import Assistant, Talk
from bot.dialogue.conversation import HELPED, HELPED_WITHOUT_DESK, Conversation
from bot.dialogue.following import Following, NotHere
from bot.dialogue.staff.overview import Overview
from bot.dialogue.staff.talk import StaffTalk
from bot.dialogue.wondering import Wondering
from bot.errors import ContentError, SettingsError, StoreError
from bot.knowledge.danger import NET_FILE, SecondNet
from bot.knowledge.fusion import SEMANTIC_FILE, FusedFinder, WeightsProblem
from bot.knowledge.library import Library, load
from bot.knowledge.rendering import CannotRender, Renderer
from bot.knowledge.safety import SafetyNet
from bot.knowledge.semantic import SemanticPart, SemanticUnavailable
from bot.knowledge.understanding import SAFETY_TOPICS, Understanding
from bot.settings import CHECKOUT, Settings
from bot.store.announcements import Announcements
from bot.store.answers import Answers
from bot.store.attachments import AttachedFiles
from bot.store.audit import Audit
from bot.store.database import open_database, prepare_folder, sealer_for, unmake_database
from bot.store.deliveries import SENT_DAYS, Deliveries
from bot.store.events import Events, SignUps
from bot.store.helped import Helped
from bot.store.locations import Locations
from bot.store.migrations import migrations
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.questions import KEPT_DAYS, Questions
from bot.store.sealing import Sealer
from bot.store.staff import Staff
from bot.store.subscriptions import Subscriptions
from bot.store.talks import Talks
from scheduler.composing import Composer
from scheduler.desk.answering import Answering
from scheduler.desk.desk import Desk, open_desk
from scheduler.desk.office import Office, Rules

Clock = Callable[[], datetime]

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
    """What residents' talk needs to keep. `new_key` tells that a key file was made just now."""

    db: Database
    sealer: Sealer
    people: People
    questions: Questions
    helped: Helped
    notes: Notes
    new_key: bool


def build_knowledge(settings: Settings) -> Knowledge:
    """Return everything that is read from content/.

    What is built here stays until the end: looking through it for garbage while it grows took a sixth of the time.

    Raises:
        ContentError: if the content has a fault.
        SettingsError: if the semantic finder is demanded but not to be had.

    """
    with _no_collection():
        library = load(settings.content_dir)
        renderer = Renderer(library)
        _say_what_danger_needs(library, renderer)
        try:
            safety = SafetyNet.load(settings.content_dir)
        except ValueError as error:
            raise ContentError([str(error)]) from error
        finder, status = build_finder(library, settings.finder)
        second, remark = build_second_net(finder)
        understanding = Understanding(library, safety, finder, second=second)
    return Knowledge(library, renderer, understanding, finder, status + remark)


def _say_what_danger_needs(library: Library, renderer: Renderer) -> None:
    """Make once what is said to somebody in danger: a fault in it must not wait for them.

    Raises:
        ContentError: if it cannot be made.

    """
    for topic in SAFETY_TOPICS.values():
        for language in library.spoken:
            try:
                renderer.topic(topic, language.code)
            except CannotRender as error:
                raise ContentError([f"{library.entry(topic, language.code).path}: cannot be shown: {error}"]) from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Collect no garbage meanwhile."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def build_second_net(finder: FusedFinder) -> tuple[SecondNet | None, str]:
    """Return the net that knows danger by its meaning, where it can be had, and a remark for the start line if not."""
    if finder.semantic is None:
        return None, ""
    try:
        return SecondNet.load(WEIGHTS / NET_FILE, finder.semantic.embedder), ""
    except SemanticUnavailable as error:
        _log.warning("danger is known by words only: %s", error)
        return None, f" (danger by words only: {error})"


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
        StoreError: if the database cannot be used; what was made just now, key and database, is taken away again.

    """
    key = settings.key.get_secret_value() if settings.key else None
    prepare_folder(settings.data_dir)
    sealer, new_key = sealer_for(settings.database, key, settings.key_path)
    try:
        db = open_database(settings.database, sealer)
    except StoreError:
        if new_key:  # so there was no database before
            settings.key_path.unlink()
            unmake_database(settings.database)
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


def now() -> datetime:
    """Return the time, aware: the one place where the wall clock is read."""
    return datetime.now(UTC)


def build_desk(library: Library, db: Database, sealer: Sealer, settings: Settings, clock: Clock = now) -> Desk:
    """Return the desk of announcements and events over one connection to the database."""
    people, locations = People(db, sealer), Locations(db)
    locations.seed(library.announcements.locations)
    return open_desk(
        Office(
            db=db,
            library=library,
            composer=Composer(library),
            people=people,
            subscriptions=Subscriptions(db, people),
            locations=locations,
            staff=Staff(db, sealer),
            announcements=Announcements(db),
            events=Events(db),
            sign_ups=SignUps(db),
            deliveries=Deliveries(db, sealer, clock, practice=settings.practice),
            audit=Audit(db),
            clock=clock,
            rules=Rules(solo=settings.solo, practice=settings.practice),
        )
    )


def build_answering(desk: Desk) -> Answering:
    """Return the answers that staff add, on the desk's connection."""
    db = desk.office.db
    return Answering(desk.office, desk.telling, Questions(db), Answers(db))


def build_talks(store: Store, desk: Desk, settings: Settings, clock: Clock = now) -> tuple[Talk, ...]:
    """Return the talks that go before the conversation: staff's work, what one follows, answers added by staff."""
    library = desk.office.library
    answering = build_answering(desk)
    overview = Overview(desk, answering, store.helped, lambda: store.notes.get("telegram_username"))
    half_done = Talks(store.db, store.sealer, clock)
    files = AttachedFiles(settings.data_dir / "attachments")
    return (
        StaffTalk(desk, half_done, files, overview),
        Following(library, desk.board),
        Wondering(library, answering, KEPT_DAYS),
    )


def build_assistant(
    knowledge: Knowledge,
    store: Store,
    desk: Desk | None = None,
    settings: Settings | None = None,
    clock: Clock = now,
    *,
    kept_days: int = KEPT_DAYS,
) -> Assistant:
    """Return the assistant that every channel talks to; without a desk it only answers questions.

    `kept_days`: how long questions without an answer are kept for the editors; 0 = not at all, and nobody is told so.
    """
    there = desk is not None and settings is not None
    conversation = Conversation(
        knowledge.library, knowledge.renderer, knowledge.understanding, kept_days=kept_days, sent_days=SENT_DAYS,
        helped=HELPED if there else HELPED_WITHOUT_DESK,
    )  # fmt: skip
    talks: tuple[Talk, ...] = (NotHere(knowledge.library),)
    if desk is not None and settings is not None:
        talks = build_talks(store, desk, settings, clock)
    wondering = next((talk for talk in talks if isinstance(talk, Wondering)), None)
    following = next((talk for talk in talks if isinstance(talk, Following)), None)
    return Assistant(
        conversation,
        store.people,
        store.questions,
        store.helped,
        clock=clock,
        token=lambda: secrets.token_urlsafe(6),
        talks=talks,
        added=wondering.instead if wondering else None,
        beside=following.beside if following else None,
        reachable=desk.board.can_reach if desk else lambda _address: False,
    )
