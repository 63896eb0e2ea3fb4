"""What posted forms of an approval flow come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.flow import step_id
from engine.ui.screens.custom.flows import POLICIES, steps_of
from engine.ui.screens.custom.lengths import length_of
from engine.ui.screens.custom.people import people_of
from engine.ui.screens.custom.shop import Shop, free_name, name_from

_DIGITS = 5
_NAMED = ("role", "user", "field", "position", "feel")


def level_complaints(given: Mapping[str, str]) -> Iterator[Complaint]:
    """Yield what is left out of the form of a level."""
    if not (given.get("title.zh") or given.get("title.en")):
        yield Complaint("title.zh", "required")
    kind = given.get("kind", "")
    if kind in _NAMED and not given.get(kind):
        yield Complaint(kind, "required")
    figure = given.get("within.n", "")
    if figure and not (figure.isascii() and figure.isdigit() and len(figure) < _DIGITS):
        yield Complaint("within.n", "not_a_number")


def level_edits(shop: Shop, flow: str, id: str, given: Mapping[str, str]) -> Iterator[Edit]:
    """Yield what a posted form of a level means."""
    steps = steps_of(shop.body("approval", flow))
    before: Mapping[str, Any] = next((one for one in steps if step_id(one) == id), {})
    made = _step(given, before)
    if not before:
        taken = {step_id(one): one for one in steps}
        name = free_name(given.get("name", "") or name_from(given.get("title.en", "")), taken, "level_1")
        yield Edit("insert", "approval", flow, ("steps", name), {"approve": name, **made}, after=given.get("after", ""))
        return
    for key in ("title", "by", "when", "mode", "on_reject", "sla"):
        if key in made and made[key] != before.get(key):
            yield Edit("set", "approval", flow, ("steps", id, key), made[key])
        elif key not in made and key in before:
            yield Edit("remove", "approval", flow, ("steps", id, key))


def moved(shop: Shop, flow: str, id: str, *, up: bool) -> Iterator[Edit]:
    """Yield the edit that lets a level change places with its neighbour."""
    names = [step_id(one) for one in steps_of(shop.body("approval", flow))]
    at = names.index(id) if id in names else -1
    if up and at > 0:
        yield Edit("move", "approval", flow, ("steps", id), after=names[at - 2] if at > 1 else "")
    elif not up and 0 <= at < len(names) - 1:
        yield Edit("move", "approval", flow, ("steps", id), after=names[at + 1])


def setting_edits(shop: Shop, flow: str, given: Mapping[str, str]) -> Iterator[Edit]:
    """Yield what the settings of a flow mean: when it is needed, and how it behaves."""
    body = shop.body("approval", flow)
    start = body.get("start", {})
    before = str(start.get("when", "")).strip() if isinstance(start, Mapping) else ""
    if given.get("when", "") != before:
        verb = Edit("set", "approval", flow, ("start", "when"), given["when"]) if given.get("when") else None
        yield verb or Edit("remove", "approval", flow, ("start", "when"))
    policy = body.get("policy", {})
    for key in POLICIES:
        now, wish = policy.get(key, "") if isinstance(policy, Mapping) else "", given.get(f"policy.{key}", "")
        if wish and wish != now:
            yield Edit("set", "approval", flow, ("policy", key), wish)
        elif not wish and now and isinstance(now, str):
            yield Edit("remove", "approval", flow, ("policy", key))


def _step(given: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    zh, en = given.get("title.zh", ""), given.get("title.en", "")
    made: dict[str, Any] = {"title": {"zh": zh or en, "en": en or zh}}
    made["by"] = people_of(given, before.get("by", []))
    if given.get("when"):
        made["when"] = given["when"]
    if given.get("mode") and (given["mode"] != "all" or "mode" in before):
        made["mode"] = given["mode"]
    if given.get("on_reject"):
        made["on_reject"] = given["on_reject"]
    within = length_of(given)
    if within:
        clock = dict(before.get("sla", {})) | {"within": within}
        clock.pop("calendar", None)
        made["sla"] = clock | ({"calendar": given["calendar"]} if given.get("calendar") else {})
    return made
