"""The command menu that staff see in their own chat."""

import pytest
from sqlite_utils import Database
from telegram import Bot

from bot.channels.telegram.profile import SHOWN_COMMANDS
from bot.channels.telegram.staff_menus import StaffMenus
from bot.dialogue.staff.talk import COMMANDS
from bot.knowledge.library import Library
from bot.store.menus import Menus
from bot.store.sealing import Sealer
from tests.bot_api import TOKEN, BotApi


class Keeper:
    """Staff who come and go, and their menus."""

    def __init__(self, api: BotApi, library: Library, db: Database, sealer: Sealer) -> None:
        self.api, self.library, self.menus = api, library, Menus(db, sealer)
        self.staff: dict[str, str] = {}

    async def refresh(self, times: int = 1) -> None:
        """Look at who is staff, as a freshly started process would."""
        async with Bot(TOKEN, base_url=f"{self.api.base}/bot") as bot:
            keeping = StaffMenus(bot, self.library, self.menus, lambda: self.staff, COMMANDS)
            for _ in range(times):
                await keeping.refresh()

    def told(self) -> list[tuple[int, str]]:
        """Return chat and language-bearing first description of every menu that was set."""
        calls = self.api.sent("setMyCommands")
        return [(call.data["scope"]["chat_id"], call.data["commands"][0]["description"]) for call in calls]


@pytest.fixture
def keeper(api: BotApi, library: Library, db: Database, sealer: Sealer) -> Keeper:
    return Keeper(api, library, db, sealer)


async def test_staff_get_their_commands_once_in_their_language(keeper: Keeper) -> None:
    keeper.staff = {"telegram:5": "uk", "telegram:6": "nl", "terminal:1": "en"}
    await keeper.refresh(2)
    await keeper.refresh()
    first = {code: keeper.library.words[code](f"telegram.{COMMANDS[0]}") for code in ("uk", "nl")}
    assert keeper.told() == [(5, first["uk"]), (6, first["nl"])]
    names = [one["command"] for one in keeper.api.sent("setMyCommands")[0].data["commands"]]
    assert names == [*COMMANDS, *SHOWN_COMMANDS]


async def test_another_language_is_told_anew(keeper: Keeper) -> None:
    for language in ("uk", "en"):
        keeper.staff = {"telegram:5": language}
        await keeper.refresh()
    assert len(keeper.told()) == 2


async def test_who_is_staff_no_longer_loses_the_menu_and_nothing_is_kept(keeper: Keeper) -> None:
    keeper.staff = {"telegram:5": "uk"}
    await keeper.refresh()
    keeper.staff = {}
    await keeper.refresh(2)
    assert [call.data["scope"]["chat_id"] for call in keeper.api.sent("deleteMyCommands")] == [5]
    assert keeper.menus.told() == {}


async def test_a_chat_that_is_gone_is_asked_once_and_hinders_nobody(keeper: Keeper) -> None:
    keeper.api.faults.append(("setMyCommands", 400, {}))
    keeper.staff = {"telegram:5": "uk", "telegram:6": "nl"}
    await keeper.refresh(3)
    assert [chat for chat, _ in keeper.told()] == [6]


async def test_addresses_are_sealed(keeper: Keeper, db: Database) -> None:
    keeper.staff = {"telegram:5": "uk"}
    await keeper.refresh()
    assert "telegram" not in str(db.execute("SELECT * FROM menus").fetchall())
