"""Texts with places to fill, and lengths of time as the packs write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.kernel.text import EMPTY, FALLBACKS, LocalText
from engine.rules import Expression

PhrasePart = str | Expression


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text for people, per language, cut at its places: ``Order {record.number}`` is ``("Order ", <expression>)``.

    Whoever shows it evaluates the expressions, writes null as nothing, and joins the parts. ``source`` is the text as
    written.
    """

    by_language: Mapping[str, tuple[PhrasePart, ...]] = field(default_factory=dict)
    source: LocalText = EMPTY

    def in_language(self, language: str) -> tuple[PhrasePart, ...]:
        """Return the parts in ``language``, else in the first fallback that has them, else in any, else none."""
        for wanted in (language, *FALLBACKS):
            if wanted in self.by_language:
                return self.by_language[wanted]
        return next(iter(self.by_language.values()), ())

    def __bool__(self) -> bool:
        return bool(self.by_language)


NO_PHRASE = Phrase()


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as written: ``P1DT4H`` is one day and four hours.

    In a calendar ``days`` are working days and ``time`` is working time (C1: first the days, then the time);
    without one they are plain. ``months`` stand only where a calendar makes no sense. A negative length has
    negative parts. An expression yields a plain FEEL duration: :meth:`of` reads its whole days as days.
    """

    days: int = 0
    time: timedelta = timedelta()
    months: int = 0

    @classmethod
    def of(cls, length: timedelta) -> Duration:
        """Return what a FEEL duration means here: whole days count as days, the rest as time."""
        sign = -1 if length < timedelta() else 1
        days, rest = divmod(abs(length), timedelta(days=1))
        return cls(sign * days, sign * rest)

    @property
    def negative(self) -> bool:
        """Tell whether it leads backwards."""
        return self.months < 0 or self.days < 0 or self.time < timedelta()
