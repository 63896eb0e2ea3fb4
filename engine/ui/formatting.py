"""Numbers, money, dates and spans of time as people read them, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_symbol

from engine.ui.words import Words

_MOST_DIGITS = 60
MINUS = "\u2212"
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


@cache
def locale_of(language: str) -> Locale:
    """Return Babel's locale for one of the interface's languages."""
    return Locale.parse(_LOCALES.get(language, "en_GB"))


@cache
def currency_sign(code: str, language: str) -> str:
    """Return the sign of a currency, shortened where it is the country's own (¥ in Chinese for CNY)."""
    if code == "CNY":
        return "¥"
    return get_currency_symbol(code, locale_of(language))


def grouped(number: Decimal | int, scale: int) -> str:
    """Return a figure with thousands marks, fixed places and a true minus sign."""
    text = f"{number:,.{scale}f}"
    return MINUS + text[1:] if text.startswith("-") else text


def trimmed(number: Decimal) -> str:
    """Return a figure for an input: thousands marks, no idle zeros."""
    whole, _, places = f"{number:,f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places}" if places else whole


def as_decimal(value: object) -> Decimal | None:
    """Return a figure that came from the model or from a form; None when it is none."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None
    # no field holds more digits; written out, 1e999999 would fill the memory
    fits = number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS and len(number.as_tuple().digits) < _MOST_DIGITS
    return number if fits else None


@dataclass(frozen=True, slots=True)
class Dates:
    """Formats days and instants for one reader: his language, his zone, his today."""

    words: Words
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """Return the reader's calendar date."""
        return self.now.astimezone(self.zone).date()

    def day(self, value: date) -> str:
        """Return a date as it stands in a table."""
        return value.isoformat()

    def near_day(self, value: date) -> str:
        """Return a date for a table, today and yesterday as words."""
        return self._word(value) or value.isoformat()

    def day_or_word(self, value: date) -> str:
        """Return today, yesterday and tomorrow as words, other days of this year without the year."""
        word = self._word(value)
        if word:
            return word
        return f"{value:%m-%d}" if value.year == self.today.year else value.isoformat()

    def weekday(self, value: date) -> str:
        """Return a date with its day of the week."""
        name = format_date(value, "EEE", locale=locale_of(self.words.language))
        return self.words.say("date.with_weekday", date=value.isoformat(), day=name)

    def in_sentence(self, value: date) -> str:
        """Return a date for running text: 11月30日, 30 Nov; with the year when it is another one."""
        skeleton = {"zh": ("M月d日", "y年M月d日"), "en": ("d MMM", "d MMM y")}[self.words.language]
        pattern = skeleton[value.year != self.today.year]
        return format_date(value, pattern, locale=locale_of(self.words.language))

    def instant(self, value: datetime) -> str:
        """Return an instant in the reader's zone."""
        return f"{self.local(value):%Y-%m-%d %H:%M}"

    def instant_or_word(self, value: datetime) -> str:
        """Return an instant, with words for what is near."""
        local = self.local(value)
        minutes = int((self.now - value).total_seconds() // 60)
        if 0 <= minutes < 1:
            return self.words.say("date.just_now")
        if 0 <= minutes < 60:
            return self.words.say("date.minutes_ago", n=minutes)
        word = self._word(local.date())
        if word:
            return f"{word} {local:%H:%M}"
        return f"{local:%m-%d %H:%M}" if local.year == self.today.year else f"{local:%Y-%m-%d}"

    def told(self, value: datetime) -> str:
        """Return an instant for the middle of a sentence, with words for what is near."""
        return self._within(self.instant_or_word(value))

    def since(self, value: datetime) -> str:
        """Return an instant from which something has lasted: never so long ago, but a day and an hour."""
        local = self.local(value)
        word = self._word(local.date())
        return self._within(f"{word} {local:%H:%M}") if word else self.instant_or_word(value)

    def _within(self, text: str) -> str:
        """Begin with a small letter; Chinese knows none."""
        return text[:1].lower() + text[1:]

    def clock(self, value: datetime) -> str:
        """Return the hour and minute of an instant."""
        return f"{self.local(value):%H:%M}"

    def local(self, value: datetime) -> datetime:
        """Return an instant in the reader's zone."""
        return value.astimezone(self.zone)

    def _word(self, value: date) -> str:
        days = (value - self.today).days
        key = {0: "date.today", -1: "date.yesterday", 1: "date.tomorrow"}.get(days)
        return self.words.say(key) if key else ""


def duration_text(span: timedelta, words: Words) -> str:
    """Return a span of time in days, hours and minutes."""
    seconds = int(abs(span).total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [
        words.say(key, n=count)
        for key, count in (("span.days", days), ("span.hours", hours), ("span.minutes", rest // 60))
        if count
    ]
    text = " ".join(parts) or words.say("span.minutes", n=0)
    return MINUS + text if span < timedelta(0) else text


def clock_text(value: time) -> str:
    """Return a time of day; seconds only when there are any."""
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


Formatter = Callable[[object], str]
