from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PREFIX, Settings, described, read_settings

NOWHERE = Path("/does/not/exist/.env")


def test_with_no_settings_at_all_there_is_a_web_chat_on_this_machine_only() -> None:
    settings = read_settings({}, NOWHERE)
    assert (settings.host, settings.port, settings.telegram_token) == ("127.0.0.1", 8080, None)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("WEGWIJZER_PORT=9001\nWEGWIJZER_HOST=0.0.0.0\nSOMETHING_ELSE=1\n")
    settings = read_settings({"WEGWIJZER_PORT": "9002"}, env_file)
    assert (settings.port, settings.host) == (9002, "0.0.0.0")  # noqa: S104 - only read, not listened on


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PORT", "many", "WEGWIJZER_PORT cannot be used"),
        ("PORT", "70000", "WEGWIJZER_PORT cannot be used"),
        ("FINDER", "best", "WEGWIJZER_FINDER cannot be used"),
        ("TELEGRAM_API_URL", "api.telegram.org", "must begin with https://"),
        ("PROT", "8080", "There is no setting WEGWIJZER_PROT. Did you mean WEGWIJZER_PORT?"),
        ("FINDER", "best", "Input should be 'auto', 'light' or 'semantic'"),
        ("WEBHOOK_URL", "https://x.example/t?a=1", "must end without ? and #"),
        ("WEBHOOK_URL", "https://", "name a host"),
        ("WEBHOOK_SECRET", "with space", "must be at most 256 letters, digits, _ and -"),
        ("WEBHOOK_SECRET", "x" * 257, "must be at most 256 letters"),
        ("TRUSTED_PROXIES", "10.0.0.1, proxy", "'proxy' is no IP address or network"),
        ("XYZZY", "8080", "See  wegwijzer settings"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(name: str, value: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({PREFIX + name: value}, NOWHERE)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "told", "path"),
    [
        ("https://bot.example", "https://bot.example/telegram", "/telegram"),
        ("https://bot.example/", "https://bot.example/telegram", "/telegram"),
        ("https://bot.example/hook", "https://bot.example/hook", "/hook"),
        ("https://bot.example:8443/a/hook/", "https://bot.example:8443/a/hook", "/a/hook"),
    ],
)
def test_telegram_is_told_the_very_address_that_is_listened_at(given: str, told: str, path: str) -> None:
    settings = read_settings({"WEGWIJZER_WEBHOOK_URL": given}, NOWHERE)
    assert (settings.webhook_url, settings.webhook_path) == (told, path)


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_an_empty_value_is_the_default(name: str, value: str, tmp_path: Path) -> None:
    """An empty host would otherwise open the chat to the whole network."""
    env_file = tmp_path / ".env"
    env_file.write_text(f"{PREFIX}{name.upper()}={value}\n")
    assert read_settings({}, env_file) == Settings()
    assert read_settings({PREFIX + name.upper(): value}, NOWHERE) == Settings()


def test_secrets_are_listed_but_not_shown() -> None:
    settings = read_settings({"WEGWIJZER_TELEGRAM_TOKEN": "12:secret", "WEGWIJZER_KEY": "hidden"}, NOWHERE)
    listed = " ".join(value for _, value, _ in described(settings))
    assert "secret" not in listed
    assert "hidden" not in listed


def test_every_setting_says_what_it_means() -> None:
    assert all(meaning not in ("", "None") for _, _, meaning in described(Settings()))
