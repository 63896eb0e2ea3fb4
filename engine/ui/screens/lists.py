"""The list of an object: tabs, filter, columns, rows, pages, and what stands there when there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.metamodel.model import ListModel, ObjectModel, SortKey, TransitionModel
from engine.ui.desk import Desk
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.columns import ColumnSpec, ListRow, Row, card_slots, draw_rows, resolve
from engine.ui.screens.heads import Head, build_head
from engine.ui.widgets import widget_of

PAGE = 50
_UNSORTABLE = frozenset(
    {"json", "richtext", "multiline", "code", "address", "choices", "references", "users", "any_reference", "file",
     "files", "image", "secret", "lines", "color"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column."""

    title: str
    numeric: bool
    sort: str = ""
    order: str = ""
    width: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that can be shown or hidden."""

    path: str
    title: str
    shown: bool


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something that can be done with the marked rows."""

    name: str
    title: str
    icon: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands in place of rows."""

    title: str
    text: str
    filtered: bool


@dataclass(frozen=True, slots=True)
class Pager:
    """Where the page stands among all rows; the rows are only counted when somebody asks."""

    text: str
    previous: str
    next: str
    count: str


@dataclass(frozen=True, slots=True)
class ListScreen:
    """A list ready to be drawn."""

    head: Head
    heads: tuple[ColumnHead, ...]
    slots: tuple[int, ...]
    rows: tuple[ListRow, ...]
    pager: Pager
    columns: tuple[ColumnChoice, ...]
    bulk: tuple[BulkAction, ...]
    empty: Empty | None
    may_update: bool
    may_import: bool
    may_export: bool
    sort_text: str


def build_list(
    desk: Desk,
    model: ListModel,
    address: ListAddress,
    specs: Sequence[ColumnSpec],
    page: tuple[Sequence[Row], str | None],
) -> ListScreen:
    """Return the list page for rows that were read for exactly this address and these columns."""
    found = desk.model.objects[model.object]
    rows, after = page
    title = desk.title(found.plural) or desk.title(found.title)
    return ListScreen(
        head=build_head(desk, title, address, "list"),
        heads=tuple(_head(spec, address, model) for spec in specs),
        slots=card_slots(specs, found),
        rows=draw_rows(desk, found, specs, rows),
        pager=_pager(desk, address, rows, after),
        columns=_column_choices(desk, model, specs),
        bulk=_bulk(desk, found, address),
        empty=None if rows else _empty(desk, found, address),
        may_update=desk.may(found.name, "update") and not address.deleted,
        may_import=desk.may(found.name, "import"),
        may_export=desk.may(found.name, "export"),
        sort_text=_sort_text(specs, address, model),
    )


def _head(spec: ColumnSpec, address: ListAddress, model: ListModel) -> ColumnHead:
    numeric = widget_of(spec.field).numeric
    if spec.field.type in _UNSORTABLE:
        return ColumnHead(spec.title, numeric, width=spec.width)
    sort = address.sort or _declared_sort(address, model)
    first = sort[0] if sort else ""
    order = {spec.path: "ascending", f"-{spec.path}": "descending"}.get(first, "")
    wanted = f"-{spec.path}" if order == "ascending" else spec.path
    return ColumnHead(spec.title, numeric, address.url(sort=(wanted,)), order, spec.width)


def _declared_sort(address: ListAddress, model: ListModel) -> tuple[str, ...]:
    view = next((view for view in model.views if view.name == address.view), None)
    keys: Sequence[SortKey] = (view.sort if view is not None else ()) or model.sort
    return tuple(("-" if key.descending else "") + ".".join(key.path) for key in keys)


def _sort_text(specs: Sequence[ColumnSpec], address: ListAddress, model: ListModel) -> str:
    sort = address.sort or _declared_sort(address, model)
    if not sort:
        return ""
    path = sort[0].removeprefix("-")
    title = next((spec.title for spec in specs if spec.path == path), "")
    return f"{title} {'↓' if sort[0].startswith('-') else '↑'}" if title else ""


def _pager(desk: Desk, address: ListAddress, rows: Sequence[Row], after: str | None) -> Pager:
    first = len(address.trail) * PAGE + 1
    text = desk.say("list.span", first=first, last=first + len(rows) - 1) if rows else ""
    return Pager(
        text,
        address.previous_page() if address.trail else "",
        address.next_page(after) if after else "",
        address.action("count"),
    )


def _column_choices(desk: Desk, model: ListModel, specs: Sequence[ColumnSpec]) -> tuple[ColumnChoice, ...]:
    shown = [spec.path for spec in specs]
    own = desk.model.objects[model.object].fields
    paths = [*shown, *(".".join(column.path) for column in model.columns), *own]
    choices: dict[str, ColumnChoice] = {}
    for path in paths:
        spec = resolve(desk, model.object, path)
        if spec is not None and path != "id":
            choices.setdefault(path, ColumnChoice(path, spec.title, path in shown))
    return tuple(choices.values())


def _bulk(desk: Desk, found: ObjectModel, address: ListAddress) -> tuple[BulkAction, ...]:
    if address.deleted:
        return (
            (BulkAction("restore", desk.say("record.restore"), "history"),) if desk.may(found.name, "restore") else ()
        )
    lifecycle = desk.model.lifecycle_of(found.name)
    moves: Sequence[TransitionModel] = tuple(lifecycle.transitions.values()) if lifecycle is not None else ()
    allowed = desk.policy.actions(found.name)
    actions = [
        BulkAction(f"do:{move.name}", desk.title(move.title), move.icon, move.danger)
        for move in moves
        if move.bulk and move.name in allowed and not move.ask
    ]
    if desk.may(found.name, "merge") and not found.parent:
        actions.append(BulkAction("merge", desk.say("rights.action_merge"), "arrows-join"))
    if desk.may(found.name, "delete"):
        actions.append(BulkAction("delete", desk.say("record.delete"), "trash", danger=True))
    return tuple(actions)


def _empty(desk: Desk, found: ObjectModel, address: ListAddress) -> Empty:
    name = desk.title(found.title)
    if address.deleted:
        return Empty(desk.say("empty.bin"), desk.say("empty.bin_text"), False)
    if address.filtered or address.view:
        return Empty(desk.say("empty.none_found", object=name), desk.say("empty.none_found_text"), True)
    return Empty(
        desk.say("empty.none_yet", object=name), desk.title(found.help) or desk.say("empty.none_yet_text"), False
    )
