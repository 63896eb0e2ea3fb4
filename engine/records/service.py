"""The counter's public verbs: every change of a business record, and every reading of one, passes here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from engine.kernel.context import Actor, Context
from engine.kernel.errors import LimitExceeded, Missing, TesseraError
from engine.kernel.names import is_record_id, new_record_id
from engine.metamodel.model import TenantModel
from engine.records import bulk as many
from engine.records import preview as previewing
from engine.records.batch import Batch
from engine.records.calendars import Entry as CalendarEntry
from engine.records.calendars import entries
from engine.records.change import Change, Record
from engine.records.conditions import Conditions
from engine.records.deleting import delete, purge, restore
from engine.records.draft import Draft
from engine.records.history import Entry, read_entries
from engine.records.limits import OPERATIONS
from engine.records.lookup import look_up
from engine.records.merging import Merged, Merger, merge
from engine.records.moving import move
from engine.records.once import answer_once, earlier_answer
from engine.records.opening import Hears, Opener
from engine.records.query import BulkResult, Choice, Count, Listing, Once, Operation, Page, Preview, StoredAnswer
from engine.records.reactions import Reaction, command, newest
from engine.records.reading import count_records, get_record, list_records
from engine.records.saving import save
from engine.records.tallying import tally
from engine.records.unit import Unit
from engine.rules import Expression
from engine.storage import Shelf, Tally

T = TypeVar("T")

COUNTED = 10_000


class RecordService:
    """All verbs take the caller's Context first. Inside ``unit`` they join the open transaction."""

    def __init__(self, shelf: Shelf) -> None:
        self.opener = Opener(shelf)
        self._conditions = Conditions()

    def subscribe(self, *reactions: Reaction) -> None:
        """Let subscribers see every change before it is committed, behind those that are there; for wiring."""
        self.opener.reactions.subscribe(reactions)

    def tell(self, hears: Hears) -> None:
        """Ask ``hears`` whether anybody wants to hear of an event; what nobody hears waits for nobody. For wiring."""
        self.opener.hears = hears

    def model(self, ctx: Context) -> TenantModel:
        """Return the model that the tenant works with now."""
        with self.opener.reading(ctx) as unit:
            return unit.model

    # -- reading ---------------------------------------------------------------------------------------------------

    def get(self, ctx: Context, object: str, id: str, fields: Sequence[str] | None = None) -> Record:
        """Return one record with its lines; Missing when the actor may not see it."""
        with self._reading(ctx, object) as unit:
            return get_record(unit, object, id, fields)

    def list(self, ctx: Context, listing: Listing) -> Page:
        """Return a page of the records that the actor may see."""
        with self._reading(ctx, listing.object) as unit:
            return list_records(unit, listing, self._conditions)

    def count(
        self, ctx: Context, object: str, where: str | Expression | None = None, quick: str = "", cap: int = COUNTED
    ) -> Count:
        """Return how many records there are, counting no further than ``cap``."""
        return self.count_listing(ctx, Listing(object, where, quick), cap)

    def count_listing(self, ctx: Context, listing: Listing, cap: int = COUNTED) -> Count:
        """Return how many records a listing holds, its view and recycle bin considered."""
        with self._reading(ctx, listing.object) as unit:
            return count_records(unit, listing, self._conditions, cap)

    def tally(
        self, ctx: Context, listing: Listing, by: Sequence[str] = (), sums: Sequence[str] = ()
    ) -> Sequence[Tally]:
        """Return how many records a listing holds and what some of their fields sum up to, by group or as a whole."""
        with self._reading(ctx, listing.object) as unit:
            return tally(unit, listing, by, sums, self._conditions)

    def entries(
        self, ctx: Context, calendar: str, since: date, until: date, listing: Listing
    ) -> Sequence[CalendarEntry]:
        """Return what stands in a calendar between two days, the last not included."""
        with self.opener.reading(ctx) as unit:
            found = unit.model.calendars.get(calendar)
            if found is None:
                raise Missing("no_such_calendar", calendar=calendar)
            return entries(unit, found, since, until, self._conditions, listing)

    def lookup(
        self, ctx: Context, object: str, field: str, text: str, record_values: Mapping[str, Any], limit: int = 10
    ) -> Sequence[Choice]:
        """Return the records that a reference may point to, given what was typed and the record's other values."""
        with self._reading(ctx, object) as unit:
            return look_up(unit, object, field, text, record_values, limit)

    def history(self, ctx: Context, object: str, id: str, limit: int = 200) -> Sequence[Entry]:
        """Return what happened to a record, the latest first, without what the actor may not see."""
        with self._reading(ctx, object) as unit:
            record = get_record(unit, object, id, None)
            sights = dict.fromkeys(unit.policy.readable(object) - record.values.keys(), "hidden")
            sights.update(dict.fromkeys(record.masked, "masked"))
            return read_entries(unit.plans.of(object), id, unit, sights, limit)

    def preview(self, ctx: Context, object: str, given: Mapping[str, Any], id: str | None = None) -> Preview:
        """Return what a save would make of an input now, with everything that is wrong; nothing is written."""
        with self._reading(ctx, object) as unit:
            return previewing.preview(unit, object, given, id)

    def next_number(self, ctx: Context, object: str, field: str, values: Mapping[str, Any]) -> str | None:
        """Return the number that a record with these values would get now; None while a part of it is missing."""
        with self._reading(ctx, object) as unit:
            return previewing.next_number(unit, object, field, values)

    # -- changing --------------------------------------------------------------------------------------------------

    def create(self, ctx: Context, object: str, given: Mapping[str, Any]) -> Change:
        """Create a record with its lines."""

        def act(unit: Unit) -> Change:
            plan = unit.plans.of(object)
            return save(Batch(plan, [Draft(plan, "create", new_record_id(), given)]), unit)[0]

        return self._within(ctx, object, act)

    def update(self, ctx: Context, object: str, id: str, version: int | None, given: Mapping[str, Any]) -> Change:
        """Change a record that still is at ``version``; fields that are not sent stay as they are."""

        def act(unit: Unit) -> Change:
            plan = unit.plans.of(object)
            draft = Draft(plan, "update", _known(id), given, expected=version)
            changes = save(Batch(plan, [draft]), unit)
            return changes[0] if changes else _unchanged(draft)

        return self._within(ctx, object, act)

    def delete(self, ctx: Context, object: str, id: str, version: int | None) -> Change:
        """Delete a record, into the recycle bin where its object has one."""

        def act(unit: Unit) -> Change:
            plan = unit.plans.of(object)
            draft = Draft(plan, "delete", _known(id), {}, expected=version)
            return _own(delete(Batch(plan, [draft]), unit), draft)

        return self._within(ctx, object, act)

    def restore(self, ctx: Context, object: str, id: str, version: int | None = None) -> Change:
        """Take a record out of the recycle bin."""

        def act(unit: Unit) -> Change:
            plan = unit.plans.of(object)
            draft = Draft(plan, "restore", _known(id), {}, expected=version)
            return _own(restore(Batch(plan, [draft]), unit), draft)

        return self._within(ctx, object, act)

    def purge(self, ctx: Context, object: str, id: str) -> Change:
        """Remove a record of the recycle bin for good."""

        def act(unit: Unit) -> Change:
            plan = unit.plans.of(object)
            draft = Draft(plan, "purge", _known(id), {})
            return _own(purge(Batch(plan, [draft]), unit), draft)

        return self._within(ctx, object, act)

    def bulk(self, ctx: Context, object: str, operations: Sequence[Operation], atomic: bool) -> BulkResult:
        """Do many operations: all or none, or each by itself with what went wrong beside it."""
        if len(operations) > OPERATIONS:
            raise LimitExceeded("operations", len(operations), OPERATIONS, 400)
        return self._within(ctx, object, lambda unit: many.carry_out(unit, object, operations, atomic=atomic))

    def move(
        self, ctx: Context, object: str, id: str, version: int | None, transition: str, given: Mapping[str, Any]
    ) -> Change:
        """Perform a transition; for the workflow only, the one way to change a life-cycle's field."""
        return self._within(ctx, object, lambda unit: move(unit, object, _known(id), version, transition, given))

    def merge(self, ctx: Context, object: str, merger: Merger) -> Merged:
        """Merge duplicates into one record, which takes over everything that pointed to the others."""

        def act(unit: Unit) -> Merged:
            free = self.acting(unit, replace(unit.ctx.actor, system=True))
            return merge(unit, object, merger, free)

        return self._within(ctx, object, act)

    # -- transactions ----------------------------------------------------------------------------------------------

    @contextmanager
    def unit(self, ctx: Context) -> Iterator[Unit]:
        """Open a transaction that every verb of this thread joins; reactions see it as one command at its end."""
        with self.opener.writing(ctx) as unit, command(unit):
            yield unit

    def command(self, ctx: Context, act: Callable[[Unit], T]) -> T:
        """Do something as one command in a unit; it is done anew when somebody else stood in the way."""

        def held(unit: Unit) -> T:
            with command(unit):
                return act(unit)

        return self.opener.within(ctx, held)

    def acting(self, unit: Unit, actor: Actor, cause: str = "") -> Unit:
        """Return the same unit with another actor: what he does through it is part of the same transaction."""
        return self.opener.acting(unit, replace(unit.ctx, actor=actor), cause or unit.cause)

    def run_once(
        self, ctx: Context, once: Once, act: Callable[[], T], answer: Callable[[T], StoredAnswer]
    ) -> StoredAnswer:
        """Act at most once per idempotency key; a repetition gets the answer that was given the first time.

        ``act`` calls verbs of this service, which join the transaction in which the answer is kept.
        """
        try:
            return self.opener.within(ctx, lambda unit: answer_once(unit, once, act, answer))
        except TesseraError:
            # where writers do not wait for each other, our twin may have been what stood in the way
            with self.opener.reading(ctx) as unit:
                known = earlier_answer(unit, once)
            if known is None:
                raise
            return known

    # --------------------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, ctx: Context, object: str) -> Iterator[Unit]:
        with self.opener.reading(ctx) as unit:
            unit.require_object(object)
            yield unit

    def _within(self, ctx: Context, object: str, act: Callable[[Unit], T]) -> T:
        def known(unit: Unit) -> T:
            unit.require_object(object)
            done = act(unit)
            unit.settle()
            return newest(unit, done)

        return self.opener.within(ctx, known)


def _known(id: str) -> str:
    if not is_record_id(id):
        raise Missing("not_found")
    return id


def _own(changes: Sequence[Change], draft: Draft) -> Change:
    return next(change for change in changes if (change.object, change.id) == (draft.plan.name, draft.id))


def _unchanged(draft: Draft) -> Change:
    return Change(draft.plan.name, draft.id, draft.version, draft.before, draft.before, "update", tuple(draft.warnings))
