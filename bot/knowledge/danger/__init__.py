"""The second net of safety: it knows danger by its meaning, where the first (bot.knowledge.safety) goes by words.

Whoever is in danger finds words that nobody wrote a pattern for. This net learnt from examples of danger and of
harmless talk (content/<language>/danger-examples.yaml, and all example questions as harmless talk); `wegwijzer train`
teaches it. It adds to the first net, and takes an alarm back only where the first found nothing but words of
exhaustion. It needs the semantic part; without that the first net works alone.

`examples` reads what it is taught, `meaning` is a support vector machine on the embedding of a message, `wording` a
linear one on its words, and `net` weighs both. docs/decisions/safety.md tells what was compared and how the bounds
were chosen.
"""

from bot.knowledge.danger.examples import FILE, Example, Kind, fingerprint, gather, read_examples
from bot.knowledge.danger.meaning import Meaning
from bot.knowledge.danger.net import NET_FILE, Bounds, Learnt, SecondNet, Weighed, save
from bot.knowledge.danger.wording import Wording

__all__ = [
    "FILE",
    "NET_FILE",
    "Bounds",
    "Example",
    "Kind",
    "Learnt",
    "Meaning",
    "SecondNet",
    "Weighed",
    "Wording",
    "fingerprint",
    "gather",
    "read_examples",
    "save",
]
