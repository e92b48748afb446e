"""The net: the alarm that a message raises, by the words in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from bot.errors import Finding
from bot.knowledge.loader import of_each_language
from bot.knowledge.safety.letters import tokens_of
from bot.knowledge.safety.pages import ACT, CRISIS, EMERGENCY, BadSafety, Page, read_page
from bot.knowledge.safety.reader import Reader


class Alarm(StrEnum):
    """Why a message needs help at once instead of an ordinary answer."""

    CRISIS = "crisis"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Sign:
    """An alarm, and whether it is a `weak` one: veiled words or words of exhaustion, and nothing else."""

    alarm: Alarm
    weak: bool = False


class SafetyNet:
    """Recognises suicide and danger now in any of the languages that it was built from."""

    def __init__(self, pages: "Sequence[Page]") -> None:
        """Build from the pages of all languages; those of one family are read together."""
        families: dict[str, list[Page]] = {}
        for page in pages:
            families.setdefault(page.family, []).append(page)
        self.languages = tuple(page.language for page in pages)
        self._readers = tuple(Reader(members) for members in families.values())

    @classmethod
    def load(cls, content_dir: Path) -> Self:
        """Return the net made of the content/<language>/safety.yaml of all languages.

        Raises:
            BadSafety: with every finding, if a language has none, if one cannot be used, or if there is no language.

        """
        pages: list[Page] = []
        findings: list[Finding] = []
        for path in of_each_language(content_dir, "safety.yaml"):
            try:
                pages.append(read_page(path))
            except BadSafety as error:
                findings += error.found
        if not pages and not findings:
            findings.append(Finding(str(content_dir), 0, "no language has a safety.yaml, so danger would go unseen"))
        if findings:
            raise BadSafety(findings)
        return cls(pages)

    def alarm(self, text: str) -> Alarm | None:
        """Return the alarm that a message raises, if any.

        Danger by an act that is going on (pills taken, on the bridge, bleeding) goes before thoughts of suicide,
        and these go before other danger.
        """
        sign = self.sign(text)
        return sign.alarm if sign else None

    def sign(self, text: str) -> Sign | None:
        """Return the alarm that a message raises, if any, and whether it is a weak one."""
        words = tokens_of(text)
        seen: set[str] = set()
        for reader in self._readers:
            found = reader.read(words)
            if ACT in found:
                return Sign(Alarm.EMERGENCY)
            seen |= found
        if CRISIS in seen:
            return Sign(Alarm.CRISIS)
        if EMERGENCY in seen:
            return Sign(Alarm.EMERGENCY)
        return Sign(Alarm.CRISIS, weak=True) if seen else None
