"""Settings for the commands."""

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from bot.settings import read_settings

R = TypeVar("R")


def with_settings(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the settings as its first argument."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> R:
        settings = read_settings()
        logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        return function(settings, *args, **kwargs)

    return wrapped
