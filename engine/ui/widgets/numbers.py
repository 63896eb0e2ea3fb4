"""Figures: whole numbers, decimals, money, percent and rating."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.metamodel.model import FieldModel
from engine.ui.formatting import as_decimal, currency_sign, grouped, trimmed
from engine.ui.widgets.base import NOTHING, Cell, Draw, Input, Look, Option, Posted, Spot, text_of

DASH = Cell("number", "—", tone="dim")
_STARS = 5


@dataclass(frozen=True, slots=True)
class NumberWidget:
    """A figure, with its unit before or behind it."""

    numeric: bool = True

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        if not isinstance(value, str):
            return value
        number = as_decimal(value.replace("−", "-").replace("，", ",").replace(" ", "").rstrip("%％"))
        # what is no figure goes on as it was typed, so that the complaint and the form can show it
        return value if number is None else f"{number:f}"

    def show(self, field: FieldModel, look: Look) -> Draw:
        after = "%" if field.type == "percent" else ""

        def draw(value: Any) -> Cell:
            number = as_decimal(value)
            if number is None:
                return DASH if value is None else Cell("number", str(value))
            places = look.places if look.places is not None else places_of(field, number)
            shown = grouped(number, places) if field.grouped else f"{number:.{places}f}"
            return Cell("number", shown + after)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        number = as_decimal(value)
        text = str(value or "") if number is None else self._typed(field, number)
        return Input(
            "text",
            spot,
            value=text,
            mode="numeric" if field.type == "integer" else "decimal",
            numeric=bool(spot.label),
            before=unit_before(field, look),
            after="%" if field.type == "percent" else "",
        )

    def width(self, field: FieldModel) -> int:
        return 4 if field.type in ("money", "decimal") else 3

    def _typed(self, field: FieldModel, number: Decimal) -> str:
        if not field.grouped:
            return f"{number:.{places_of(field, number)}f}"
        return f"{number:,.{places_of(field, number)}f}" if field.type == "money" else trimmed(number)


@dataclass(frozen=True, slots=True)
class RatingWidget:
    """One to five stars."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        return text_of(posted, name)

    def show(self, field: FieldModel, look: Look) -> Draw:
        def draw(value: Any) -> Cell:
            number = as_decimal(value)
            if number is None:
                return NOTHING
            full = max(0, min(_STARS, int(number)))
            return Cell("rating", "★" * full, note=look.words.say("value.stars", n=full), tone="☆" * (_STARS - full))

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        number = as_decimal(value)
        chosen = "" if number is None else str(int(number))
        stars = (
            Option(str(n), "★" * n + "☆" * (_STARS - n), str(n) == chosen, note=look.words.say("value.stars", n=n))
            for n in range(1, _STARS + 1)
        )
        return Input("select", spot, value=chosen, options=(Option("", look.words.say("value.none")), *stars))

    def width(self, field: FieldModel) -> int:
        return 3


def places_of(field: FieldModel, *numbers: Decimal) -> int:
    """Return the places that figures of a field need side by side: no idle zeros, but money has its cents."""
    least = min(2, field.scale) if field.type == "money" else 0
    return max((least, *(_needed(number) for number in numbers)))


def _needed(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def unit_before(field: FieldModel, look: Look) -> str:
    """Return the currency sign that stands before a sum of money, if it is known."""
    if field.type != "money":
        return ""
    code = field.currency or look.model.objects[look.object].currency
    known = look.around.get(code) if code else None
    code = known if isinstance(known, str) else code
    if code and len(code) == 3 and code.isupper():
        return currency_sign(code, look.language)
    return ""
