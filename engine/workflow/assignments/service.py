"""AssignmentService: gives work to people by the rules of packs, under a lock, and asks the next when one declines."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from engine.access.people import user_id
from engine.kernel.context import Context
from engine.kernel.errors import Conflict, Malformed, Missing
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model import AssignmentModel
from engine.metamodel.model.clock import SlaModel
from engine.records import RecordService, Unit
from engine.records.ordering import Order, change_ordered, lock_record
from engine.rules import Expression
from engine.storage import assign_rows as rows
from engine.storage.assign_rows import AssignedRow, Counting, Cursor
from engine.workflow.assignments.choosing import Candidate, least_loaded, round_robin, weighted
from engine.workflow.assignments.staff import Staff
from engine.workflow.effects import Cause
from engine.workflow.facts import Lazily, read_subject, reads_of, roots_of
from engine.workflow.outbound import append
from engine.workflow.timers import Alarm, Fired, Timer, TimerService

OFFER = "offer"


class Waiters(Protocol):
    """Instances of approvals with a step that waits for work which an assignment gave to somebody."""

    def waiting_for(self, unit: Unit, assignment: str, record: RecordRef, person: str) -> Sequence[str]: ...

    def pass_on(self, unit: Unit, instance: str, assignment: str, people: tuple[str, str]) -> None: ...


class _Nobody:
    def waiting_for(self, unit: Unit, assignment: str, record: RecordRef, person: str) -> Sequence[str]:
        return ()

    def pass_on(self, unit: Unit, instance: str, assignment: str, people: tuple[str, str]) -> None:
        raise AssertionError("nobody waits")


class AssignmentService:
    """Assigns records."""

    def __init__(self, records: RecordService, timers: TimerService, staff: Staff) -> None:
        self._records, self._timers, self.staff = records, timers, staff
        # the steps of approvals that wait for work given here: wiring lets them follow it from person to person
        self.waiters: Waiters = _Nobody()
        timers.register(OFFER, self)

    # -- inside a unit ---------------------------------------------------------------------------------------------

    def assign(self, unit: Unit, name: str, record: RecordRef, cause: Cause) -> str | None:
        """Give a record to a person; return whom, or None when it stays with nobody."""
        model = unit.model.assignments.get(name)
        if model is None:
            raise Malformed("unknown_assignment", assignment=name, guess="")
        known = rows.assigned_of(unit.session, record.object, record.id)
        refused = {row.person for row in known if row.assignment == name and row.state in ("declined", "late")}
        turn = 1 + len(refused)
        return self._give(unit, model, record, refused, turn)

    def _give(self, unit: Unit, model: AssignmentModel, record: RecordRef, refused: set[str], turn: int) -> str | None:
        names = self._names(unit, model, record)
        key = _key(unit, model.key, names)
        cursor = rows.hold_cursor(unit.session, model.name, key)
        chosen = None
        if model.accept is None or turn <= model.accept.tries:
            chosen = self._choose(unit, model, names, record, (cursor, refused))
        by_rule = chosen is not None
        if chosen is None:
            chosen = self._fallback(unit, model, names, record, refused)
            facts = {"event": "unassigned", "data": {"assignment": model.name}, "actor": unit.user}
            append(unit, "emit", f"unassigned/{model.name}/{record.id}/{new_record_id()}", record, facts)
        if chosen is None:
            return None
        self._write(unit, model, record, chosen)
        offered = by_rule and model.accept is not None
        row = AssignedRow(
            str(new_record_id()),
            model.name,
            key,
            record.object,
            record.id,
            chosen,
            "offered" if offered else "done",
            turn,
            unit.now,
        )
        rows.add_assigned(unit.session, row)
        if offered and model.accept is not None:
            clock = SlaModel(name=model.name, within=model.accept.within, rungs=())
            budget = self._timers.budget(unit, clock, names)
            self._timers.arm_after(unit, Alarm(OFFER, row.id, record, model.name), budget, None)
        return chosen

    def _choose(
        self,
        unit: Unit,
        model: AssignmentModel,
        names: Mapping[str, Any],
        record: RecordRef,
        held: tuple[Cursor, set[str]],
    ) -> str | None:
        cursor, refused = held
        found = self.staff.find(unit, model.pool, names)
        pool = [id for id, _ in found]
        weights = dict(found)
        sticky = None if model.sticky is None else user_id(_value(unit, model.sticky, names))
        asked = list(dict.fromkeys([*pool, *([sticky] if sticky is not None else [])]))
        able = self._able(unit, model, names, [id for id in asked if id not in refused])
        if sticky is not None and any(one.id == sticky for one in able):
            return sticky
        eligible = [one for one in able if one.id in weights]
        for one in eligible:
            one.weight = weights[one.id]
        for wish in model.prefer:
            liked = [one for one in eligible if _holds(unit, wish, _about(names, one))]
            eligible = liked or eligible
        if not eligible:
            return None
        return self._pick(unit, model, cursor, pool, eligible)

    def _pick(
        self, unit: Unit, model: AssignmentModel, cursor: Cursor, pool: list[str], eligible: list[Candidate]
    ) -> str:
        if model.pick == "least_loaded":
            last = rows.last_assigned(unit.session, model.name, [one.id for one in eligible])
            for one in eligible:
                one.last = last.get(one.id, "")
            chosen = least_loaded(eligible)
        elif model.pick == "weighted":
            turn = weighted(eligible, cursor.weights)
            chosen = turn.chosen
            cursor = replace(cursor, weights=turn.weights)
        elif model.pick == "round_robin":
            chosen = round_robin(pool, eligible, cursor.last)
        else:
            chosen = eligible[0].id
        rows.save_cursor(unit.session, replace(cursor, last=chosen))
        return chosen

    def _able(
        self, unit: Unit, model: AssignmentModel, names: Mapping[str, Any], users: Sequence[str]
    ) -> list[Candidate]:
        """Return who passes the hard tests: active, on duty, the condition, and less than the cap (G2)."""
        facts = self.staff.candidates(unit, users)
        loads: Mapping[str, int] = {}
        if model.load is not None:
            counting = Counting(model.load.object, model.load.by, model.load.where)
            bound = {"params": unit.model.param_values(), "actor": unit.policy.facts}
            loads = rows.count_by_person(unit.session, unit.catalog, counting, facts, (bound, unit.run))
        found: list[Candidate] = []
        for id in users:
            if id not in facts or facts[id].get("on_duty") is False:
                continue
            load = loads.get(id, 0)
            one = Candidate(id, facts=ChainMap({"load": load}, facts[id]), load=load)  # type: ignore[arg-type] # read only
            if model.load is not None and model.load.cap is not None and one.load >= model.load.cap:
                continue
            if model.where is None or _holds(unit, model.where, _about(names, one)):
                found.append(one)
        return found

    def _fallback(
        self, unit: Unit, model: AssignmentModel, names: Mapping[str, Any], record: RecordRef, refused: set[str]
    ) -> str | None:
        found = self.staff.find(unit, model.fallback, names) if model.fallback else []
        return next((id for id, _ in found if id not in refused), None)

    def _write(self, unit: Unit, model: AssignmentModel, record: RecordRef, person: str) -> None:
        actor = replace(unit.ctx.actor, administrator=True)
        doing = self._records.acting(unit, actor, f"assignment:{model.name}")
        change_ordered(doing, record.object, record.id, Order({model.to: person}, free=True))

    def _names(self, unit: Unit, model: AssignmentModel, record: RecordRef) -> Lazily:
        paths = reads_of([model]).paths
        return roots_of(unit, record=lambda: read_subject(unit, record.object, record.id, paths).facts)

    # -- answers of people (G7) ------------------------------------------------------------------------------------

    def accept(self, ctx: Context, object: str, id: str) -> None:
        """Accept work that is offered to the actor; Conflict when it no longer is."""
        self._records.command(ctx, lambda unit: self._accept(unit, RecordRef(object, id)))

    def decline(self, ctx: Context, object: str, id: str) -> str | None:
        """Decline work that is offered to the actor; return who is asked instead."""
        return self._records.command(ctx, lambda unit: self._decline(unit, RecordRef(object, id)))

    def history(self, ctx: Context, object: str, id: str) -> list[AssignedRow]:
        """Return who was chosen for a record that the actor may see."""
        self._records.get(ctx, object, id, ())
        with self._records.opener.reading(ctx) as unit:
            return rows.assigned_of(unit.session, object, id)

    def _accept(self, unit: Unit, record: RecordRef) -> None:
        offer = self._offer(unit, record)
        rows.answer_assigned(unit.session, offer.id, "accepted", unit.now)
        self._timers.end(unit, OFFER, offer.id)

    def _decline(self, unit: Unit, record: RecordRef) -> str | None:
        offer = self._offer(unit, record)
        rows.answer_assigned(unit.session, offer.id, "declined", unit.now)
        self._timers.end(unit, OFFER, offer.id, cancelled=True)
        return self._next(unit, offer, record)

    def _offer(self, unit: Unit, record: RecordRef) -> AssignedRow:
        unit.require_object(record.object)
        lock_record(unit, record.object, record.id)
        offers = rows.assigned_of(unit.session, record.object, record.id)
        mine = [row for row in offers if row.person == unit.user]
        if not mine:
            raise Missing("not_found")
        if mine[-1].state != "offered":
            raise Conflict("offer_over", state=mine[-1].state)
        return mine[-1]

    def _next(self, unit: Unit, offer: AssignedRow, record: RecordRef) -> str | None:
        model = unit.model.assignments.get(offer.assignment)
        if model is None:
            return None
        known = rows.assigned_of(unit.session, record.object, record.id)
        refused = {row.person for row in known if row.state in ("declined", "late")}
        before = set(unit.passes)
        waiting = self.waiters.waiting_for(unit, model.name, record, offer.person)
        # they keep the record for themselves, and this is written for them
        unit.passes.intersection_update(before)
        unit.passes.update(waiting)
        try:
            chosen = self._give(unit, model, record, refused, offer.turn + 1)
        finally:
            unit.passes.intersection_update(before)
        if chosen is not None and chosen != offer.person:
            for instance in waiting:
                self.waiters.pass_on(unit, instance, model.name, (offer.person, chosen))
        return chosen

    def taken(self, unit: Unit, name: str, record: RecordRef, person: str) -> None:
        """Take an offer for accepted, as the person has done the work."""
        for row in rows.assigned_of(unit.session, record.object, record.id):
            offered = row.assignment == name and row.person == person and row.state == "offered"
            if offered and rows.answer_assigned(unit.session, row.id, "accepted", unit.now):
                self._timers.end(unit, OFFER, row.id)

    # -- as the handler of the clocks of offers --------------------------------------------------------------------

    def lock(self, unit: Unit, timer: Timer) -> bool:
        """Lock the record that is offered."""
        try:
            lock_record(unit, timer.object, timer.record)
        except Missing:
            return False
        return True

    def fire(self, unit: Unit, timer: Timer, fired: Sequence[Fired]) -> None:
        """Ask the next candidate, for this one did not accept in time."""
        self._timers.end_row(unit, timer)
        offer = rows.read_assigned(unit.session, timer.owner)
        if offer is not None and rows.answer_assigned(unit.session, offer.id, "late", unit.now):
            self._next(unit, offer, RecordRef(timer.object, timer.record))


def _value(unit: Unit, expression: Expression, names: Mapping[str, Any]) -> Any:
    unit.run.restart()
    return expression.evaluate(names, unit.run)


def _holds(unit: Unit, condition: Expression, names: Mapping[str, Any]) -> bool:
    return _value(unit, condition, names) is True


def _about(names: Mapping[str, Any], one: Candidate) -> Mapping[str, Any]:
    return ChainMap({"candidate": one.facts}, names)  # type: ignore[arg-type] # read only


def _key(unit: Unit, key: Expression | None, names: Mapping[str, Any]) -> str:
    value = None if key is None else _value(unit, key, names)
    found = user_id(value) if isinstance(value, Mapping) else value
    return "" if found is None else str(found)[:200]
