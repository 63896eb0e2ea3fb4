"""Roll-ups as the database holds them: one grouped SELECT for any number of holders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from sqlalchemy import func, select

from engine.metamodel.model import FieldModel, Rollup
from engine.rules import Run
from engine.storage.catalog import Catalog
from engine.storage.column_types import loader, stored_as, total_of
from engine.storage.fetching import among, list_binder
from engine.storage.scope import Frame, RowScope
from engine.storage.sessions import Session
from engine.storage.statements import Compiled
from engine.storage.table_map import DELETED, column_name
from engine.storage.wording import Piece, Wording, every_row

_WHERE = ("where", 0)
_WIDE = Context(prec=80)


def roll_up(
    session: Session, catalog: Catalog, holder: str, field: str, ids: Iterable[str], run: Run
) -> Mapping[str, Any]:
    """Return the value that a roll-up field of each holder must have now."""
    wanted = list(dict.fromkeys(ids))
    model = catalog.model.objects[holder].fields[field]
    rollup = model.rollup
    assert rollup is not None
    words = Wording(catalog.tables, every_row, {}, run)
    compiled, pieces = _compiled(session, catalog, holder, model, rollup, words)
    values = {"keys": wanted, **words.arguments(pieces)}
    found = {row[0]: row[1:] for row in session.rows(compiled, values)}
    summed = catalog.model.objects[rollup.of].fields.get(rollup.field or "")
    return {id: _value(catalog, model, rollup, summed, found.get(id, (0, None))) for id in wanted}


def _compiled(
    session: Session, catalog: Catalog, holder: str, model: FieldModel, rollup: Rollup, words: Wording
) -> tuple[Compiled, tuple[Piece, ...]]:
    def build() -> tuple[Compiled, tuple[Piece, ...]]:
        table = catalog.tables.table(rollup.of).alias("rolled")
        frame = Frame(rollup.of, table, words)
        by = table.c[column_name(rollup.by)]
        conditions = [among(by, "keys", session.dialect)]
        if rollup.where is not None:
            conditions.append(words.condition(_WHERE, RowScope(frame, rollup.of, table, trusted=True)))
        if catalog.model.objects[rollup.of].recycles:
            conditions.append(table.c[DELETED].is_(None))
        columns: list[Any] = [by, func.count()]
        if rollup.field is not None:
            column = table.c[column_name(rollup.field)]
            columns[1] = func.count(column)
            function = func.min if rollup.function == "min" else func.max if rollup.function == "max" else func.sum
            columns.append(function(column))
        statement = select(*columns).select_from(frame.source).where(*conditions).group_by(by)
        pieces = tuple(words.pieces)
        ready = {name: None for _, piece in pieces for name, _, _ in piece.binds.made}
        converters = {"keys": list_binder(catalog, rollup.of, rollup.by), **ready}
        return Compiled(statement, session.dialect, converters), pieces

    # what it compares with today's date is bound anew each time
    shape = words.look(_WHERE, rollup.where)
    found: tuple[Compiled, tuple[Piece, ...]]
    found = catalog.tables.statements.get(("roll_up", holder, model.name, shape), build)
    return found


def _value(catalog: Catalog, model: FieldModel, rollup: Rollup, summed: FieldModel | None, row: Any) -> Any:
    count, total = row[0], row[1] if len(row) > 1 else None
    if rollup.function == "count":
        return Decimal(count).scaleb(0) if model.type == "decimal" else int(count)
    assert summed is not None
    if total is None or not count:
        return _nothing(model) if rollup.function == "sum" else None
    if isinstance(total, Decimal | int):
        value = total_of(summed, total, catalog.tables.dialect)
    else:
        read = loader(summed, catalog.tables.dialect)
        value = total if read is None else read(total)
    if rollup.function == "avg":
        value = value / count if not isinstance(value, Decimal | int) else _WIDE.divide(Decimal(value), Decimal(count))
    return _fitted(model, value)


def _nothing(model: FieldModel) -> Any:
    return Decimal(0).scaleb(-model.scale) if stored_as(model).kind == "decimal" else 0


def _fitted(model: FieldModel, value: Any) -> Any:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        if stored_as(model).kind == "decimal":
            return Decimal(value).quantize(Decimal(1).scaleb(-model.scale), ROUND_HALF_UP, _WIDE)
        return int(Decimal(value).to_integral_value(ROUND_HALF_UP))
    return value
