"""The page on which rules are written, and the answers that its editor gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.rules.explaining import Step
from engine.studio import CheckedRule, CheckedTable, Hint, RowOutcome, Trial
from engine.ui.desk import Desk
from engine.ui.screens.navigation import listed_objects
from engine.ui.widgets.base import Option

MODES = ("expression", "decision_table")
GIVES = ("", "number", "string", "boolean", "date", "date and time", "days and time duration")
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class RulesScreen:
    """The page: which object, what kind of rule, what it shall give; and what stands in the editor at first."""

    over: str
    object: str
    icon: str
    mode: str
    gives: str
    objects: tuple[Option, ...]
    kinds: tuple[Option, ...]
    first: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A part of a rule with its value; ``mark`` says yes or no where it is a condition."""

    text: str
    value: str
    mark: str
    reasons: tuple[str, ...]
    parts: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """What a rule gives for one record."""

    id: str
    title: str
    href: str
    value: str
    known: bool
    reasons: tuple[str, ...]
    hits: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class TrialsScreen:
    """The trials of a rule on records of an object."""

    object: str
    plural: str
    trials: tuple[ShownTrial, ...]


def build_rules(desk: Desk, over: str, mode: str, gives: str) -> RulesScreen:
    """Return the page. Without a choice it begins with the first object of the menu."""
    known = {one.name: one for one in listed_objects(desk)}
    known |= {name: found for name, found in desk.model.objects.items() if desk.may(name, "read")}
    chosen = over if over in known else next(iter(known), "")
    found = known.get(chosen)
    kind = mode if mode in MODES else MODES[0]
    return RulesScreen(
        chosen,
        desk.title(found.title) if found is not None else "",
        found.icon if found is not None else "table",
        kind,
        gives if gives in GIVES else "",
        tuple(Option(name, desk.title(one.title), name == chosen) for name, one in known.items()),
        tuple(Option(one, desk.say(f"rules.gives_{one.replace(' ', '_') or 'any'}"), one == gives) for one in GIVES),
        "" if kind == MODES[0] else _EMPTY_TABLE,
    )


_EMPTY_TABLE = '{"hit": "UNIQUE", "inputs": [{"is": ""}], "outputs": [{"name": "result"}], "rules": [["", ""]]}'


def checked_rule(desk: Desk, checked: CheckedRule) -> dict[str, Any]:
    """Return what the editor is told about a text."""
    language = desk.words.language
    told: dict[str, Any] = {
        "ok": checked.expression is not None,
        "faults": [asdict(one) for one in checked.faults],
        "reads": list(checked.reads),
    }
    if checked.expression is not None and checked.type is not None:
        refusal = checked.expression.sql_refusal
        told |= {
            "type": checked.type.in_language(language),
            "sql": refusal is None,
            "no_sql": "" if refusal is None else f"{refusal.in_language(language)}: {refusal.hint_in(language)}",
        }
    return told


def checked_table(
    desk: Desk, checked: CheckedTable | None, rows: Sequence[RowOutcome], fault: str = ""
) -> dict[str, Any]:
    """Return what the grid is told about a table; ``fault`` is about what is no table at all."""
    language = desk.words.language
    faults = [asdict(one) for one in checked.faults] if checked is not None else []
    findings = [one.as_dict(language) for one in checked.findings] if checked is not None else []
    return {
        "ok": checked is not None and checked.table is not None,
        "fault": fault,
        "faults": faults,
        "findings": findings,
        "tests": [asdict(one) for one in rows],
    }


def hints(found: Iterable[Hint]) -> list[dict[str, str]]:
    """Return completions for the editor."""
    return [asdict(one) for one in found]


def build_trials(desk: Desk, over: str, trials: Iterable[Trial]) -> TrialsScreen:
    """Return the trials as they are drawn."""
    found = desk.model.objects[over]
    shown = tuple(
        ShownTrial(
            one.id,
            one.title,
            f"/o/{over}/{one.id}",
            one.shown,
            one.known,
            one.reasons,
            ", ".join(map(str, one.hits)),
            tuple(_step(step, [MOST_STEPS]) for step in one.steps),
        )
        for one in trials
    )
    return TrialsScreen(desk.title(found.title), desk.title(found.plural or found.title), shown)


def _step(step: Step, left: list[int]) -> ShownStep:
    left[0] -= 1
    mark = {True: "check", False: "x"}.get(step.value) if isinstance(step.value, bool) else None
    parts = []
    for part in step.parts:
        if left[0] <= 0:
            break
        parts.append(_step(part, left))
    return ShownStep(step.text, step.shown, mark or "", step.reasons, tuple(parts))
