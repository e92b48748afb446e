"""Settings: every one can stand in the environment or in a file .env, and `wegwijzer settings` lists them."""

import difflib
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from bot.errors import SettingsError

PREFIX = "WEGWIJZER_"
WEBHOOK_PATH = "/telegram"
"""Where updates come in if the address of the webhook names no path."""
CHECKOUT = Path(__file__).resolve().parents[1]


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
    telegram_api_url: Annotated[str, Field(description="Bot API server")] = "https://api.telegram.org"
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
        str, Field(description="addresses of reverse proxies whose X-Forwarded-For counts, with commas")
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="debug, info, warning or error")
    ] = "info"

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        address = urlsplit(value)
        if address.scheme not in ("https", "http") or not address.hostname:
            raise ValueError("must begin with https:// (or http:// for a server of your own) and name a host")
        if address.query or address.fragment:
            raise ValueError("must end without ? and #")
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _with_a_path(cls, value: str | None) -> str | None:
        """Name the path that is listened on: what Telegram is told and what the server knows must be the same."""
        return value + WEBHOOK_PATH if value is not None and not urlsplit(value).path else value

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
        from_file = {name: value or "" for name, value in dotenv_values(env_file).items()} if env_file.is_file() else {}
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
        raise SettingsError(f"{name} cannot be used: {first['msg'].removeprefix('Value error, ')}.") from error


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f" Did you mean {PREFIX}{close[0].upper()}?" if close else " See  wegwijzer settings."
    return f"There is no setting {PREFIX}{name.upper()}.{hint}"


def described(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield name, value (secrets hidden) and meaning of every setting."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        yield PREFIX + name.upper(), "" if value is None else str(value), str(field.description)
