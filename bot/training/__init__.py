"""Learning the finder's weights from the example questions: `wegwijzer train`. Needs the extra `train`."""

from collections.abc import Callable
from pathlib import Path

from bot.errors import WegwijzerError


class CannotTrain(WegwijzerError):
    """Something that learning needs is missing."""


def learn(content: Path, weights: Path, say: Callable[[str], None]) -> None:
    """Learn from the content folder, write the weights, and say what was reached.

    Raises:
        CannotTrain: if a library is missing.
        ContentError: if the content cannot be read.

    """
    try:
        from bot.training.learning import learn_and_write
    except ImportError as error:
        raise CannotTrain(f"Learning needs {error.name}: run  make train , which installs it.") from error
    learn_and_write(content, weights, say)
