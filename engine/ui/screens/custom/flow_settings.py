"""What holds for a whole flow as a form: who may start it and when, what happens to the record, how steps behave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.flow import step_id
from engine.tenancy import Fault
from engine.ui.screens.custom.beginning import begun
from engine.ui.screens.custom.flow_trees import placed, steps_of
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.parts import ABSENT, Part, Section, Sheet, shape_of

POLICIES = ("self", "repeat", "withdraw", "retract", "comment", "returns", "empty", "substitution")
# sections with the parts that stand in them, by their paths; the last two fold away while nothing is set in them
SECTIONS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "start": (("title",), ("start", "when"), ("start", "by"), ("start", "who"), ("priority",), ("slot",)),
    "policy": tuple(("policy", key) for key in POLICIES),
    "subject": (
        ("subject", "mode"),
        ("subject", "material"),
        ("subject", "editable", "resubmit"),
        ("subject", "editable", "always"),
        ("admins",),
    ),
    **{f"outcome_{one}": (("outcome", one, "set"), ("outcome", one, "do")) for one in ("approved", "rejected")},
    **{f"outcome_{one}": (("outcome", one, "set"), ("outcome", one, "do")) for one in ("withdrawn", "cancelled")},
}
_FOLDED = ("outcome_withdrawn", "outcome_cancelled")


@dataclass(frozen=True, slots=True)
class SettingsScreen:
    """The settings of a flow as a form."""

    bar: Bar
    flow: str
    flow_title: str
    sections: tuple[Section, ...]
    problems: tuple[str, ...]
    action: str


def stored_settings(shop: Shop, flow: str) -> dict[str, str]:
    """Return the texts of the form as the definition says."""
    body = shop.body("approval", flow)
    found: dict[str, str] = {}
    for path in _paths():
        found |= shape_of("approval", *path).flat(".".join(path), _at(body, path))
    return found


def setting_edits(shop: Shop, flow: str, given: Mapping[str, str]) -> Iterator[Edit]:
    """Yield what the posted settings mean."""
    body = shop.body("approval", flow)
    for path in _paths():
        before = _at(body, path)
        value = shape_of("approval", *path).read(".".join(path), given, before)
        if value is ABSENT and before is not ABSENT:
            yield Edit("remove", "approval", flow, path)
        elif value is not ABSENT and value != before:
            yield Edit("set", "approval", flow, path, value)


def build_settings(shop: Shop, flow: str, given: Mapping[str, str], wrong: Sequence[Complaint] = ()) -> SettingsScreen:
    """Return the form of the settings."""
    body = shop.body("approval", flow)
    errors, problems = _told(shop, flow, wrong)
    steps = {step_id(one.step): shop.title(one.step.get("title"), step_id(one.step)) for one in placed(steps_of(body))}
    sheet = Sheet(shop, str(body.get("object", "")), steps, errors)
    sections = []
    for name, paths in SECTIONS.items():
        parts: list[Part] = []
        for path in paths:
            parts += shape_of("approval", *path).draw(".".join(path), path[-1], _owner(path), given, sheet)
        folded = name in _FOLDED and not any(one.parts for one in parts)
        sections.append(Section(name, sheet.say(f"part.section.{name}"), tuple(parts), folded))
    title = shop.titled("approval", flow)
    action = f"/customise/approvals/{flow}/settings"
    return SettingsScreen(shop.bar("approvals"), flow, title, tuple(sections), problems, action)


def new_flow(shop: Shop, given: Mapping[str, str]) -> tuple[str, Sequence[Edit], Sequence[Complaint]]:
    """Return the name of a new flow, what makes it, and what is left out; it begins with the manager's decision."""
    name, head, wrong = begun(shop, "approval", "approval", given)
    steps = [{"approve": "manager", "title": {"zh": "直接上级", "en": "Line manager"}, "by": [_MANAGER]}]
    body = {"approval": name, **head, "start": {"by": ["user"]}, "steps": steps}
    return name, (Edit("insert", "approval", name, (), body),), wrong


_MANAGER: Mapping[str, Any] = {"manager": "submitter"}


def _paths() -> Iterator[tuple[str, ...]]:
    for paths in SECTIONS.values():
        yield from paths


def _owner(path: tuple[str, ...]) -> str:
    return path[-2] if len(path) > 1 else "approval"


def _at(body: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = body
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return ABSENT
        value = value[key]
    return value


def _told(shop: Shop, flow: str, wrong: Sequence[Complaint]) -> tuple[dict[str, str], tuple[str, ...]]:
    beside: dict[str, str] = {}
    others: list[str] = []
    language = shop.desk.words.language
    for one in wrong:
        place = [str(key) for key in one.place] if isinstance(one, Fault) and one.id == flow else []
        known = next((path for path in _paths() if tuple(place[: len(path)]) == path), None)
        text = " ".join(filter(None, (one.message(language), one.hint(language))))
        if known is not None:
            beside.setdefault(".".join(known), text)
        others.append(shop.said(one))
    return beside, tuple(dict.fromkeys(others))
