"""Sealing: addresses (Telegram chat ids, web sessions) lie encrypted in the database.

AES-SIV is deterministic and authenticated: the same address always gives the same sealed text, so that look-ups
stay indexed, and a text that was tampered with does not open. The key never lies in the database.
"""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bot.errors import KeyProblem

KEY_BYTES = 64
_PROBE = "wegwijzer key probe"


class Sealer:
    """Seals and opens addresses with one key (64 bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyProblem(f"The key must be {KEY_BYTES} bytes; this one has {len(key)}.")
        self._cipher = AESSIV(key)

    def seal(self, address: str) -> str:
        """Return the sealed form of an address; the same address always gives the same text."""
        return base64.urlsafe_b64encode(self._cipher.encrypt(address.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """Return the address; KeyProblem if it was sealed with another key or has been changed."""
        try:
            return self._cipher.decrypt(base64.urlsafe_b64decode(sealed), None).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise KeyProblem("This address was sealed with another key, or has been changed.") from error

    @property
    def probe(self) -> str:
        """A text by which a database recognises its key."""
        return self.seal(_PROBE)


def key_from_text(text: str) -> bytes:
    """Return the key written as URL-safe base64 (88 characters), as in WEGWIJZER_KEY or the key file.

    Raises:
        KeyProblem: if the text is no such key.

    """
    try:
        key = base64.urlsafe_b64decode(text.strip().encode())
    except (binascii.Error, ValueError) as error:
        raise KeyProblem("The key is not readable: it is 88 letters, digits, - and _, as it was made.") from error
    if len(key) != KEY_BYTES:
        raise KeyProblem(f"The key is not complete: it must hold {KEY_BYTES} bytes, this one holds {len(key)}.")
    return key


def read_key_file(path: Path) -> bytes:
    """Return the key in a key file; KeyProblem if it is missing or not readable."""
    try:
        return key_from_text(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise KeyProblem(
            f"The key file {path} is missing, but the database needs it. Put it back from your backup, "
            "or set WEGWIJZER_KEY."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"The key file {path} cannot be read: {error}") from error


def make_key_file(path: Path) -> bytes:
    """Make a new key file (mode 600) and return its key; never overwrites one."""
    key = os.urandom(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyProblem(f"The key file {path} cannot be made: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(key) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink()
        raise KeyProblem(f"The key file {path} cannot be written: {error.strerror}.") from error
    return key
