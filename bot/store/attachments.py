"""Files that go along with announcements: the letter as a PDF, a picture. They lie in the data folder."""

import hashlib
import os
import re
from pathlib import Path

from bot.errors import StoreError
from scheduler.announcements import Attachment

LARGEST = 10 * 1024 * 1024
"""Bytes; as much as a picture may have (Bot API, sendPhoto)."""

_KINDS = {b"%PDF-": ("pdf", ".pdf"), b"\xff\xd8\xff": ("picture", ".jpg"), b"\x89PNG\r\n\x1a\n": ("picture", ".png")}


class UselessFile(StoreError):
    """The file is too large, or neither a PDF nor a picture; `code` names the words for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AttachedFiles:
    """The folder of such files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: bytes) -> Attachment:
        """Keep a file and return how an announcement names it; the same content is kept once.

        Raises:
            UselessFile: if it is too large, or neither a PDF nor a JPEG or PNG picture (by its content, not its name).

        """
        if len(content) > LARGEST:
            raise UselessFile("file_too_large", f"{name} is larger than {LARGEST // 1024 // 1024} MB.")
        found = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
        if found is None:
            raise UselessFile("file_kind", f"{name} is neither a PDF nor a JPEG or PNG picture.")
        kind, suffix = found
        stored = hashlib.sha256(content).hexdigest()[:32] + suffix
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / stored
        if not _there(path, len(content)):
            temporary = path.with_suffix(".part")
            with temporary.open("wb") as file:
                file.write(content)
                # Before it gets its name: after a power cut there is either all of it or nothing of that name.
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        return Attachment(kind, stored, _clean(name, suffix))

    def read(self, name: str) -> bytes:
        """Return a file's content; StoreError if it is gone."""
        try:
            return self.path(name).read_bytes()
        except OSError as error:
            raise StoreError(f"The attached file {name} cannot be read: {error.strerror}.") from error

    def path(self, name: str) -> Path:
        """Return where a file lies; ValueError for a name that is none of ours."""
        if not re.fullmatch(r"[0-9a-f]{32}\.(pdf|jpg|png)", name):
            raise ValueError("no name of an attached file")
        return self._folder / name


def _there(path: Path, size: int) -> bool:
    """Whether a file is there as a whole, and not what a power cut left of it."""
    return path.exists() and path.stat().st_size == size


def _clean(name: str, suffix: str) -> str:
    """The name that readers see: letters, digits, spaces, dots and dashes."""
    stem = re.sub(r"[^\w .()-]", "", name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip(" .")
    return f"{stem[:60] or 'brief'}{suffix}"
