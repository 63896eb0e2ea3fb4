"""Budget: an amount of working time, its days apart from its hours, for a working day has no fixed length (C1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from engine.kernel.errors import Rejected

_TEXT = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """First ``days`` working days at the same time of day, then ``time`` of working time. Both have one sign."""

    days: int = 0
    time: timedelta = _ZERO

    @classmethod
    def of(cls, duration: timedelta) -> Budget:
        """Return a duration that an expression yielded: whole days count as working days, the rest as hours."""
        negative = duration < _ZERO
        size = -duration if negative else duration
        found = cls(size.days, size - timedelta(days=size.days))
        return -found if negative else found

    def __neg__(self) -> Budget:
        return Budget(-self.days, -self.time)

    @property
    def zero(self) -> bool:
        return self.days == 0 and self.time == _ZERO

    @property
    def negative(self) -> bool:
        return self.days < 0 or self.time < _ZERO

    @property
    def plain(self) -> timedelta:
        """The same amount by a clock on the wall: a day has 24 hours."""
        return timedelta(days=self.days) + self.time

    def __str__(self) -> str:
        seconds = int(abs(self.time).total_seconds())
        hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
        clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if n)
        day = f"{abs(self.days)}D" if self.days else ""
        body = day + (f"T{clock}" if clock else "")
        return ("-" if self.negative else "") + "P" + (body or "T0H")


def parse_budget(text: str) -> Budget:
    """Return what an ISO 8601 duration of weeks, days, hours, minutes and seconds says; Rejected otherwise."""
    found = _TEXT.fullmatch(text.strip())
    parts = {} if found is None else {k: v for k, v in found.groupdict().items() if v and k != "sign"}
    if found is None or not parts or text.strip().endswith("T"):
        raise Rejected("bad_duration", text=text)
    days = 7 * int(parts.get("weeks", 0)) + int(parts.get("days", 0))
    time = timedelta(
        hours=int(parts.get("hours", 0)),
        minutes=int(parts.get("minutes", 0)),
        seconds=float(parts.get("seconds", 0)),
    )
    budget = Budget(days, time)
    return -budget if found["sign"] == "-" else budget
