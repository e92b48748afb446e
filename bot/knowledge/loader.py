"""How our YAML files are found and read: every language has its own, and plain values only are in them."""

from collections.abc import Iterator
from pathlib import Path

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # PyYAML without libyaml: slower, and the same to us

__all__ = ["SafeLoader", "of_each_language"]


def of_each_language(content: Path, name: str) -> Iterator[Path]:
    """Yield the path of a file that every language must have, whether it is there or not."""
    for folder in sorted(content.glob("*/")):
        if (folder / "language.yaml").exists() or (folder / name).exists():
            yield folder / name
