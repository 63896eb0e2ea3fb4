"""Finding records by a condition of a definition: in the database where it can be said there, else one by one."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.errors import LimitExceeded
from engine.metamodel.model import SortKey
from engine.records import Unit
from engine.records.reading import facts_of
from engine.rules import Expression
from engine.storage import Query, every_row, select_page
from engine.storage.cursor import cursor_behind

# records that are looked at one by one where the database cannot be asked
MOST_LOOKED_AT = 20_000
_BY_ID = (SortKey(("id",)),)
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Search:
    """Records of ``object`` for which ``where`` is true, in the order of ``sort`` and then of their ids."""

    object: str
    where: Expression | None
    limit: int
    sort: tuple[SortKey, ...] = ()


def find_rows(unit: Unit, search: Search, names: Mapping[str, Any], root: str = "item") -> list[dict[str, Any]]:
    """Return the records that the unit's actor sees and for which a condition on ``root`` is true, oldest first.

    More than the limit are not returned but for one, so that the caller can tell.
    """
    object, where, limit = search.object, search.where, search.limit
    names = _with_functions(unit, names)
    rows = every_row if unit.policy.everything else unit.policy.rows
    columns = _columns(unit, object, where, root)
    bound = {name: names[name] for name in _roots(where) if name != root and name in names}
    asked = where if where is not None and where.sql_refusal is None else None
    sort = (*search.sort, *_BY_ID)
    if where is None or asked is not None:
        query = Query(object, columns, asked, sort=sort, limit=limit + 1)
        page = select_page(unit.session, unit.catalog, query, rows, bound, unit.run)
        return [facts_of(row) for row in page.rows]
    return _one_by_one(unit, Query(object, columns, sort=sort, limit=_CHUNK), where, (names, root, limit))


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of the records that a condition chooses; ``after`` continues behind them, None at the end."""

    rows: list[dict[str, Any]]
    after: str | None


def next_portion(
    unit: Unit, object: str, where: Expression | None, names: Mapping[str, Any], after: str | None, size: int
) -> Portion:
    """Return the next records, oldest first, for which a condition on ``record`` is true."""
    return _portion(unit, _by_ids(unit, object, where, size, after), where, names)


def portion_behind(
    unit: Unit, object: str, where: Expression | None, names: Mapping[str, Any], id: str, size: int
) -> Portion:
    """Return the next records behind the one with an id, oldest first, for which a condition on ``record`` is true."""
    query = _by_ids(unit, object, where, size, None)
    return _portion(unit, replace(query, after=cursor_behind(query, id) if id else None), where, names)


def _by_ids(unit: Unit, object: str, where: Expression | None, size: int, after: str | None) -> Query:
    asked = where if where is not None and where.sql_refusal is None else None
    return Query(object, _columns(unit, object, where, "record"), asked, sort=_BY_ID, limit=size, after=after)


def _portion(unit: Unit, query: Query, where: Expression | None, names: Mapping[str, Any]) -> Portion:
    rows = every_row if unit.policy.everything else unit.policy.rows
    names = _with_functions(unit, names)
    asked = where if where is not None and where.sql_refusal is None else None
    bound = {name: names[name] for name in _roots(asked) if name != "record" and name in names}
    page = select_page(unit.session, unit.catalog, query, rows, bound, unit.run)
    found = [facts_of(row) for row in page.rows]
    if where is not asked and where is not None:
        found = [facts for facts in found if _fits(unit, where, ChainMap({"record": facts}, names))]
    return Portion(found, page.after)


def _with_functions(unit: Unit, names: Mapping[str, Any]) -> ChainMap[str, Any]:
    return ChainMap(names, unit.functions)  # type: ignore[arg-type] # read only


def _fits(unit: Unit, where: Expression, names: Mapping[str, Any]) -> bool:
    unit.run.restart()
    return where.evaluate(names, unit.run) is True


def _one_by_one(
    unit: Unit, query: Query, where: Expression, asked: tuple[Mapping[str, Any], str, int]
) -> list[dict[str, Any]]:
    names, root, limit = asked
    rows = every_row if unit.policy.everything else unit.policy.rows
    found: list[dict[str, Any]] = []
    looked, after = 0, None
    while True:
        asking = Query(query.object, query.columns, sort=query.sort, limit=_CHUNK, after=after)
        page = select_page(unit.session, unit.catalog, asking, rows, {}, unit.run)
        for row in page.rows:
            facts = facts_of(row)
            if _fits(unit, where, ChainMap({root: facts}, names)):  # type: ignore[arg-type] # read only
                found.append(facts)
                if len(found) > limit:
                    return found
        looked += len(page.rows)
        if page.after is None:
            return found
        if looked > MOST_LOOKED_AT:
            raise LimitExceeded("records looked at", looked, MOST_LOOKED_AT)
        after = page.after


def _roots(where: Expression | None) -> set[str]:
    return set() if where is None else {path[0] for path in where.reads}


def _columns(unit: Unit, object: str, where: Expression | None, root: str) -> tuple[tuple[str, ...], ...]:
    fields = unit.model.objects[object].fields
    own = [(name,) for name, field in fields.items() if field.stored and field.type not in ("secret", "lines")]
    read = [path[1:] for path in (where.reads if where is not None else ()) if path[0] == root and len(path) > 2]
    return tuple(dict.fromkeys((("id",), ("version",), *own, *sorted(read))))
