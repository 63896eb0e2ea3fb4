"""What indexes hold besides what rows are found by: the columns of which figures are made.

A chart adds up more records than a page shows, and so does the head of each column of a board. Where all that is read
of them stands in one index, the database reads that index from one end to the other, and not a row of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.metamodel.model import FieldModel, ObjectModel, TenantModel
from engine.metamodel.model.analysis import DatasetModel
from engine.storage.column_types import ID_TYPES, stored_as

# PostgreSQL's entries hold 2,700 bytes, of which what rows are found by has its part
_WIDEST = 1_600
_LONGEST_TEXT = 100
_SIGN, _CODE, _PLAIN = 4, 64, 16
_NARROW = frozenset({"integer", "boolean", "date", "datetime", "decimal", "duration", "time"})


def covered_fields(model: TenantModel, object: ObjectModel, given: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the fields that datasets of an object go by, each with those that are to stand beside it in its index.

    ``given`` are read by everybody: whether a record lies in the recycle bin, whose it is.
    """
    found: dict[str, dict[str, None]] = {}
    for dataset in model.datasets.values():
        lead = _lead(model, object, dataset) if dataset.object == object.name else None
        if lead is None or not _fits(object.fields.get(lead)):
            continue
        read = found.setdefault(lead, dict.fromkeys(given))
        read |= dict.fromkeys(path[0] for path in _paths(model, dataset) if _fits(object.fields.get(path[0])))
    return {lead: tuple(name for name in read if name not in (lead, "id")) for lead, read in found.items()}


def covered_by_boards(
    model: TenantModel, object: ObjectModel, given: Iterable[str]
) -> Iterator[tuple[tuple[FieldModel, ...], tuple[str, ...]]]:
    """Yield the fields that the cards of each board are found by, as they stand in a column, with those beside them.

    The last one is what the cards are sorted by, where the board says it.
    """
    for board in model.boards.values():
        if board.object != object.name:
            continue
        sort = board.sort[0].path if board.sort else ()
        names = dict.fromkeys([*([board.per] if board.per else []), board.columns, *(sort if len(sort) == 1 else ())])
        fields = tuple(object.fields[name] for name in names if name in object.fields)
        if len(fields) < len(names) or not all(field.stored and field.name != "id" for field in fields):
            continue
        summed = object.fields.get(board.sum or "")
        sums = [] if summed is None else [summed.name, summed.currency]
        conditions = board.where.reads if board.where is not None else ()
        read = dict.fromkeys([*given, *(path[0] for path in conditions), *(name for name in sums if name)])
        beside = (name for name in read if name not in names and _fits(object.fields.get(name)))
        yield fields, tuple(beside)


def seen_by(model: TenantModel, object: ObjectModel) -> Iterator[str]:
    """Yield the fields that decide who sees a record: those that roles and restrictive rules ask about its rows."""
    paths: list[tuple[str, ...]] = []
    for role in model.roles.values():
        grant = role.grants.get(object.name)
        rows = None if grant is None else grant.actions.get("read")
        if rows is not None:
            paths += [test.path for test in rows.scopes if test.path]
            paths += rows.when.reads if rows.when is not None else ()
    for rule in model.restrictions.values():
        paths += rule.that.reads if rule.object == object.name and rule.bounds("read") else ()
    for path in paths:
        own = path[1:] if path[0] == "record" else path
        if own and own[0] != "id" and _fits(object.fields.get(own[0])):
            yield own[0]


def narrow(fields: Iterable[FieldModel]) -> Iterator[str]:
    """Yield the names of as many fields, in their order, as surely find room in one entry of an index."""
    width = 0
    for field in fields:
        width += _width(field)
        if width > _WIDEST:
            return
        yield field.name


def _width(field: FieldModel) -> int:
    stored = stored_as(field)
    if stored.kind != "text":
        return _PLAIN
    if field.type in ID_TYPES:
        return stored.length
    return _CODE if field.type == "choice" else stored.length * _SIGN


def _lead(model: TenantModel, object: ObjectModel, dataset: DatasetModel) -> str | None:
    """Return the field by which the records of a dataset are found: its day, or the reference behind which that lies.

    Lines of which something is asked of their parent are found by it: there are fewer parents, and each is read once.
    """
    if object.parent is not None and any(path[0] == object.parent for path in _asked(model, dataset)):
        return object.parent
    by = dataset.dimensions.get(dataset.period or "") or next(iter(dataset.dimensions.values()), None)
    return None if by is None else by.path[0]


def _paths(model: TenantModel, dataset: DatasetModel) -> Iterator[tuple[str, ...]]:
    for dimension in dataset.dimensions.values():
        yield dimension.path
    for measure in dataset.measures.values():
        if measure.path:
            yield measure.path
    yield from _asked(model, dataset)


def _asked(model: TenantModel, dataset: DatasetModel) -> Iterator[tuple[str, ...]]:
    """Yield what the conditions of a dataset and its charts read."""
    conditions = [dataset.where, *(chart.where for chart in model.charts.values() if chart.dataset == dataset.name)]
    for condition in (*conditions, *(measure.where for measure in dataset.measures.values())):
        yield from condition.reads if condition is not None else ()


def _fits(field: FieldModel | None) -> bool:
    if field is None or not field.stored or field.type == "secret":
        return False
    stored = stored_as(field)
    short = field.type == "choice" or stored.length <= _LONGEST_TEXT
    return stored.kind in _NARROW or (stored.kind == "text" and short)
