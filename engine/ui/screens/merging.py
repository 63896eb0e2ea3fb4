"""Duplicates side by side: which record stays, of which each value is taken, and what comes along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import FieldModel, ObjectModel
from engine.records import Record
from engine.ui.desk import Desk
from engine.ui.screens.details import record_title
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, Input, Spot

FEWEST, MOST = 2, 8
SEVERAL = frozenset({"choices", "references", "users", "files"})
_UNTOLD = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
)
_NEVER = frozenset({"lines", "secret"})
# whose a record is changes by a transfer
_PLACE = frozenset({"owner", "department"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the records: its place in the comparison, and the addresses that keep it or leave it out."""

    id: str
    key: str
    title: str
    note: str
    href: str
    stays: bool
    keep: str
    leave: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A record's value of a field; ``free``: it can be taken."""

    id: str
    cell: Cell
    chosen: bool
    free: bool


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A field with the values of all records. ``kind``: radio, checkbox, or empty where nothing can be chosen."""

    name: str
    title: str
    kind: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """Records that point to those that go."""

    title: str
    count: str


@dataclass(frozen=True, slots=True)
class MergeScreen:
    """The page; with fewer than two records it asks for another one only."""

    object: str
    title: str
    list_title: str
    action: str
    sides: tuple[Side, ...]
    rows: tuple[CompareRow, ...]
    same: tuple[CompareRow, ...]
    coming: tuple[Coming, ...]
    picker: Input | None
    another: str
    ready: bool
    text: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The records, the one that stays first among equals, and what was chosen so far, by field."""

    found: ObjectModel
    records: Sequence[Record]
    stays: str
    chosen: Mapping[str, Sequence[str]]


def build_merge(
    desk: Desk, asked: Duplicates, coming: Iterable[tuple[str, str, int, bool]], errors: Sequence[str] = ()
) -> MergeScreen:
    """Return the page. ``coming`` are object, field, count and whether there may be more."""
    found, base = asked.found, f"/o/{asked.found.name}/merge"
    rows = tuple(_rows(desk, asked))
    ready = len(asked.records) >= FEWEST
    name = desk.title(found.title)
    return MergeScreen(
        found.name,
        desk.say("merge.title", object=desk.title(found.plural) or name),
        desk.title(found.plural) or name,
        base,
        tuple(_sides(desk, asked, base)),
        tuple(row for row, same in rows if not same),
        tuple(row for row, same in rows if same and any(offer.cell.kind != "none" for offer in row.offers)),
        tuple(_coming(desk, coming)),
        _picker(found) if len(asked.records) < MOST else None,
        desk.say("merge.another", object=name),
        ready,
        desk.say("merge.text", n=len(asked.records) - 1, object=name) if ready else "",
        tuple(errors),
    )


def _sides(desk: Desk, asked: Duplicates, base: str) -> Iterator[Side]:
    for record in asked.records:
        look = desk.look(asked.found.name, record.values)
        others = [one.id for one in asked.records if one.id != record.id]
        number = next((name for name in asked.found.numbering if name != asked.found.display), "")
        yield Side(
            record.id,
            f"{record.id}@{record.version}",
            record_title(asked.found, look, record.values, record.id),
            str(record.values.get(number) or ""),
            f"/o/{asked.found.name}/{record.id}",
            record.id == asked.stays,
            _address(base, [one.id for one in asked.records], record.id),
            _address(base, others, asked.stays if asked.stays != record.id else "") if len(others) > 1 else "",
        )


def _address(base: str, ids: Sequence[str], stays: str) -> str:
    asked = "&".join([*(f"row={id}" for id in ids), *([f"stays={stays}"] if stays else [])])
    return f"{base}?{asked}"


def _rows(desk: Desk, asked: Duplicates) -> Iterator[tuple[CompareRow, bool]]:
    writable = desk.policy.writable(asked.found.name) - _PLACE
    life = desk.model.lifecycle_of(asked.found.name)
    for name in _order(desk, asked.found):
        field = asked.found.fields[name]
        shown = [record for record in asked.records if name in record.values]
        if field.type in _NEVER or not shown:
            continue
        values = [record.values.get(name) for record in asked.records]
        same = all(value == values[0] for value in values) and len(shown) == len(values)
        fixed = name not in writable or field.computed or (life is not None and life.field == name)
        kind = "" if fixed or same else "checkbox" if field.type in SEVERAL else "radio"
        yield _row(desk, asked, field, kind), same


def _row(desk: Desk, asked: Duplicates, field: FieldModel, kind: str) -> CompareRow:
    taken = asked.chosen.get(field.name) or tuple(_first_choice(asked, field))
    offers = []
    for record in asked.records:
        hidden = field.name not in record.values
        draw = widget_of(field).show(field, desk.look(asked.found.name, record.values))
        cell = Cell("masked", desk.say("value.unseen")) if hidden else draw(record.values[field.name])
        free = bool(kind) and not hidden and field.name not in record.masked
        offers.append(Offer(record.id, cell, bool(kind) and record.id in taken, free))
    return CompareRow(field.name, desk.title(field.title), kind, tuple(offers))


def _first_choice(asked: Duplicates, field: FieldModel) -> Iterator[str]:
    """Yield what is chosen until somebody chooses: what stays, or the first that is there; of lists all of them."""
    order = sorted(asked.records, key=lambda record: record.id != asked.stays)
    filled = [one.id for one in order if one.values.get(field.name) not in (None, [], ())]
    filled = [id for id in filled if all(field.name not in one.masked for one in order if one.id == id)]
    yield from filled if field.type in SEVERAL else filled[:1] or [asked.stays]


def _order(desk: Desk, found: ObjectModel) -> Iterator[str]:
    """Yield the fields as the form has them, then the others."""
    form = desk.model.forms[found.name]
    placed = [one.name for tab in form.tabs for section in tab.sections for one in section.fields]
    for name in dict.fromkeys([*placed, *found.fields]):
        if name in found.fields and name not in _UNTOLD:
            yield name


def _coming(desk: Desk, coming: Iterable[tuple[str, str, int, bool]]) -> Iterator[Coming]:
    for object, field, count, capped in coming:
        found = desk.model.objects[object]
        title = f"{desk.title(found.plural) or desk.title(found.title)} ({desk.title(found.fields[field].title)})"
        yield Coming(title, f"{count:,}{'+' if capped else ''}")


def _picker(found: ObjectModel) -> Input:
    spot = Spot("row", "merge-row", lookup=f"/pick/{found.name}")
    return Input("picker", spot, icon=found.icon)


def values_of_choice(posted: Mapping[str, Any], stays: str) -> dict[str, tuple[str, ...]]:
    """Return of which records values are to be taken, those left out that stay as they are."""
    return {name: tuple(ids) for name, ids in posted.items() if ids and list(ids) != [stays]}
