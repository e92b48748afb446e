"""Reading updates one by one: what the library stumbles over must not keep everybody else's from being answered."""

import json
import logging

from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

_log = logging.getLogger(__name__)


def read_update(data: object, bot: Bot | None = None) -> Update | None:
    """Return an update, None if it is none or cannot be read."""
    if not isinstance(data, dict) or not isinstance(data.get("update_id"), int):
        return None
    try:
        return Update.de_json(data, bot)
    except (AttributeError, KeyError, TypeError, ValueError):
        # The library takes the fields on trust: whatever it stumbles over is no update.
        return None


class UpdatesRequest(HTTPXRequest):
    """Fetches updates; one that cannot be read comes out empty: it counts as fetched, and is not asked for again.

    The library reads them all in one go: a field that it misses in one (a Bot API server of another version) would have
    it fail at the same ones for ever.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Parse what the Bot API answered.

        Raises:
            TelegramError: if it is no JSON. Its text is not logged, as the library would: people's words may be in it.

        """
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        if isinstance(answer, dict) and isinstance(answer.get("result"), list):
            answer["result"] = [_readable(one) for one in answer["result"]]
        return answer  # type: ignore[no-any-return] # the library looks at it further


def _readable(update: object) -> object:
    if not isinstance(update, dict) or read_update(update) is not None:
        return update
    _log.error("update %s cannot be read and is left out", update.get("update_id"))
    return {"update_id": update.get("update_id")}
