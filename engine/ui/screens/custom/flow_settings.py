"""What holds for a whole flow as a form: who may start it and when, what happens to the record, how steps behave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.flow import step_id
from engine.storage import sort_key
from engine.tenancy import Fault
from engine.ui.screens.custom.flow_trees import placed, steps_of
from engine.ui.screens.custom.shop import Bar, Shop, free_name, name_from
from engine.ui.screens.parts import ABSENT, Part, Section, Sheet, shape_of
from engine.ui.widgets.base import Option

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


@dataclass(frozen=True, slots=True)
class NewFlowScreen:
    """The form of a flow that does not exist yet."""

    bar: Bar
    objects: tuple[Option, ...]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]


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


def build_new_flow(
    shop: Shop, given: Mapping[str, str] | None = None, wrong: Sequence[Complaint] = ()
) -> NewFlowScreen:
    """Return the form of a new flow."""
    values = {"title.zh": "", "title.en": "", "object": "", **(given or {})}
    found = [
        Option(one.id, shop.titled("object", one.id), one.id == values["object"])
        for one in shop.of_kind("object")
        if one.body.get("parent") is None
    ]
    language = shop.desk.words.language
    errors = {one.path: one.message(language) for one in wrong if not isinstance(one, Fault)}
    problems = tuple(shop.said(one) for one in wrong if isinstance(one, Fault))
    return NewFlowScreen(
        shop.bar("approvals"), tuple(sorted(found, key=lambda one: sort_key(one.text))), values, errors, problems
    )


def new_flow(shop: Shop, given: Mapping[str, str]) -> tuple[str, Sequence[Edit], Sequence[Complaint]]:
    """Return the name of a new flow, what makes it, and what is left out; it begins with the manager's decision."""
    wrong = [Complaint("title.zh", "required")] if not given.get("title.zh") and not given.get("title.en") else []
    object = given.get("object", "")
    if shop.found("object", object) is None:
        wrong.append(Complaint("object", "required"))
    zh, en = given.get("title.zh", ""), given.get("title.en", "")
    taken = {one.id: True for one in shop.of_kind("approval")}
    name = free_name(name_from(en), taken, f"{object[:40]}_approval")
    body = {
        "approval": name,
        "title": {"zh": zh or en, "en": en or zh},
        "object": object,
        "start": {"by": ["user"]},
        "steps": [{"approve": "manager", "title": {"zh": "直接上级", "en": "Line manager"}, "by": [_MANAGER]}],
    }
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
