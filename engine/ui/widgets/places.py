"""Addresses, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import FieldModel
from engine.records.spoken import address_line
from engine.ui.widgets.base import ABSENT, NOTHING, Cell, Draw, Input, Look, Posted, Spot

PARTS = ("country", "province", "city", "district", "street", "postcode")


@dataclass(frozen=True, slots=True)
class AddressWidget:
    """A postal address in its parts."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        texts = {part: posted.one(f"{name}.{part}") for part in PARTS}
        if all(text is None for text in texts.values()):
            return ABSENT
        return {part: text.strip() for part, text in texts.items() if text and text.strip()} or None

    def show(self, field: FieldModel, look: Look) -> Draw:
        def draw(value: Any) -> Cell:
            if not value:
                return NOTHING
            if isinstance(value, str):
                return Cell("text", value)
            return Cell("text", address_line(value, look.language))

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        known = value if isinstance(value, Mapping) else {"street": value} if value else {}
        parts = tuple(
            Input(
                "text",
                Spot(
                    f"{spot.name}.{part}",
                    f"{spot.id}-{part}",
                    label=look.words.say(f"address.{part}"),
                    readonly=spot.readonly,
                    invalid=spot.invalid,
                    described=spot.described,
                ),
                value=str(known.get(part) or ""),
                mode=part,
            )
            for part in PARTS
        )
        return Input("address", spot, parts=parts)

    def width(self, field: FieldModel) -> int:
        return 12
