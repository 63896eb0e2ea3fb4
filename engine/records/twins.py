"""Twins: other records with the same unique values, or that look alike; asked once for all drafts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.text import EMPTY
from engine.metamodel.model import DuplicateRule
from engine.records.draft import Draft
from engine.records.unit import Unit
from engine.storage import order_key
from engine.storage.fetching import Twin, probe, taken


@dataclass(frozen=True, slots=True)
class _Question:
    draft: Draft
    twin: Twin
    values: tuple[Any, ...]
    rule: DuplicateRule | None = None


def look_for_twins(drafts: Iterable[Draft], unit: Unit) -> None:
    """Complain about values that another record has, in the database or among the drafts themselves."""
    drafts = list(drafts)
    questions = [question for draft in drafts if draft.action != "delete" for question in _questions(draft)]
    if not questions:
        return
    # lines that go make room for others
    gone = {draft.id for draft in drafts if draft.action == "delete"}
    if not gone and len({id(question.draft) for question in questions}) == 1:
        answers = _ask_one(questions, unit)
    else:
        answers = _ask_many(questions, gone, unit)
    for question, answer in zip(questions, answers, strict=True):
        if answer:
            _tell(question)


def _questions(draft: Draft) -> Iterator[_Question]:
    object = draft.plan.object
    for fields in draft.plan.uniques:
        if _asked(draft, fields):
            yield _Question(draft, Twin(object.name, fields), tuple(draft.after[name] for name in fields))
    for rule in object.duplicates.values():
        if _asked(draft, rule.fields):
            values = tuple(_folded(draft, name) for name in rule.fields)
            yield _Question(draft, Twin(object.name, rule.fields, folded=True), values, rule)


def _asked(draft: Draft, fields: tuple[str, ...]) -> bool:
    if any(draft.after.get(name) is None for name in fields):
        return False
    return draft.before is None or any(name in draft.changed for name in fields)


def _folded(draft: Draft, name: str) -> Any:
    value, field = draft.after[name], draft.plan.object.fields[name]
    return order_key(field, value) if field.sort_key else value


def _ask_one(questions: Sequence[_Question], unit: Unit) -> list[bool]:
    asked = [(question.twin, question.draft.id, question.values) for question in questions]
    _, answers = probe(unit.session, unit.catalog, (), asked)
    return answers


def _ask_many(questions: Sequence[_Question], gone: Collection[str], unit: Unit) -> list[bool]:
    by_twin: dict[Twin, list[_Question]] = {}
    for question in questions:
        by_twin.setdefault(question.twin, []).append(question)
    answers: dict[int, bool] = {}
    for twin, several in by_twin.items():
        # the field with the most different values finds the fewest rows
        lead = max(range(len(twin.fields)), key=lambda place: len({repr(q.values[place]) for q in several}))
        rows = taken(unit.session, unit.catalog, twin, lead, [question.values[lead] for question in several])
        owners: dict[tuple[Any, ...], set[str]] = {}
        moved = {*gone, *(question.draft.id for question in several)}
        for id, *values in rows:
            # a draft's own old values are about to go
            if id not in moved:
                owners.setdefault(tuple(values), set()).add(id)
        for question in several:
            mine = owners.setdefault(question.values, set())
            answers[id_of(question)] = bool(mine - {question.draft.id})
            mine.add(question.draft.id)
    return [answers[id_of(question)] for question in questions]


def id_of(question: _Question) -> int:
    """Return what tells one question from another."""
    return id(question)


def _tell(question: _Question) -> None:
    rule, fields = question.rule, question.twin.fields
    if rule is None:
        question.draft.complain(fields[0], "not_unique", fields=", ".join(fields))
    elif rule.block:
        question.draft.complain(rule.fields[0], "duplicate", rule.say or EMPTY)
    else:
        question.draft.warn(rule.fields[0], "duplicate", rule.say or EMPTY)
