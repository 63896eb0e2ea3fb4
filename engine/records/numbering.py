"""Numbers for new records: one draw per counter for a whole batch, text by the rule's pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.metamodel.model import NumberingModel
from engine.records.draft import Draft
from engine.records.number_pattern import Counter, NumberIncomplete, NumberOverflow, counter_of, write_number
from engine.records.taken_numbers import BLOCK
from engine.records.unit import Unit
from engine.rules import Expression
from engine.storage import Issued, next_counter, note_issued, peek_counter
from engine.storage.fetching import Twin, taken

MOST_SKIPPED = 1_000


@dataclass(frozen=True, slots=True)
class _Wish:
    draft: Draft
    field: str
    rule: NumberingModel


def give_numbers(drafts: Sequence[Draft], unit: Unit) -> None:
    """Give each draft the numbers that its object declares and that nobody gave by hand."""
    wishes: dict[Counter, list[_Wish]] = {}
    for draft in drafts:
        for field, name in (draft.wished or draft.plan.object.numbering).items():
            if draft.after.get(field) is not None:
                continue
            rule = unit.model.numberings[name]
            try:
                counter = counter_of(rule, _dates(draft, unit), _evaluate(draft, unit))
            except NumberIncomplete as lacking:
                draft.complain(field, "number_incomplete", field=lacking.source)
                continue
            wishes.setdefault(counter, []).append(_Wish(draft, field, rule))
    # a fixed order of counters: two transactions that need the same ones cannot wait for each other
    for counter in sorted(wishes, key=lambda c: (c.rule, c.scope, c.period)):
        _give(counter, wishes[counter], unit)


def preview_number(draft: Draft, field: str, unit: Unit) -> str | None:
    """Return the number that a record would get now; None while a part of it is missing."""
    rule = unit.model.numberings[draft.plan.object.numbering[field]]
    try:
        counter = counter_of(rule, _dates(draft, unit), _evaluate(draft, unit))
        value = unit.numbers.next_of(unit.ctx.tenant, counter) if rule.mode == "fast" else None
        if value is None:
            value = peek_counter(unit.session, counter.rule, counter.scope, counter.period, rule.start)
        return write_number(rule, value, _dates(draft, unit), _evaluate(draft, unit))
    except (NumberIncomplete, NumberOverflow):
        return None


def _give(counter: Counter, wishes: Sequence[_Wish], unit: Unit) -> None:
    rule = wishes[0].rule
    values = _draw(counter, rule, len(wishes), unit)
    issued: list[Issued] = []
    for wish in wishes:
        text = _free_text(wish, counter, values, unit)
        if text is None:
            continue
        wish.draft.put(wish.field, text)
        if rule.mode == "gapless":
            draft = wish.draft
            key = (counter.rule, counter.scope, counter.period)
            issued.append(Issued(*key, values.last, text, draft.plan.name, draft.id))
    note_issued(unit.session, issued, unit.now)


@dataclass(slots=True)
class _Values:
    """The values that were drawn; more are drawn when these do not suffice."""

    values: list[int]
    more: Callable[[int], list[int]]
    last: int = 0

    def next(self) -> int:
        if not self.values:
            self.values = self.more(1)
        self.last = self.values.pop(0)
        return self.last


def _draw(counter: Counter, rule: NumberingModel, count: int, unit: Unit) -> _Values:
    def take(number: int) -> list[int]:
        last = next_counter(unit.session, counter.rule, counter.scope, counter.period, rule.start, number)
        return list(range(last - number + 1, last + 1))

    if rule.mode != "fast":
        return _Values(take(count), take)
    drawn = unit.numbers.draw(unit.ctx.tenant, counter, count)
    if len(drawn) < count:
        block = take(count - len(drawn) + BLOCK - 1)
        drawn, rest = drawn + block[: count - len(drawn)], block[count - len(drawn) :]
        # others may have the rest only when it is sure that the counter stands behind it
        unit.after_commit.append(lambda: unit.numbers.keep(unit.ctx.tenant, counter, rest))
    return _Values(drawn, take)


def _free_text(wish: _Wish, counter: Counter, values: _Values, unit: Unit) -> str | None:
    """Return the next number that nobody wrote by hand; a hand-written one is looked for when it got in the way."""
    for _ in range(MOST_SKIPPED):
        try:
            text = write_number(wish.rule, values.next(), _dates(wish.draft, unit), _evaluate(wish.draft, unit))
        except NumberOverflow as full:
            wish.draft.complain(wish.field, "number_overflow", width=full.width, rule=counter.rule)
            return None
        except NumberIncomplete as lacking:
            wish.draft.complain(wish.field, "number_incomplete", field=lacking.source)
            return None
        if not unit.careful or not _in_use(wish, text, unit):
            return text
    wish.draft.complain(wish.field, "not_unique", fields=wish.field)
    return None


def _in_use(wish: _Wish, text: str, unit: Unit) -> bool:
    twin = Twin(wish.draft.plan.name, (wish.field,), folded=False)
    return bool(taken(unit.session, unit.catalog, twin, 0, [text]))


def _dates(draft: Draft, unit: Unit) -> Callable[[str | None], date | None]:
    def day(field: str | None) -> date | None:
        if field is None:
            return unit.today
        value = draft.after.get(field)
        return value.astimezone(unit.ctx.zone).date() if isinstance(value, datetime) else value

    return day


def _evaluate(draft: Draft, unit: Unit) -> Callable[[Expression], Any]:
    def evaluate(expression: Expression) -> Any:
        return expression.evaluate(draft.facts, unit.run)

    return evaluate
