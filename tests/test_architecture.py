"""The house rules that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((*ROOT.glob("bot/**/*.py"), *ROOT.glob("scheduler/**/*.py")))

PURE_SCHEDULING = {
    "scheduler.announcements", "scheduler.delivery", "scheduler.events", "scheduler.recurrence", "scheduler.feeds",
    "scheduler.composing",
}  # fmt: skip

# What each part of the house may know, beside itself. Imports point one way: no circle can arise.
MAY_KNOW = {
    "bot": set(),
    "bot.errors": set(),
    "bot.settings": {"bot.errors"},
    "bot.knowledge": {"bot.errors"},
    "bot.dialogue": {"bot.knowledge", *PURE_SCHEDULING},
    # Staff's talk works with the desk and its rows; residents' talk knows no more than it is given.
    "bot.dialogue.staff": {"bot.knowledge", "bot.dialogue", "bot.store", "scheduler.desk", *PURE_SCHEDULING},
    "bot.store": {"bot.errors", "bot.knowledge", "bot.dialogue", *PURE_SCHEDULING},
    "bot.assistant": {"bot.knowledge", "bot.dialogue"},
    "bot.channels": {
        "bot.errors",
        "bot.knowledge",
        "bot.dialogue",
        "bot.assistant",
        "bot.store",
        "scheduler.pace",
        *PURE_SCHEDULING,
    },
    "bot.training": {"bot.errors", "bot.knowledge"},
    "bot.checking": {"bot.errors", "bot.knowledge", "bot.checking_templates"},
    "bot.checking_templates": {"bot.errors", "bot.knowledge", *PURE_SCHEDULING},
    "scheduler.announcements": {"bot.knowledge"},
    "scheduler.events": {"bot.knowledge", "scheduler.announcements"},
    "scheduler.recurrence": {"bot.knowledge", "bot.errors", "scheduler.events"},
    "scheduler.feeds": {"bot.knowledge", "scheduler.announcements", "scheduler.events"},
    "scheduler.composing": {"bot.knowledge", "bot.errors", "scheduler.announcements", "scheduler.events"},
    "scheduler.delivery": {"bot.knowledge", "bot.dialogue", "scheduler.announcements"},
    "scheduler.pace": set(),
    "scheduler.outbox": {"bot.knowledge", "bot.errors", "scheduler.pace", *PURE_SCHEDULING},
    "scheduler.desk": {"bot.errors", "bot.knowledge", "bot.store", "bot.dialogue", *PURE_SCHEDULING},
    "scheduler": {"bot.knowledge", "bot.store", "scheduler.desk", "scheduler.outbox"},
    "bot.app": None,
    "bot.serving": None,
    "bot.serving_telegram": None,
    "bot.cli": None,
}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _part(module: str) -> str:
    return max((part for part in MAY_KNOW if module == part or module.startswith(f"{part}.")), key=len)


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_point_one_way(path: Path) -> None:
    own = _part(_name(path))
    allowed = MAY_KNOW[own]
    for module in _imports(path):
        if module.split(".")[0] in ("bot", "scheduler") and allowed is not None and module != "bot":
            assert _part(module) in {own, *allowed}, f"{own} may not know {module}"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in MODULES
        if _part(_name(path)) in ("bot.knowledge", "bot.dialogue", "scheduler.delivery", *PURE_SCHEDULING)
    ],
    ids=_name,
)
def test_the_core_knows_no_network_no_clock_no_database(path: Path) -> None:
    forbidden = {
        "telegram",
        "starlette",
        "uvicorn",
        "httpx",
        "socket",
        "sqlite3",
        "sqlite_utils",
        "time",
        "os",
        "asyncio",
    }
    assert not {module.split(".")[0] for module in _imports(path)} & forbidden
    assert not re.search(r"\b(datetime|dt)\.now\(|\btoday\(\)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_sentence_for_residents_stands_in_python(path: Path) -> None:
    """Cyrillic in code is data about letters; whole words of it belong in content/."""
    if path.name in ("skeleton.py", "keyboard.py", "masking.py", "transliterate.py", "letters.py", "language.py"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_docstring(node, path):
            assert not re.search(r"[\u0400-\u04ff]{3}", node.value), node.value


def _is_docstring(node: ast.Constant, path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owners = [
        n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return any(ast.get_docstring(owner, clean=False) == node.value for owner in owners) or "\n" in str(node.value)


def test_every_ignore_carries_its_reason() -> None:
    bare = re.compile(r"#\s*(noqa(?!:)|noqa: [A-Z0-9, ]+$|type: ignore(?!\[)|type: ignore\[[\w, -]+\]$)")
    for path in (*MODULES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("bench/**/*.py")):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not bare.search(line), f"{path.name}:{number} says no reason"
