"""Effects on records: set, create, update, remove, number; with the rights of whoever they are done for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.kernel.context import SYSTEM
from engine.kernel.errors import LimitExceeded
from engine.kernel.names import RecordRef
from engine.metamodel.model import FieldModel
from engine.metamodel.model.effects import (
    CreateRecord,
    FindRecords,
    RemoveRecords,
    SetFields,
    TakeNumber,
    UpdateRecords,
    Values,
)
from engine.records import Change, RecordService, Unit
from engine.records.ordering import (
    Order,
    change_given,
    change_ordered,
    create_given,
    create_ordered,
    remove_record,
)
from engine.records.plain import as_json
from engine.records.plan import KEPT_BY_ENGINE
from engine.records.preview import suppose
from engine.records.results import identity
from engine.rules import Expression, to_python
from engine.storage import Reference
from engine.workflow.effects.cause import Cause
from engine.workflow.effects.scene import Scene
from engine.workflow.effects.sweeps import Wanted, hand_over
from engine.workflow.facts import read_subject
from engine.workflow.finding import Search, find_rows

# so many records are changed with their cause; up to MOST_LATER afterwards
MOST_ROWS = 1_000
MOST_LATER = 100_000


class Changing:
    """Carries out effects that change records."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def doing(self, unit: Unit, cause: Cause) -> Unit:
        """Return the unit in which effects act: with the rights that their cause has."""
        if cause.authority == "actor":
            return self._records.acting(unit, unit.ctx.actor, cause.label)
        if cause.authority == "system":
            return self._records.acting(unit, SYSTEM, cause.label)
        return self._records.acting(unit, replace(unit.ctx.actor, administrator=True), cause.label)

    def set_fields(self, scene: Scene, effect: SetFields, cause: Cause) -> None:
        """Give fields of the subject values."""
        self.write(scene, scene.subject, effect.values, cause)

    def suppose(self, scene: Scene, values: Mapping[str, Any], cause: Cause) -> None:
        """Let expressions see the subject as typed values would make it; nothing is changed."""
        unit, ref = self.doing(scene.unit, cause), scene.subject
        changed = suppose(unit, ref.object, ref.id, values)
        scene.bind("record", {**scene["record"], **changed})

    def typed(self, scene: Scene, values: Values) -> dict[str, Any]:
        """Return the values of a definition for fields of the subject that are no lines, as the fields hold them."""
        return self._values(scene, scene.subject.object, values)[0]

    def create(self, scene: Scene, effect: CreateRecord, cause: Cause) -> RecordRef:
        """Create a record; return which."""
        unit = self.doing(scene.unit, cause)
        fields = scene.unit.model.objects[effect.object].fields
        values, lines = self._values(scene, effect.object, effect.values)
        if cause.authority == "actor":
            made = create_given(unit, effect.object, {**_wire(values, fields), **lines})
        else:
            made = create_ordered(unit, effect.object, Order(values, lines))
        ref = RecordRef(effect.object, made.id)
        if effect.link is not None:
            model = scene.unit.model.objects[scene.subject.object].fields[effect.link]
            pointer = Reference(made.id, None, effect.object) if model.type == "any_reference" else made.id
            self.order(scene, scene.subject, {effect.link: pointer}, {}, cause)
        return ref

    def update(self, scene: Scene, effect: UpdateRecords, cause: Cause, key: str) -> None:
        """Change every record that fits; more than MOST_ROWS of them in the background."""
        rows = self._rows(scene, effect.object, effect.where, "update", cause)
        later: list[Wanted] = []
        for row in rows:
            ref = RecordRef(effect.object, row["id"])
            scene.records["item"] = ref
            scene.bind("item", row)
            if len(rows) > MOST_ROWS:
                typed, lines = self._values(scene, ref.object, effect.values)
                later.append((ref.id, {**_wire(typed, scene.unit.model.objects[ref.object].fields), **lines}))
                continue
            scene.unit.chain.step()
            self.write(scene, ref, effect.values, cause)
        hand_over(scene.unit, effect.object, later, cause, key)
        scene.unbind("item")
        scene.records.pop("item", None)

    def find(self, scene: Scene, effect: FindRecords, reads: frozenset[tuple[str, ...]], cause: Cause) -> None:
        """Let a name mean the records that fit, with what later effects look at behind them."""
        unit = self.doing(scene.unit, cause)
        limit = 1 if effect.first else MOST_ROWS
        rows = find_rows(unit, Search(effect.object, effect.where, limit, effect.sort), scene)
        if len(rows) > MOST_ROWS:
            raise LimitExceeded("rows of find", len(rows), MOST_ROWS)
        rows = rows[:limit]
        fields = scene.unit.model.objects[effect.object].fields
        if any(len(path) > 1 or (path and path[0] in fields and fields[path[0]].type == "lines") for path in reads):
            rows = [read_subject(scene.unit, effect.object, row["id"], reads).facts for row in rows]
        if effect.first and rows:
            scene.records[effect.name] = RecordRef(effect.object, rows[0]["id"])
        scene.bind(effect.name, next(iter(rows), None) if effect.first else rows)

    def remove(self, scene: Scene, effect: RemoveRecords, cause: Cause, key: str) -> None:
        """Put every record that fits into the recycle bin; more than MOST_ROWS of them in the background."""
        unit = self.doing(scene.unit, cause)
        rows = self._rows(scene, effect.object, effect.where, "remove", cause)
        if len(rows) > MOST_ROWS:
            hand_over(scene.unit, effect.object, [(row["id"], None) for row in rows], cause, key)
            return
        for row in rows:
            scene.unit.chain.step()
            remove_record(unit, effect.object, row["id"], row["version"])

    def number(self, scene: Scene, effect: TakeNumber, cause: Cause) -> None:
        """Give the subject a number, if it has none yet."""
        if scene["record"].get(effect.field) is not None:
            return
        order = Order(numbers={effect.field: effect.rule}, free=_free(scene.subject, cause))
        authority = replace(cause, authority="definition") if cause.authority == "actor" else cause
        change_ordered(self.doing(scene.unit, authority), scene.subject.object, scene.subject.id, order)
        scene.subject_changed()

    def write(self, scene: Scene, ref: RecordRef, values: Values, cause: Cause) -> None:
        """Give fields of a record the values that a definition says."""
        typed, lines = self._values(scene, ref.object, values)
        self.order(scene, ref, typed, lines, cause)

    def order(
        self, scene: Scene, ref: RecordRef, typed: Mapping[str, Any], lines: Mapping[str, Any], cause: Cause
    ) -> Change | None:
        """Change a record by typed values."""
        unit = self.doing(scene.unit, cause)
        if cause.authority == "actor":
            fields = scene.unit.model.objects[ref.object].fields
            done = change_given(unit, ref.object, ref.id, {**_wire(typed, fields), **lines})
        else:
            done = change_ordered(unit, ref.object, ref.id, Order(typed, lines, free=_free(ref, cause)))
        if ref == scene.subject:
            scene.subject_changed()
        return done

    # --------------------------------------------------------------------------------------------------------------

    def _values(self, scene: Scene, object: str, values: Values) -> tuple[dict[str, Any], dict[str, Any]]:
        model = scene.unit.model.objects[object]
        typed: dict[str, Any] = {}
        lines: dict[str, Any] = {}
        for name, given in values.items():
            field = model.fields[name]
            if field.type == "lines":
                value = given.value if given.expression is None else scene.value(given.expression)
                lines[name] = [self.line(scene.unit, field, one) for one in value or ()]
            else:
                typed[name] = scene.typed(field, given)
        return typed, lines

    def line(self, unit: Unit, field: FieldModel, source: Any) -> dict[str, Any]:
        """Return a line made of a record or a context: the fields of the same name that a user could give."""
        child = unit.model.objects[field.lines_of or ""]
        found: dict[str, Any] = {}
        for name, value in (source if isinstance(source, Mapping) else {}).items():
            model = child.fields.get(name)
            if model is None or value is None or not _givable(model, field.lines_by, child.numbering):
                continue
            found[name] = wire(value)
        return found

    def _rows(self, scene: Scene, object: str, where: Expression, verb: str, cause: Cause) -> list[dict[str, Any]]:
        unit = self.doing(scene.unit, cause)
        found = find_rows(unit, Search(object, where, MOST_LATER), scene)
        if len(found) > MOST_LATER:
            raise LimitExceeded(f"rows of {verb}", len(found), MOST_LATER)
        return found


def wire(value: Any) -> Any:
    """Return a value as a user would send it."""
    if isinstance(value, Mapping):
        return identity(value) if "id" in value else {name: wire(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [wire(inner) for inner in value]
    return as_json(to_python(value))


def _wire(values: Mapping[str, Any], fields: Mapping[str, FieldModel]) -> dict[str, Any]:
    return {name: wire(value) for name, value in values.items() if name in fields}


def _givable(model: FieldModel, parent: str | None, numbering: Mapping[str, str]) -> bool:
    if model.name in KEPT_BY_ENGINE or model.name == parent or model.name in numbering:
        return False
    return not (model.computed or model.readonly or model.system or model.type in ("lines", "secret"))


def _free(ref: RecordRef, cause: Cause) -> bool:
    return cause.authority == "definition" and ref == cause.record


def plain_json(value: Any) -> Any:
    """Return a value as JSON, contexts and all; a record inside is its id, for records point to each other."""
    if isinstance(value, Mapping):
        return {str(name): _inner(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_inner(inner) for inner in value]
    return as_json(to_python(value))


def _inner(value: Any) -> Any:
    return identity(value) if isinstance(value, Mapping) and "id" in value else plain_json(value)
