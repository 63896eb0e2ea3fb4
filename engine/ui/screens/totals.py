"""Sums of a list's columns of money, told with the number of its rows: one for each currency that occurs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.metamodel.model import FieldModel
from engine.storage import Tally
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal, currency_sign, grouped
from engine.ui.screens.columns import ColumnSpec
from engine.ui.widgets.numbers import places_of

MOST = 3
Sum = Callable[[Sequence[str], Sequence[str]], Sequence[Tally]]  # by, sums


def totals_of_list(desk: Desk, object: str, specs: Sequence[ColumnSpec], sum_up: Sum) -> tuple[str, ...]:
    """Return the totals of the first columns of money that the reader may sum, each with its title."""
    usable = desk.policy.usable(object)
    found = [
        spec
        for spec in specs
        if spec.path in usable and spec.object == object and spec.field.type == "money" and spec.field.stored
    ]
    return tuple(_total(desk, object, spec, sum_up) for spec in found[:MOST])


def _total(desk: Desk, object: str, spec: ColumnSpec, sum_up: Sum) -> str:
    code = spec.field.currency or desk.model.objects[object].currency or ""
    fields = desk.model.objects[object].fields
    if code not in fields:
        return f"{spec.title} {_figures(desk, spec.field, code, sum_up((), (spec.path,)))}"
    if code not in desk.policy.usable(object):
        return f"{spec.title} –"
    groups = sum_up((code,), (spec.path,))
    return f"{spec.title} " + " + ".join(_figures(desk, spec.field, str(g.group[0] or ""), (g,)) for g in groups)


def _figures(desk: Desk, field: FieldModel, code: str, tallies: Sequence[Tally]) -> str:
    number = as_decimal(tallies[0].sums[0]) if tallies else None
    if number is None:
        return "0"
    known = len(code) == 3 and code.isupper()
    sign = currency_sign(code, desk.words.language) if known else ""
    return sign + grouped(number, places_of(field, number))
