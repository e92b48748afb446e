"""The command `wegwijzer` as people start it: a process of its own, in a folder, with no settings but those given."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("wegwijzer"))
LIGHT = {"WEGWIJZER_FINDER": "light"}


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of this process without any setting of ours, and the given ones added."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WEGWIJZER_")}
    return {**inherited, **settings}


def run(
    *words: str, folder: Path, settings: Mapping[str, str] = LIGHT, given: bytes = b"", seconds: float = 60,
    room: int = resource.RLIM_INFINITY,
) -> "Ended":  # fmt: skip
    """Run the command to its end; `room` is how many bytes a file may take, as on a disk that is nearly full."""
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *words], cwd=folder, env=environment(settings), input=given, capture_output=True, timeout=seconds,
        check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )  # fmt: skip
    return Ended(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


class Ended:
    """How a command ended: its exit code and what it wrote."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


class Serving:
    """`wegwijzer run` in a process of its own, on any free port."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.lines: list[str] = []

    def line_with(self, words: str) -> str:
        """Return the first line of its output with these words; wait for it."""
        assert self.process.stdout is not None
        while not any(words in line for line in self.lines):
            line = self.process.stdout.readline().decode("utf-8")
            assert line, f"it ended without saying {words!r}; it said {self.lines}, {self.errors()}"
            self.lines.append(line.rstrip("\n"))
        return next(line for line in self.lines if words in line)

    @property
    def address(self) -> str:
        """The address that it says its web chat has."""
        return self.line_with("http://").rsplit(" ", 1)[-1]

    def errors(self) -> str:
        """Return what it wrote to stderr until its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode("utf-8")


@contextmanager
def serving(folder: Path, settings: Mapping[str, str]) -> Iterator[Serving]:
    """Start `wegwijzer run` in a folder; it is killed at the end if it still runs."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "run"], cwd=folder, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()
