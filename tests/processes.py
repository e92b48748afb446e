"""The command `wegwijzer` as people start it: a process of its own, in a folder, with no settings but those given."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("wegwijzer"))
LIGHT = {"WEGWIJZER_FINDER": "light"}


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of this process without any setting of ours, and the given ones added."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WEGWIJZER_")}
    return {**inherited, **settings}


def run(
    *words: str, folder: Path, settings: Mapping[str, str] = LIGHT, given: bytes = b"", seconds: float = 60
) -> "Ended":
    """Run the command to its end."""
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *words], cwd=folder, env=environment(settings), input=given, capture_output=True, timeout=seconds,
        check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


class Ended:
    """How a command ended: its exit code and what it wrote."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err
