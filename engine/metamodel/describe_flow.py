"""An approval as plain JSON: the tree of its steps in one language, for pages, REST and documents."""

from __future__ import annotations

from typing import Any

from engine.metamodel.model import ApprovalModel, PersonRule, SlaModel
from engine.metamodel.model.people import (
    ByFormula,
    Decider,
    Head,
    Heads,
    Manager,
    Managers,
    Members,
    PeopleInFields,
    Picked,
    PlainPerson,
    PositionHolders,
    RoleHolders,
    UserByLogin,
)
from engine.metamodel.model.phrase import Duration
from engine.metamodel.model.steps import (
    ApproveStep,
    Branch,
    CallStep,
    ChooseStep,
    CopyStep,
    HandleStep,
    IncludeStep,
    ParallelStep,
    Step,
    StopStep,
)
from engine.rules import Expression


def describe_approval(approval: ApprovalModel, language: str) -> dict[str, Any]:
    """Return an approval with its steps as a tree; blocks hold ``branches`` with name, condition and steps."""
    return {
        "name": approval.name,
        "title": approval.title.in_language(language),
        "object": approval.object,
        "priority": approval.priority,
        "slot": approval.slot,
        "mode": approval.subject.mode,
        "start": {"by": sorted(approval.start.by), "when": _text(approval.start.when)},
        "material": sorted(approval.subject.material),
        "steps": [describe_step(step, language) for step in approval.steps],
        "fingerprint": approval.fingerprint,
        "layer": approval.layer,
    }


def describe_step(step: Step, language: str) -> dict[str, Any]:
    """Return one step with what stands in it."""
    told: dict[str, Any] = {
        "id": step.id,
        "kind": step.kind,
        "title": step.title.in_language(language) or step.id,
        "when": _text(step.when),
    }
    match step:
        case ApproveStep():
            told |= {"people": _people(step.by), "mode": step.mode, "sequence": step.sequence, "sign": step.sign}
            told |= {"write": sorted(step.form.write), "require": sorted(step.form.require), "sla": _sla(step.sla)}
        case HandleStep():
            told |= {"people": _people(step.by), "assignment": step.assignment, "pool": step.pool}
            told |= {"write": sorted(step.form.write), "require": sorted(step.form.require), "sla": _sla(step.sla)}
        case CopyStep():
            told["people"] = _people(step.to)
        case CallStep():
            told["flow"] = step.flow
        case StopStep():
            told["outcome"] = step.outcome
        case ChooseStep():
            told["branches"] = [_branch(one, language) for one in step.of]
        case ParallelStep():
            told |= {"branches": [_branch(one, language) for one in step.branches], "join": step.join}
        case IncludeStep():
            otherwise = [Branch("else", step.otherwise)] if step.otherwise else []
            told["branches"] = [_branch(one, language) for one in (*step.branches, *otherwise)]
    return told


def _branch(branch: Branch, language: str) -> dict[str, Any]:
    steps = [describe_step(step, language) for step in branch.steps]
    return {"name": branch.name, "when": _text(branch.when), "steps": steps}


def _people(rules: tuple[PersonRule, ...]) -> list[dict[str, Any]]:
    return [{**_person(rule), "when": _text(rule.when), "where": _text(rule.where)} for rule in rules]


def _person(rule: PersonRule) -> dict[str, Any]:
    selector = rule.selector
    match selector:
        case PlainPerson():
            return {"kind": selector.word}
        case UserByLogin():
            return {"kind": "user", "of": selector.login}
        case RoleHolders():
            return {"kind": "role", "of": selector.role, "in": _text(selector.unit)}
        case PositionHolders():
            return {"kind": "position", "of": selector.position, "in": _text(selector.unit)}
        case Manager() | Head():
            return {"kind": type(selector).__name__.lower(), "of": _anchor(selector.of), "level": selector.level}
        case Managers() | Heads():
            return {"kind": type(selector).__name__.lower(), "of": _anchor(selector.of)}
        case Members():
            return {"kind": "members", "of": f"{selector.kind}.{selector.code}"}
        case PeopleInFields():
            return {"kind": "field", "of": ", ".join(selector.fields)}
        case Decider():
            return {"kind": "decider", "of": selector.step}
        case Picked():
            return {"kind": "pick", "of": selector.by}
        case ByFormula():
            return {"kind": "feel", "of": selector.expression.text.strip()}


def _anchor(anchor: str | Expression) -> str:
    return anchor if isinstance(anchor, str) else anchor.text.strip()


def _sla(sla: SlaModel | None) -> dict[str, Any] | None:
    if sla is None:
        return None
    within = iso_duration(sla.within) if isinstance(sla.within, Duration) else sla.within.text.strip()
    return {"within": within, "calendar": sla.calendar}


def iso_duration(length: Duration) -> str:
    """Return a length of time as it is written."""
    seconds = int(abs(length.time.total_seconds()))
    parts = ((seconds // 3600, "H"), (seconds % 3600 // 60, "M"), (seconds % 60, "S"))
    clock = "".join(f"{count}{unit}" for count, unit in parts if count)
    months = f"{abs(length.months)}M" if length.months else ""
    days = f"{abs(length.days)}D" if length.days else ""
    whole = f"P{months}{days}" + (f"T{clock}" if clock else "")
    return ("-" if length.negative else "") + (whole if whole != "P" else "PT0S")


def _text(expression: Expression | None) -> str | None:
    return expression.text.strip() if expression is not None else None
