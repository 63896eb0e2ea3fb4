"""ConversionService: makes records of a record under its lock, so that no part of it is taken over twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.access.people import user_id
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Conflict, Malformed, Missing, Refused, Rejected
from engine.kernel.names import RecordRef, is_record_id
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model.conversion import ConversionLines, ConversionModel, ConversionTarget
from engine.records import RecordService, Unit
from engine.records.ordering import Order, create_ordered, lock_record
from engine.records.shapes import Wrong
from engine.storage.convert_rows import converted, note_converted
from engine.workflow.conversions.open_lines import OpenLine, open_lines
from engine.workflow.effects import Cause, Scene
from engine.workflow.effects.changing import Changing, wire
from engine.workflow.facts import read_subject, reads_of, roots_of


@dataclass(frozen=True, slots=True)
class Conversion:
    """What came of it: the records that were made or taken, by the names of the targets, and whether all is taken."""

    made: Mapping[str, RecordRef]
    complete: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says: fields of targets (``{target: {field: value}}``), and parts of lines by their ids."""

    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quantities: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person is asked: ``fields`` are what the targets would get where they are asked for, ``lines`` what may
    be taken, by target and field."""

    model: ConversionModel
    fields: Mapping[str, Mapping[str, Any]]
    lines: Mapping[tuple[str, str], list[OpenLine]]


# (unit, transition, record, cause) performs a transition
PerformTransition = Callable[[Unit, str, RecordRef, Cause], Any]


class ConversionService:
    """The verbs of conversions."""

    def __init__(self, records: RecordService, transition: PerformTransition) -> None:
        self._records, self._transition = records, transition
        self._changing = Changing(records)

    def convert(self, ctx: Context, object: str, id: str, name: str, wish: Wish) -> Conversion:
        """Perform a conversion for the actor, who must see the record and may make the others."""
        if not is_record_id(id):
            raise Missing("not_found")
        self._records.get(ctx, object, id, ())

        def act(unit: Unit) -> Conversion:
            model = _known(unit, object, name)
            _require_rights(unit, model)
            return self._perform(unit, model, RecordRef(object, id), wish)

        return self._records.command(ctx, act)

    def effect(self, unit: Unit, name: str, record: RecordRef, cause: Cause) -> RecordRef | None:
        """Perform a conversion as an effect; return the first record that it made."""
        done = self._perform(unit, _known(unit, record.object, name), record, Wish())
        return next(iter(done.made.values()), None)

    def offered(self, ctx: Context, object: str, id: str) -> tuple[ConversionModel, ...]:
        """Return the conversions that the actor may perform on a record now."""
        self._records.get(ctx, object, id, ())
        record = RecordRef(object, id)
        with self._records.opener.reading(ctx) as unit:
            return tuple(
                model
                for model in unit.model.conversions.values()
                if model.object == object and _may(unit, model) and self._is_open(unit, model, record)
            )

    def left(self, ctx: Context, object: str, id: str, name: str) -> dict[str, list[OpenLine]]:
        """Return what is open of each line, by target and field, for the dialogue."""
        self._records.get(ctx, object, id, ())
        with self._records.opener.reading(ctx) as unit:
            model = _known(unit, object, name)
            scene = self._scene(unit, model, RecordRef(object, id))
            return {
                f"{target.name}.{lines.field}": open_lines(scene, target, lines)
                for target in model.makes.values()
                for lines in target.lines.values()
            }

    def proposal(self, ctx: Context, object: str, id: str, name: str) -> Proposal:
        """Return what a person is asked before a conversion; Conflict when there is nothing to do any more."""
        self._records.get(ctx, object, id, ())
        with self._records.opener.reading(ctx) as unit:
            model = _known(unit, object, name)
            _require_rights(unit, model)
            record = RecordRef(object, id)
            if not self._is_open(unit, model, record):
                raise Conflict("conversion_over", conversion=model.name)
            scene = self._scene(unit, model, record)
            targets = [one for one in model.makes.values() if one.use is None and scene.holds(one.when)]
            given = {one.name: _given(scene, one) for one in targets}
            lines = {
                (one.name, part): open_lines(scene, one, lines) for one in targets for part, lines in one.lines.items()
            }
        return Proposal(model, {one.name: self._proposed(ctx, one, given[one.name]) for one in targets}, lines)

    # --------------------------------------------------------------------------------------------------------------

    def _proposed(self, ctx: Context, target: ConversionTarget, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the fields asked for would hold: what is set, else what the record would get by itself."""
        missing = [name for name in target.ask if name not in given]
        if not missing:
            return {name: given[name] for name in target.ask}
        plain = {name: wire(value) for name, value in given.items() if value is not None}
        shown = self._records.preview(ctx, target.object, plain).values
        return {name: given[name] if name in given else shown.get(name) for name in target.ask}

    def _is_open(self, unit: Unit, model: ConversionModel, record: RecordRef) -> bool:
        scene = self._scene(unit, model, record)
        if not scene.holds(model.when):
            return False
        if not model.repeat:
            return not converted(unit.session, model.name, record.id)
        return not self._complete(scene, model) or not _has_lines(model)

    def _perform(self, unit: Unit, model: ConversionModel, record: RecordRef, wish: Wish) -> Conversion:
        lock_record(unit, record.object, record.id)
        earlier = converted(unit.session, model.name, record.id)
        if earlier and not model.repeat:
            raise Conflict("already_converted", conversion=model.name, made=earlier[-1])
        scene = self._scene(unit, model, record)
        if not scene.holds(model.when):
            raise Rejected("conversion_closed", conversion=model.name)
        cause = Cause(f"conversion/{model.name}/{record.id}/{len(earlier)}", record, label=f"conversion:{model.name}")
        made = {
            target.name: self._target(scene, target, wish, cause)
            for target in model.makes.values()
            if scene.holds(target.when)
        }
        told = {name: [ref.object, ref.id] for name, ref in made.items()}
        note_converted(unit.session, model.name, record.id, len(earlier), told, (unit.user, unit.now))
        self._keep(scene, model, made, cause)
        complete = not model.repeat or self._complete(scene, model)
        if complete and model.transition is not None:
            self._transition(unit, model.transition, record, cause)
        return Conversion(made, complete)

    def _target(self, scene: Scene, target: ConversionTarget, wish: Wish, cause: Cause) -> RecordRef:
        if target.use is not None:
            used = user_id(scene.value(target.use))
            if used is not None:
                ref = RecordRef(target.object, used)
                scene.bind_record(target.name, ref, frozenset())
                return ref
        unit = self._changing.doing(scene.unit, cause)
        fields = scene.unit.model.objects[target.object].fields
        values = {name: scene.typed(fields[name], given) for name, given in target.set.items()}
        values.update(self._asked(scene, target, wish))
        if target.link is not None:
            values[target.link] = scene.subject.id
        lines = {one.field: self._lines(scene, target, one, wish) for one in target.lines.values()}
        if target.lines and not any(lines.values()):
            raise Conflict("nothing_open")
        try:
            change = create_ordered(unit, target.object, Order(values, lines))
        except Rejected as error:
            placed = [replace(one, path=f"{target.name}.{one.path}".rstrip(".")) for one in error.complaints]
            raise Rejected(error.code, placed, count=len(placed)) from error
        ref = RecordRef(target.object, change.id)
        scene.bind_record(target.name, ref, frozenset())
        return ref

    def _asked(self, scene: Scene, target: ConversionTarget, wish: Wish) -> dict[str, Any]:
        plan = scene.unit.plans.of(target.object)
        found, wrong = {}, []
        for name, value in wish.fields.get(target.name, {}).items():
            path = f"{target.name}.{name}"
            if name not in target.ask:
                wrong.append(Complaint(path, "field_not_writable", {"field": name}))
                continue
            try:
                found[name] = None if value is None else plan.readers[name](value, scene.unit.ctx.zone)
            except Wrong as error:
                wrong.append(Complaint(path + error.path, error.code, error.params))
        if wrong:
            raise Rejected("invalid", wrong, count=len(wrong))
        return found

    def _lines(
        self, scene: Scene, target: ConversionTarget, lines: ConversionLines, wish: Wish
    ) -> list[dict[str, Any]]:
        child = scene.unit.model.objects[scene.unit.model.objects[target.object].fields[lines.field].lines_of or ""]
        found = []
        for line in open_lines(scene, target, lines):
            amount = _amount(line, wish)
            if amount == 0:
                continue
            scene.bind("item", line.facts)
            scene.bind("open", amount)
            values = {
                name: wire(given.value if given.expression is None else scene.typed(child.fields[name], given))
                for name, given in lines.set.items()
            }
            if lines.link is not None:
                values[lines.link] = line.id
            if lines.quantity is not None:
                values[lines.quantity] = wire(amount)
            found.append(values)
        scene.unbind("item")
        scene.unbind("open")
        return found

    def _keep(self, scene: Scene, model: ConversionModel, made: Mapping[str, RecordRef], cause: Cause) -> None:
        """Note on the source what it became, and what the definition sets on it."""
        back = {
            target.back: made[target.name].id
            for target in model.makes.values()
            if target.back is not None and target.name in made
        }
        fields = scene.unit.model.objects[model.object].fields
        values = {name: scene.typed(fields[name], given) for name, given in model.set.items()}
        if back or values:
            self._changing.order(scene, scene.subject, {**back, **values}, {}, cause)

    def _complete(self, scene: Scene, model: ConversionModel) -> bool:
        scene.subject_changed()
        return not any(
            line.open > 0
            for target in model.makes.values()
            for lines in target.lines.values()
            for line in open_lines(scene, target, lines)
        )

    def _scene(self, unit: Unit, model: ConversionModel, record: RecordRef) -> Scene:
        paths = reads_of([model]).paths
        names = roots_of(unit, record=lambda: read_subject(unit, record.object, record.id, paths).facts)
        return Scene(unit, names, record)


def _known(unit: Unit, object: str, name: str) -> ConversionModel:
    unit.require_object(object)
    known = {one.name: one for one in unit.model.conversions.values() if one.object == object}
    if name not in known:
        raise Malformed("unknown_conversion", object=object, conversion=name, guess=guess(name, known))
    return known[name]


def _may(unit: Unit, model: ConversionModel) -> bool:
    return all(unit.policy.may(target.object, "create") for target in model.makes.values())


def _require_rights(unit: Unit, model: ConversionModel) -> None:
    for target in model.makes.values():
        if not unit.policy.may(target.object, "create"):
            raise Refused("not_allowed", object=target.object, action="create")


def _given(scene: Scene, target: ConversionTarget) -> Mapping[str, Any]:
    fields = scene.unit.model.objects[target.object].fields
    return {name: scene.typed(fields[name], given) for name, given in target.set.items()}


def _has_lines(model: ConversionModel) -> bool:
    return any(target.lines for target in model.makes.values())


def _amount(line: OpenLine, wish: Wish) -> Decimal:
    """Return how much of a line is taken: what a person said, else all that is open."""
    if not wish.quantities:
        return line.open
    said = wish.quantities.get(line.id, 0)
    path = f"quantities.{line.id}"
    try:
        amount = Decimal(str(said))
    except InvalidOperation:
        raise Rejected("invalid", [Complaint(path, "not_number")], count=1) from None
    if not amount.is_finite() or amount < 0 or amount > line.open:
        raise Rejected("invalid", [Complaint(path, "more_than_open", {"open": line.open})], count=1)
    return amount


__all__ = ["Conversion", "ConversionService", "OpenLine", "Proposal", "Wish"]
