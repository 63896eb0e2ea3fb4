"""Opening units: the catalog, policy and caches that a verb works with, and another try when the world moved."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import TypeVar

from engine.access import policy_for
from engine.kernel.clock import SystemClock
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Conflict, Refused, Rejected, TesseraError, Unavailable
from engine.metamodel.model import TenantModel
from engine.records.adjustments import RuleSets, RuleShelf
from engine.records.books import Books
from engine.records.completing import Completion
from engine.records.plan import Plans
from engine.records.reactions import Reactions, settle
from engine.records.taken_numbers import TakenNumbers
from engine.records.unit import Unit
from engine.rules import Run
from engine.storage import Catalog, Database, Session, Shelf, StaleCatalog, Violation
from engine.storage.bounded import Bounded

T = TypeVar("T")

TRIES = 5
_PLANS_KEPT = 64


Hears = Callable[[Session, TenantModel, str], bool]


class _Open(threading.local):
    unit: Unit | None = None


class Opener:
    """Opens units and readings for the service; holds what outlives them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._plans = Bounded(_PLANS_KEPT)
        self._open = _Open()
        self.books = Books()
        self.numbers = TakenNumbers()
        self.rules = RuleShelf()
        self.reactions = Reactions()
        # whether anybody wants to hear of an event of this name; wiring knows
        self.hears: Hears = _somebody

    def database(self, ctx: Context) -> Database:
        """Return the database of the tenant that a context speaks of."""
        return self._shelf.database(ctx.tenant)

    @contextmanager
    def reading(self, ctx: Context) -> Iterator[Unit]:
        """Give a unit for reading; inside an open unit of the same thread it sees what was written there."""
        joined = self._joined(ctx)
        if joined is not None:
            yield joined
            return
        database, catalog = self._shelf.current(ctx.tenant)
        with database.reading() as session:
            session.witness = ctx.witness
            yield self._unit(ctx, catalog, session)

    @contextmanager
    def writing(self, ctx: Context, *, careful: bool = False, patient: bool = False) -> Iterator[Unit]:
        """Give a unit in a transaction, committed at the end; inside an open one of the same thread, that one."""
        if ctx.read_only:
            raise Refused("view_only")
        joined = self._joined(ctx)
        if joined is not None:
            yield joined
            return
        database, catalog = self._shelf.current(ctx.tenant)
        with database.writing(catalog.stamp) as session:
            session.witness = ctx.witness
            if session.stamp is not None:
                session.require_caller(session.stamp.access)
            if session.stamp is not None and session.stamp.access != catalog.stamp.access:
                # only what permission rests on changed: the model is the same, so the unit can go on with it
                catalog = Catalog(catalog.model, catalog.tables, session.stamp)
            unit = self._unit(ctx, catalog, session)
            unit.careful, unit.patient = careful, patient
            self._open.unit = unit
            try:
                yield unit
            finally:
                self._open.unit = None
        for act in unit.after_commit:
            act()

    @contextmanager
    def joining(self, ctx: Context, catalog: Catalog, session: Session) -> Iterator[Unit]:
        """Give a unit in a transaction that somebody else opened, as an installation does; all verbs join it."""
        outer = self._open.unit
        self._open.unit = unit = self._unit(ctx, catalog, session)
        try:
            yield unit
        finally:
            self._open.unit = outer

    def within(self, ctx: Context, act: Callable[[Unit], T]) -> T:
        """Do something in a unit; do it anew when the model changed or somebody else stood in the way."""
        if self._joined(ctx) is not None:
            with self.writing(ctx) as unit:
                return act(unit)
        careful = patient = False
        for attempt in range(TRIES):
            try:
                with self.writing(ctx, careful=careful, patient=patient) as unit:
                    return act(unit)
            except StaleCatalog:
                if attempt == TRIES - 1:
                    raise
            except Unavailable as error:
                if error.code != "database_busy" or attempt == TRIES - 1:
                    raise
                patient = True
                time.sleep(random.uniform(0, 0.02) * 2**attempt)  # noqa: S311 - spreads those that collided
            except Violation as error:
                if careful or not self._about_number(ctx, error):
                    raise in_words(error) from error
                careful = True
        raise AssertionError("the last try returns or raises")

    def plans(self, catalog: Catalog) -> Plans:
        """Return the plans of a catalog's model."""
        made: Plans = self._plans.get(id(catalog.model), lambda: Plans(catalog.model))
        if made.model is not catalog.model:
            return Plans(catalog.model)
        return made

    def _joined(self, ctx: Context) -> Unit | None:
        unit = self._open.unit
        if unit is None or unit.ctx.tenant != ctx.tenant:
            return None
        return unit if unit.ctx == ctx else self._as(unit, ctx)

    def acting(self, unit: Unit, ctx: Context, cause: str) -> Unit:
        """Return a unit with another context over the same transaction."""
        other = self._as(unit, ctx)
        other.now, other.cause = unit.now, cause
        return other

    def _as(self, unit: Unit, ctx: Context) -> Unit:
        other = self._unit(ctx, unit.catalog, unit.session)
        other.changes, other.after_commit = unit.changes, unit.after_commit
        other.chain, other.cause, other.passes, other.rules = unit.chain, unit.cause, unit.passes, unit.rules
        other.careful, other.patient, other.importing = unit.careful, unit.patient, unit.importing
        return other

    def _unit(self, ctx: Context, catalog: Catalog, session: Session) -> Unit:
        # one clock for all nodes where there is one; a clock that a test holds counts as it stands
        began = session.began if isinstance(ctx.clock, SystemClock) else None
        now = ctx.now() if began is None else began.astimezone(UTC)
        policy = policy_for(catalog, ctx.actor)
        run = Run(now, ctx.zone)
        run.language = ctx.language
        run.records = Completion(session, catalog, policy.facts)
        return Unit(
            ctx=ctx,
            catalog=catalog,
            session=session,
            policy=policy,
            plans=self.plans(catalog),
            books=self.books.of(session, catalog),
            numbers=self.numbers,
            rules=RuleSets(self.rules),
            now=now.replace(microsecond=now.microsecond // 1000 * 1000),
            run=run,
            doubt=lambda: self._doubt(ctx.tenant),
            reacting=self._react,
            hears=self.hears,
        )

    def _react(self, unit: Unit) -> None:
        settle(unit, self.reactions)

    def _doubt(self, tenant: str) -> None:
        self._shelf.database(tenant).suspect = True

    def _about_number(self, ctx: Context, error: Violation) -> bool:
        _, catalog = self._shelf.current(ctx.tenant)
        object = catalog.model.objects.get(error.table)
        return error.kind == "unique" and object is not None and any(name in object.numbering for name in error.columns)


def _somebody(_session: Session, _model: TenantModel, _name: str) -> bool:
    """Who hears is not known: somebody may."""
    return True


def in_words(error: Violation) -> TesseraError:
    """Return what a user is told when the database itself had to refuse: others were faster."""
    fields = [column for column in error.columns if column != "id"]
    if error.kind == "unique" and fields:
        complaint = Complaint(fields[0], "not_unique", {"fields": ", ".join(fields)})
    elif error.kind == "reference" and fields:
        complaint = Complaint(fields[0], "reference_not_found")
    elif error.kind == "required" and fields:
        complaint = Complaint(fields[0], "required")
    else:
        return Conflict(error.code, **dict(error.complaint.params))
    return Rejected("invalid", [complaint], count=1)
