"""The errors that a person may meet: each carries one sentence that says what to do."""

from dataclasses import dataclass


class WegwijzerError(Exception):
    """Something is wrong that a person can put right; `str(error)` is one clear sentence for them."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something wrong in the content, where (line 0: the file as a whole), and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class SettingsError(WegwijzerError):
    """A setting has a value that cannot be used."""


class ContentError(WegwijzerError):
    """Content cannot be read. `findings` holds everything that was wrong, one line each."""

    def __init__(self, findings: "list[str]") -> None:
        self.findings = findings
        more = f" (and {len(findings) - 1} more: run  wegwijzer check)" if len(findings) > 1 else ""
        super().__init__(f"{findings[0]}{more}")


class StoreError(WegwijzerError):
    """The database cannot be opened or is not ours."""


class KeyProblem(WegwijzerError):
    """The key that seals addresses is missing, unreadable or not the one the database was made with."""


class ChannelError(WegwijzerError):
    """A channel cannot start: a wrong token, a port in use, a server out of reach."""
