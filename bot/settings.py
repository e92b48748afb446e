"""Settings: every one can stand in the environment or in a file .env, and `wegwijzer settings` lists them."""

import difflib
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from bot.errors import SettingsError

PREFIX = "WEGWIJZER_"
CHECKOUT = Path(__file__).resolve().parents[1]

WEBHOOK_PATH = "/telegram"
"""Where updates come in if the address of the webhook names no path: at / is the chat."""

_TELEGRAM = "https://api.telegram.org"
_TELEGRAM_PORTS = (None, 443, 80, 88, 8443)


class Settings(BaseModel):
    """All settings. With none at all the web chat listens on http://127.0.0.1:8080."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(description="address that the web chat listens on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port that the web chat listens on; 0 = any free one")] = (
        8080
    )
    data_dir: Annotated[Path, Field(description="folder of the database and the key file")] = Path("var")
    content_dir: Annotated[Path, Field(description="folder of the texts")] = CHECKOUT / "content"
    telegram_token: Annotated[
        SecretStr | None, Field(description="token of the Telegram bot; without it there is no Telegram")
    ] = None
    telegram_api_url: Annotated[str, Field(description="Bot API server")] = _TELEGRAM
    pace_per_second: Annotated[int, Field(ge=0, description="messages a second over all; 0 = no limit")] = 30
    pace_per_chat: Annotated[int, Field(ge=0, description="messages a second to one person; 0 = no limit")] = 1
    pace_per_group: Annotated[int, Field(ge=0, description="messages a minute to one group; 0 = no limit")] = 20
    practice: Annotated[bool, Field(description="practice mode: everything works, announcements reach staff only")] = (
        False
    )
    webhook_url: Annotated[
        str | None,
        Field(description="public https address of this server: Telegram by webhook instead of polling"),
    ] = None
    webhook_secret: Annotated[
        SecretStr | None,
        Field(description="secret that Telegram sends along; made from the token if not set"),
    ] = None
    key: Annotated[SecretStr | None, Field(description="key that seals addresses (instead of the key file)")] = None
    key_file: Annotated[
        Path | None, Field(description="file of that key; by default wegwijzer.key in the data folder")
    ] = None
    solo: Annotated[
        bool, Field(description="true: who wrote an announcement may approve it too (the audit log says so)")
    ] = False
    finder: Annotated[Literal["auto", "light", "semantic"], Field(description="auto, light or semantic")] = "auto"
    trusted_proxies: Annotated[
        str, Field(description="addresses or networks of reverse proxies whose X-Forwarded-For counts, with commas")
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="debug, info, warning or error")
    ] = "info"

    @field_validator("finder", "log_level", mode="before")
    @classmethod
    def _choice(cls, value: str) -> str:
        return value.lower()

    @field_validator("telegram_api_url")
    @classmethod
    def _api_address(cls, value: str) -> str:
        return _web_address(value).geturl().rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _webhook_address(cls, value: str, info: ValidationInfo) -> str:
        """Return an address whose path is exactly the one that the web server listens at."""
        address = _web_address(value)
        if info.data.get("telegram_api_url") == _TELEGRAM:
            if address.scheme != "https":
                raise ValueError("must begin with https:// (Telegram calls nothing else)")
            if address.port not in _TELEGRAM_PORTS:
                raise ValueError("must have port 443, 80, 88 or 8443, or none (Telegram calls no other)")
        path = address.path.rstrip("/") or WEBHOOK_PATH
        if not re.fullmatch(r"(/[\w~:-][\w.~:-]*)+", path, re.ASCII):
            raise ValueError("must have a path of plain letters and digits, such as /telegram")
        return address._replace(path=path).geturl()

    @field_validator("webhook_secret")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        """Check what the Bot API (setWebhook, secret_token) demands."""
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("must be at most 256 letters, digits, _ and -")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for part in filter(None, (part.strip() for part in value.split(","))):
            try:
                ipaddress.ip_network(part)
            except ValueError:
                raise ValueError(f"{part!r} is no IP address or network such as 10.0.0.1 or 10.0.0.0/8") from None
        return value

    @property
    def webhook_path(self) -> str | None:
        """The path at which updates come in; None without a webhook."""
        return None if self.webhook_url is None else urlsplit(self.webhook_url).path

    @property
    def attachments(self) -> Path:
        """Where the files that go along with announcements are."""
        return self.data_dir / "attachments"

    @property
    def database(self) -> Path:
        """Where the SQLite file is."""
        return self.data_dir / "wegwijzer.sqlite"

    @property
    def key_path(self) -> Path:
        """Where the key file is."""
        return self.key_file or self.data_dir / "wegwijzer.key"


def read_settings(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Return the settings of an environment and a .env file; the environment goes first.

    An empty value is no value: the default counts. (An empty host would mean every address of the machine.)

    Raises:
        SettingsError: naming the setting, what is wrong with it, or what may have been meant.

    """
    given = dict(os.environ) if environ is None else dict(environ)
    try:
        from_file = _from_file(env_file) if env_file.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {env_file} cannot be read: {error}") from error
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in {**from_file, **given}.items()
        if name.startswith(PREFIX)
    }
    for name in values:
        if name not in Settings.model_fields:
            raise SettingsError(_unknown(name))
    try:
        return Settings.model_validate({name: value for name, value in values.items() if value.strip()})
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        said = _SAID.get(first["type"], "").format_map(first.get("ctx", {}))
        said = said or first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} cannot be used: {said}.") from error


_SAID = {
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
}
"""What pydantic finds, in the words of our other complaints."""


def _from_file(path: Path) -> dict[str, str]:
    # Some editors begin a file with a byte order mark, which would become part of the first name.
    with path.open(encoding="utf-8-sig") as file:
        for line in parse_stream(file):
            if line.error or (line.key is not None and line.value is None):
                # The line itself is not shown: it may hold a secret.
                raise SettingsError(
                    f"The file {path} cannot be read: line {line.original.line} is no setting; write NAME=value, the "
                    "value in quotes if it has spaces or a #."
                )
    return {name: value or "" for name, value in dotenv_values(path, encoding="utf-8-sig").items()}


def _web_address(value: str) -> SplitResult:
    """Return the parts of an address of a server; ValueError if it is none."""
    address = urlsplit(value)
    if address.scheme not in ("https", "http") or not address.hostname:
        raise ValueError("must begin with https:// (or http:// for a server of your own) and name a host")
    if address.query or address.fragment or not re.fullmatch(r"[\w.:\[\]-]+", address.netloc):
        raise ValueError("must be a host and a path only, without ?, #, @ and spaces")
    return address


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f" Did you mean {PREFIX}{close[0].upper()}?" if close else " See  wegwijzer settings."
    return f"There is no setting {PREFIX}{name.upper()}.{hint}"


def described(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield name, value (secrets hidden) and meaning of every setting."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        yield PREFIX + name.upper(), "" if value is None else str(value), str(field.description)
