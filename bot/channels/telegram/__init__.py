"""Telegram, through python-telegram-bot."""

import os

# Times of the Bot API as timedelta: what python-telegram-bot will do by default in its next major version.
os.environ.setdefault("PTB_TIMEDELTA", "1")
