"""Rules in records are checked when they are saved, against the object they are over; every fault has its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.text import LocalText
from engine.metamodel.model import FieldModel
from engine.metamodel.model.field import RULES
from engine.records.draft import Draft
from engine.records.unit import Unit
from engine.rules import NameScope, StoredRule
from engine.rules.stored import problems_of

MOST_TOLD = 20


def check_rules(draft: Draft, unit: Unit) -> None:
    """Complain about what is wrong in the rules of a record that were changed."""
    for name in draft.plan.rules:
        value = draft.after.get(name)
        if value is None or (draft.before is not None and value == draft.before.get(name)):
            continue
        for found in problems_of(_written(unit, draft.plan.object.fields[name]), value)[:MOST_TOLD]:
            line, column = found.span.line, found.span.column
            told = {"code": found.code, "part": found.span.file, "line": line, "column": column}
            draft.complain(name, "bad_rule", placed(found), **told, nearest=found.nearest)


def rule_type(unit: Unit, field: FieldModel) -> StoredRule:
    """Return the type of a field that holds rules."""
    assert field.type in RULES
    return unit.plans.world.rule(field)


def scope_of(unit: Unit, object: str) -> NameScope:
    """Return the names that the actor may use in a rule over an object: no rule tells him what he may not see."""
    return unit.plans.world.inside(object) if unit.policy.everything else unit.policy.scope(object)


def _written(unit: Unit, field: FieldModel) -> StoredRule:
    return replace(rule_type(unit, field), names=scope_of(unit, field.over or ""))


def placed(found: Diagnostic) -> LocalText:
    """Return a diagnostic as a sentence that begins with its place, in every language."""
    return LocalText({
        language: f"{_place(found, language)}{found.in_language(language)}{_advice(found, language)}"
        for language in ("en", "zh")
    })  # fmt: skip


def _place(found: Diagnostic, language: str) -> str:
    part, line, column = found.span.file, found.span.line, found.span.column
    inside = _of_table(part, language)
    if language == "zh":
        return f"{inside}第 {line} 行第 {column} 列：" if not inside or line > 1 or column > 1 else f"{inside[:-1]}："
    where = f"line {line}, column {column}: "
    return f"{inside}, {where}" if inside and (line > 1 or column > 1) else f"{inside}: " if inside else where


def _of_table(part: str, language: str) -> str:
    """Return how a part of a table is called: ``rules.2.0`` is the first cell of the third rule."""
    steps = part.split(".")
    words = _WORDS[language]
    if steps[0] not in words:
        return ""
    numbers = [int(step) + 1 for step in steps[1:] if step.isdigit()]
    name, cell = words[steps[0]], words["cell"]
    if not numbers:
        return name.format("").strip() + ("，" if language == "zh" else "")
    first = name.format(numbers[0])
    return first + (cell.format(numbers[1]) if len(numbers) > 1 else "") + ("，" if language == "zh" else "")


def _advice(found: Diagnostic, language: str) -> str:
    hint: Any = found.hint_in(language)
    if not hint:
        return ""
    return f"；{hint}" if language == "zh" else f"; {hint}"


_WORDS = {
    "en": {"rules": "rule {}", "inputs": "input {}", "outputs": "output {}", "cell": ", cell {}"},
    "zh": {"rules": "规则 {}", "inputs": "输入列 {}", "outputs": "输出列 {}", "cell": "第 {} 格"},
}
