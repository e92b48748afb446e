"""Stub."""
from dataclasses import dataclass
from typing import Any
@dataclass
class CalendarEntry:
    title: Any; document: Any; event: Any; occurrence: Any
@dataclass
class Item:
    id: Any; title: Any; document: Any; updated: Any
def calendar(entries: Any, *, name: str, now: Any) -> bytes: return b"BEGIN:VCALENDAR"
def atom(*, title: str, address: str, items: Any, now: Any) -> bytes: return b"<feed/>"
