"""Model A and model B become the list of what changed between them, each with what it means for the data; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.expressions import source_of_node
from engine.metamodel.compiler.scopes import InsideObject, World
from engine.metamodel.conversions import conversion_risk
from engine.metamodel.migrations import FieldKey, Migration
from engine.metamodel.model import FieldModel, ObjectModel, TenantModel
from engine.rules import Expression, compile_expression

_NAMED = (
    *("dictionaries", "numberings", "lifecycles", "roles", "lists", "forms"),
    *(
        "approvals",
        "automations",
        "assignments",
        "worktimes",
        "conversions",
        "adjustments",
        "explosions",
        "messages",
        "params",
        "decisions",
    ),
)
Risk = Literal["none", "rewrite", "check", "loss", "refused"]


@dataclass(frozen=True, slots=True)
class ModelChange:
    """One difference. ``risk`` says what it does to stored values.

    none: nothing; rewrite: all are computed or converted anew, none is lost; check: they are looked at first and
    may not fit; loss: they are put aside; refused: they cannot follow without a ``conversion`` of a migration.
    ``object`` and ``field`` are the new names; for what is gone, the old
    ones. ``before`` and ``after`` are plain values.
    """

    kind: str
    object: str
    field: str | None = None
    before: Any = None
    after: Any = None
    risk: Risk = "none"
    conversion: Expression | None = None

    def __str__(self) -> str:
        place = f"{self.object}.{self.field}" if self.field else self.object
        return f"{self.kind} {place}: {self.before} -> {self.after} ({self.risk})"


def changes(old: TenantModel | None, new: TenantModel, migrations: Sequence[Migration] = ()) -> tuple[ModelChange, ...]:
    """Return what changed, objects first. Raises BadDefinition when a conversion is wrong."""
    if old is None:
        return tuple(ModelChange("object_added", name) for name in new.objects)
    if old.fingerprint == new.fingerprint:
        return ()
    return tuple(_Comparison(old, new, migrations).run())


@dataclass(frozen=True, slots=True)
class _Names:
    """Where the objects and fields of the old model are found in the new one."""

    objects: Mapping[str, str]
    fields: Mapping[FieldKey, str]


class _Comparison:
    """Two models side by side."""

    def __init__(self, old: TenantModel, new: TenantModel, migrations: Sequence[Migration]) -> None:
        self.old, self.new = old, new
        self.names = _names(old, migrations)
        self.conversions = _conversions(old, self.names, migrations)

    def run(self) -> Iterator[ModelChange]:
        came_from = {new: old for old, new in self.names.objects.items() if new in self.new.objects}
        for name, object in self.new.objects.items():
            before = self.old.objects.get(came_from.get(name, ""))
            if before is None:
                yield ModelChange("object_added", name)
                continue
            if before.name != name:
                yield ModelChange("object_renamed", name, None, before.name, name)
            yield from self._object(before, object)
        for name in self.old.objects:
            if self.names.objects[name] not in self.new.objects:
                yield ModelChange("object_removed", name, risk="loss")
        yield from self._items()
        yield from _definitions(self.old, self.new)

    def _object(self, old: ObjectModel, new: ObjectModel) -> Iterator[ModelChange]:
        renamed = {field: self.names.fields[old.name, field] for field in old.fields}
        came_from = {after: before for before, after in renamed.items()}
        for name, field in new.fields.items():
            before = old.fields.get(came_from.get(name, ""))
            if before is None:
                yield _added(new, field)
                continue
            if before.name != name:
                yield ModelChange("field_renamed", new.name, name, before.name, name)
            yield from self._field(new, before, field)
        for before_name, after_name in renamed.items():
            if after_name not in new.fields:
                risk: Risk = "none" if old.fields[before_name].type == "lines" else "loss"
                yield ModelChange("field_removed", new.name, before_name, risk=risk)
        yield from _sets(old, new, renamed)
        yield from _settings(old, new)

    def _field(self, object: ObjectModel, old: FieldModel, new: FieldModel) -> Iterator[ModelChange]:
        conversion = self.conversions.get((object.name, new.name))
        place = (object.name, new.name)
        if old.type != new.type or conversion is not None:
            follows: Risk = "rewrite" if conversion else conversion_risk(old, new)
            yield ModelChange("type_changed", *place, old.type, new.type, follows, conversion)
        elif _targets(old, self.names) != new.targets:
            widened = set(_targets(old, self.names)) <= set(new.targets)
            risk: Risk = "none" if widened else "check"
            yield ModelChange("targets_changed", *place, list(old.targets), list(new.targets), risk)
        yield from _sizes(object, old, new)
        yield from _rules(object, old, new)
        yield from _promises(object, old, new)
        if _computation(old) != _computation(new):
            yield ModelChange("formula_changed", *place, _computation(old), _computation(new), "rewrite")

    def _items(self) -> Iterator[ModelChange]:
        for name, new in self.new.dictionaries.items():
            old = self.old.dictionaries.get(name)
            for code in old.items if old else ():
                if code not in new.items:
                    yield ModelChange("item_removed", name, code, risk="check")


def _added(object: ObjectModel, field: FieldModel) -> ModelChange:
    if field.computed:
        return ModelChange("field_added", object.name, field.name, risk="rewrite")
    unfilled = field.required and field.default is None
    return ModelChange("field_added", object.name, field.name, risk="check" if unfilled else "none")


def _sizes(object: ObjectModel, old: FieldModel, new: FieldModel) -> Iterator[ModelChange]:
    place = (object.name, new.name)
    if old.type == new.type and old.length != new.length:
        risk: Risk = "check" if new.length < old.length else "none"
        yield ModelChange("length_changed", *place, old.length, new.length, risk)
    if (old.digits, old.scale) != (new.digits, new.scale) and old.type == new.type:
        narrower = new.digits - new.scale < old.digits - old.scale or new.scale < old.scale
        risk = "check" if narrower else "rewrite"
        yield ModelChange("size_changed", *place, [old.digits, old.scale], [new.digits, new.scale], risk)
    if old.dictionary != new.dictionary and new.dictionary and old.type == new.type:
        yield ModelChange("dictionary_changed", *place, old.dictionary, new.dictionary, "check")
    if old.pattern != new.pattern and new.pattern:
        yield ModelChange("pattern_changed", *place, old.pattern, new.pattern, "check")
    before, after = _text(old.range), _text(new.range)
    if before != after and after:
        yield ModelChange("range_changed", *place, before, after, "check")


def _promises(object: ObjectModel, old: FieldModel, new: FieldModel) -> Iterator[ModelChange]:
    place = (object.name, new.name)
    for flag, kept in (("required", "check"), ("unique", "check"), ("indexed", "none"), ("searchable", "rewrite")):
        before, after = getattr(old, flag), getattr(new, flag)
        if before != after:
            risk: Risk = kept if after else "none"  # type: ignore[assignment] # the words are those of Risk
            yield ModelChange(f"{flag}_{'added' if after else 'removed'}", *place, before, after, risk)
    if old.on_delete != new.on_delete:
        yield ModelChange("on_delete_changed", *place, old.on_delete, new.on_delete)


def _rules(object: ObjectModel, old: FieldModel, new: FieldModel) -> Iterator[ModelChange]:
    """Tell of rules whose ground moves: what users wrote over another object may not fit any more."""
    if old.type == new.type and (old.over, old.gives) != (new.over, new.gives):
        before, after = f"{old.over} {old.gives}".strip(), f"{new.over} {new.gives}".strip()
        yield ModelChange("rule_ground_changed", object.name, new.name, before, after, "none")


def _sets(old: ObjectModel, new: ObjectModel, renamed: Mapping[str, str]) -> Iterator[ModelChange]:
    for kind, attribute, risk in (("unique_set", "unique", "check"), ("index_set", "indexes", "none")):
        before = {tuple(renamed.get(name, name) for name in names) for names in getattr(old, attribute)}
        after = set(getattr(new, attribute))
        for names in sorted(after - before):
            yield ModelChange(f"{kind}_added", new.name, None, None, list(names), risk)  # type: ignore[arg-type]
        for names in sorted(before - after):
            yield ModelChange(f"{kind}_removed", new.name, None, list(names), None)


def _settings(old: ObjectModel, new: ObjectModel) -> Iterator[ModelChange]:
    if old.traits != new.traits:
        yield ModelChange("traits_changed", new.name, None, sorted(old.traits), sorted(new.traits))
    if old.numbering != new.numbering:
        yield ModelChange("numbering_changed", new.name, None, dict(old.numbering), dict(new.numbering))
    if old.display != new.display:
        yield ModelChange("display_changed", new.name, None, old.display, new.display, "rewrite")
    if old.parent != new.parent:
        yield ModelChange("parent_changed", new.name, None, old.parent, new.parent)


def _definitions(old: TenantModel, new: TenantModel) -> Iterator[ModelChange]:
    for attribute in _NAMED:
        kind = {"dictionaries": "dictionary"}.get(
            attribute, attribute if attribute == "params" else attribute.removesuffix("s")
        )
        before: Mapping[str, Any] = getattr(old, attribute)
        after: Mapping[str, Any] = getattr(new, attribute)
        for name in after.keys() - before.keys():
            yield ModelChange(f"{kind}_added", name)
        for name in before.keys() - after.keys():
            yield ModelChange(f"{kind}_removed", name)
    for name, approval in new.approvals.items():
        # open instances keep the version that they began with; only new ones take this
        if name in old.approvals and old.approvals[name].fingerprint != approval.fingerprint:
            yield ModelChange("approval_changed", approval.object, None, name, name)
    for name, group in new.params.items():
        if name in old.params and old.params[name].values() != group.values():
            yield ModelChange("params_changed", name)


def _names(old: TenantModel, migrations: Sequence[Migration]) -> _Names:
    objects = {name: name for name in old.objects}
    fields = {(object.name, field): field for object in old.objects.values() for field in object.fields}
    for migration in migrations:
        # the keys of a step are the names before it, so fields go first
        for (object, field), now in fields.items():
            fields[object, field] = migration.renamed_fields.get((objects[object], now), now)
        for object, now in objects.items():
            objects[object] = migration.renamed_objects.get(now, now)
    return _Names(objects, fields)


def _conversions(old: TenantModel, names: _Names, migrations: Sequence[Migration]) -> Mapping[FieldKey, Expression]:
    world = World(old.objects, old.dictionaries, old.unit, structure=old.structure)
    was = {new: before for before, new in names.objects.items()}
    findings, found = Findings(), {}
    for migration in migrations:
        for key, node in migration.conversions.items():
            object = was.get(key[0])
            if object is None:
                continue
            try:
                found[key] = compile_expression(source_of_node(node), InsideObject(world, object))
            except BadDefinition as error:
                findings.extend(error.diagnostics)
    if findings.errors:
        raise BadDefinition(findings.errors)
    return found


def _targets(field: FieldModel, names: _Names) -> tuple[str, ...]:
    return tuple(names.objects.get(target, target) for target in field.targets)


def _computation(field: FieldModel) -> str:
    if field.formula:
        return f"= {field.formula.text}"
    if field.rollup:
        rollup = field.rollup
        return f"{rollup.function} {rollup.of}.{rollup.field} by {rollup.by} where {_text(rollup.where)}"
    return ""


def _text(expression: Expression | None) -> str:
    return expression.text if expression else ""
