"""The bar of steps of a form: what it may go through, and what a choice means for the definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.kernel.errors import Complaint, Rejected
from engine.metamodel.layers.edits import Edit
from engine.ui.screens.custom.shop import Shop
from engine.ui.widgets.base import Option

_PER = "|"


def steps_offered(shop: Shop, object: str) -> tuple[Option, ...]:
    """Return what the bar may go through; none of it is the states of the life-cycle."""
    chosen = _key(_steps(shop, object))
    known = list(_known(shop, object))
    if chosen and chosen not in dict(known):
        known.append((chosen, " › ".join(shop.field_title(object, name) for name in chosen.split(_PER))))
    options = (Option(value, text, value == chosen) for value, text in known)
    return (Option("", shop.desk.say("custom.steps_states"), not chosen), *options)


def steps_edits(shop: Shop, object: str, wish: str) -> Iterator[Edit]:
    """Yield what a choice means. Raises Rejected for one that is not offered."""
    id, before = shop.screen_of("form", object), _steps(shop, object)
    if id is None or wish not in {one.value for one in steps_offered(shop, object)}:
        raise Rejected("invalid", [Complaint("steps", "custom_nothing_chosen")], count=1)
    if wish == _key(before):
        return
    if not wish:
        yield Edit("remove", "form", id, ("steps",))
        return
    field, _, per = wish.partition(_PER)
    steps: dict[str, Any] = {"field": field, **({"per": per} if per else {})}
    if before.get("field") == field and "trail" in before:
        steps["trail"] = before["trail"]
    yield Edit("set", "form", id, ("steps",), steps)


def _steps(shop: Shop, object: str) -> Mapping[str, Any]:
    id = shop.screen_of("form", object)
    found = shop.body("form", id).get("steps", {}) if id is not None else {}
    return {"field": found} if isinstance(found, str) else found


def _key(steps: Mapping[str, Any]) -> str:
    return _PER.join(str(steps[name]) for name in ("field", "per") if name in steps)


def _known(shop: Shop, object: str) -> Iterator[tuple[str, str]]:
    fields = shop.fields(object)
    for name, field in fields.items():
        title = shop.field_title(object, name)
        if field.get("type") == "choice" and "of" in field:
            yield name, title
        if field.get("type") != "reference":
            continue
        yield name, title
        shared = {
            str(one.get("to")) for one in shop.fields(str(field.get("to"))).values() if one.get("type") == "reference"
        }
        for other, one in fields.items():
            if other != name and one.get("type") == "reference" and one.get("to") in shared:
                told = shop.desk.say("custom.steps_per", field=title, per=shop.field_title(object, other))
                yield f"{name}{_PER}{other}", told
