"""The command `wegwijzer`.

`commands` has what residents' answers and editors need, `announcements`, `events` and `house` what staff and
administrators do; these go through a `counter`, the desk as a command needs it.
"""

from bot.cli.commands import cli, main

__all__ = ["cli", "main"]
