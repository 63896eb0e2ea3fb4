"""What a template may read of a record: what the reader sees of it, as plain copies and texts of the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine.access import Policy
from engine.kernel.context import Context
from engine.kernel.errors import Malformed
from engine.metamodel.model import FieldModel, ObjectModel, PrintModel, TenantModel
from engine.records import Listing, Record, RecordService, Unit
from engine.records.conditions import readable_path
from engine.records.spoken import word_of

MOST_LINES = 2_000
_PAGE = 200
_PICTURES = ("image",)


def facts_of(records: RecordService, ctx: Context, format: PrintModel, id: str) -> dict[str, Any]:
    """Return the roots of a template: ``record``, ``user``, ``today``, ``now``, ``language``, ``title``."""
    with records.opener.reading(ctx) as unit:
        model, policy = unit.model, unit.policy
        reads = _seen(unit, format.object, format.reads)
        record = records.get(ctx, format.object, id, reads or ("id",))
        tree = _tree(model, model.objects[format.object], record, ctx)
        for name, paths in format.lines.items():
            if name in policy.readable(format.object):
                tree[name] = _lines(records, ctx, unit, (format.object, name, id), paths)
            else:
                tree[name] = []
        now = unit.now.astimezone(ctx.zone)
        return {
            "record": tree,
            "user": {"name": ctx.actor.name, "login": ctx.actor.login},
            "today": unit.today,
            "now": now.strftime("%Y-%m-%d %H:%M"),
            "language": ctx.language,
            "title": format.title.in_language(ctx.language),
        }


def _lines(
    records: RecordService,
    ctx: Context,
    unit: Unit,
    place: tuple[str, str, str],
    paths: tuple[tuple[str, ...], ...],
) -> list[dict[str, Any]]:
    object, name, id = place
    field = unit.model.objects[object].fields[name]
    child, by = field.lines_of or "", field.lines_by or ""
    if not unit.policy.may(child, "read") or by not in unit.policy.usable(child):
        return []
    fields = _seen(unit, child, paths) or ("id",)
    listing = Listing(child, where=f'{by} = "{id}"', sort=("id",), fields=fields, limit=_PAGE)
    found: list[dict[str, Any]] = []
    after: str | None = None
    while len(found) < MOST_LINES:
        page = records.list(ctx, replace(listing, after=after))
        found += [_tree(unit.model, unit.model.objects[child], line, ctx) for line in page.records]
        after = page.after
        if after is None:
            break
    return found


def _seen(unit: Unit, object: str, paths: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return the paths that the actor may read; the others print nothing."""
    return tuple(".".join(path) for path in paths if _may_read(unit.policy, unit.model, object, ".".join(path)))


def _may_read(policy: Policy, model: TenantModel, object: str, path: str) -> bool:
    try:
        readable_path(policy, model, object, path)
    except Malformed:
        return False
    return True


def _tree(model: TenantModel, object: ObjectModel, record: Record, ctx: Context) -> dict[str, Any]:
    """Return values by name; behind a reference stands a tree with its title beside what was asked for of it."""
    tree: dict[str, Any] = {}
    for path, value in sorted(record.values.items()):
        *above, last = path.split(".")
        field = _field(model, object, [*above, last])
        at = tree
        for step in above:
            inner = at.get(step)
            if not isinstance(inner, dict):
                inner = at[step] = {"title": inner if isinstance(inner, str) else ""}
            at = inner
        at[last] = _plain(value, field, model, ctx)
    return tree


def _plain(value: Any, field: FieldModel | None, model: TenantModel, ctx: Context) -> Any:
    if field is not None and field.type in _PICTURES:
        return {"title": value["name"], "file": value["id"]} if isinstance(value, Mapping) and "id" in value else None
    if value is None or (isinstance(value, Decimal | date | int) and not isinstance(value, bool)):
        return value
    return word_of(value, field, model.dictionaries, ctx)


def _field(model: TenantModel, object: ObjectModel, steps: list[str]) -> FieldModel | None:
    field = object.fields.get(steps[0])
    for step in steps[1:]:
        if field is None or not field.targets or field.targets[0] not in model.objects:
            return None
        field = model.objects[field.targets[0]].fields.get(step)
    return field
