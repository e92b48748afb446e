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
        ("PORT", "many", "WEGWIJZER_PORT cannot be used: must be a whole number."),
        ("PORT", "70000", "WEGWIJZER_PORT cannot be used: must be 65535 or less."),
        ("PORT", "-1", "WEGWIJZER_PORT cannot be used: must be 0 or more."),
        ("PORT", "8080.5", "WEGWIJZER_PORT cannot be used: must be a whole number."),
        ("PORT", "9" * 5000, "WEGWIJZER_PORT cannot be used: must be a whole number."),
        ("PRACTICE", "maybe", "WEGWIJZER_PRACTICE cannot be used: must be true or false."),
        ("FINDER", "best", "WEGWIJZER_FINDER cannot be used: must be 'auto', 'light' or 'semantic'."),
        ("LOG_LEVEL", "loud", "must be 'debug', 'info', 'warning' or 'error'."),
        ("WEBHOOK_SECRET", "with space", "must be at most 256 letters, digits, _ and -"),
        ("WEBHOOK_SECRET", "gehéim", "must be at most 256 letters, digits, _ and -"),
        ("WEBHOOK_SECRET", "x" * 257, "must be at most 256 letters, digits, _ and -"),
        ("WEBHOOK_URL", "bot.example.nl/telegram", "must begin with https://"),
        ("WEBHOOK_URL", "http://bot.example.nl/telegram", "must begin with https:// (Telegram calls nothing else)"),
        ("WEBHOOK_URL", "https:///telegram", "and name a host"),
        ("WEBHOOK_URL", "https://bot example.nl", "without ?, #, @ and spaces"),
        ("WEBHOOK_URL", "https://me:secret@bot.example.nl", "without ?, #, @ and spaces"),
        ("WEBHOOK_URL", "https://bot.example.nl/?from=telegram", "without ?, #, @ and spaces"),
        ("WEBHOOK_URL", "https://bot.example.nl:8080", "must have port 443, 80, 88 or 8443"),
        ("WEBHOOK_URL", "https://bot.example.nl:99999", "Port out of range"),
        ("WEBHOOK_URL", "https://bot.example.nl/{bot}", "must have a path of plain letters"),
        ("WEBHOOK_URL", "https://bot.example.nl/a//b", "must have a path of plain letters"),
        ("TRUSTED_PROXIES", "10.0.0.1, nginx", "'nginx' is no IP address or network"),
        ("TRUSTED_PROXIES", "*", "'*' is no IP address or network"),
        ("TRUSTED_PROXIES", "10.0.0.1/24", "is no IP address or network"),
        ("TELEGRAM_API_URL", "api.telegram.org", "must begin with https://"),
        ("PROT", "8080", "There is no setting WEGWIJZER_PROT. Did you mean WEGWIJZER_PORT?"),
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
        ("https://bot.example.nl", "https://bot.example.nl/telegram", "/telegram"),
        ("https://bot.example.nl/", "https://bot.example.nl/telegram", "/telegram"),
        ("https://bot.example.nl/updates/", "https://bot.example.nl/updates", "/updates"),
        ("https://bot.example.nl:8443/a/12:b-c", "https://bot.example.nl:8443/a/12:b-c", "/a/12:b-c"),
    ],
)
def test_telegram_is_told_the_very_address_that_is_listened_at(given: str, told: str, path: str) -> None:
    settings = read_settings({"WEGWIJZER_WEBHOOK_URL": given}, NOWHERE)
    assert (settings.webhook_url, settings.webhook_path) == (told, path)


def test_a_bot_api_server_of_ones_own_may_call_without_tls_and_at_any_port() -> None:
    own = {"WEGWIJZER_TELEGRAM_API_URL": "http://127.0.0.1:8081/", "WEGWIJZER_WEBHOOK_URL": "http://10.0.0.1:8080"}
    settings = read_settings(own, NOWHERE)
    assert (settings.telegram_api_url, settings.webhook_url) == (
        "http://127.0.0.1:8081", "http://10.0.0.1:8080/telegram"
    )  # fmt: skip


@pytest.mark.parametrize("line", ["WEGWIJZER_PORT 8081", 'WEGWIJZER_KEY="half', "WEGWIJZER_SOLO"])
def test_a_line_in_the_file_that_is_no_setting_is_named_but_not_shown(tmp_path: Path, line: str) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"WEGWIJZER_HOST=127.0.0.1\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        read_settings({}, env_file)
    assert "line 2 is no setting; write NAME=value" in str(caught.value)
    assert line not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "INFO"), ("FINDER", "Light"), ("PRACTICE", "True")])
def test_a_choice_may_be_written_in_capitals(name: str, value: str) -> None:
    assert read_settings({PREFIX + name: value}, NOWHERE) == read_settings({PREFIX + name: value.lower()}, NOWHERE)


def test_a_byte_order_mark_before_the_first_setting_changes_nothing(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("WEGWIJZER_PORT=9001\n", encoding="utf-8-sig")
    assert read_settings({}, env_file).port == 9001


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
