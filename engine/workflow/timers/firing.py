"""Firing: whoever looks claims what is due for a while; each clock acts in a transaction of its own, once (C6, Q3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from engine.kernel.clock import SystemClock
from engine.kernel.context import Context
from engine.kernel.errors import TesseraError, Unavailable
from engine.metamodel.model import TenantModel
from engine.records import RecordService, Unit
from engine.storage import Database, note_incident, read_mark, save_mark
from engine.storage import timer_rows as rows
from engine.storage.incidents import Incident
from engine.workflow.timers.clocks import Fired, Timer, instant_of_rung

LEASE = timedelta(seconds=30)
BATCH = 100
MOST_BATCHES = 200
_CALENDARS = "#calendars"

_log = structlog.get_logger(__name__)


class Handler(Protocol):
    """Who acts when clocks of a kind fire.

    ``lock`` locks what the clock is about, in the fixed order record, instance, task, and tells whether that is still
    there; ``fire`` gets every rung whose time has come, in order, so that it can merge what it missed (C10).
    """

    def lock(self, unit: Unit, timer: Timer) -> bool: ...

    def fire(self, unit: Unit, timer: Timer, fired: Sequence[Fired]) -> None: ...


class Firing:
    """Fires the clocks of all tenants."""

    def __init__(
        self,
        records: RecordService,
        context_of: Callable[[str], Context],
        rederive: Callable[[Unit, Timer], None],
    ) -> None:
        self.handlers: dict[str, Handler] = {}
        self._records, self._context_of, self._rederive = records, context_of, rederive
        self._calendars: dict[str, str] = {}

    def fire_due(self, tenant: str) -> int:
        """Fire what is due now; return how many clocks acted."""
        ctx = self._context_of(tenant)
        database = self._records.opener.database(ctx)
        self._look_at_calendars(ctx)
        fired = 0
        for _ in range(MOST_BATCHES):
            own = not isinstance(ctx.clock, SystemClock)
            claimed = rows.claim_timers(database, ctx.now(), LEASE, BATCH, own_clock=own)
            fired += sum(self._fire(ctx, database, id, token) for id, token in claimed)
            if len(claimed) < BATCH:
                break
        return fired

    def due(self, tenant: str) -> datetime | None:
        """Return when the next clock fires; now when calendars were changed since clocks were last looked at."""
        ctx = self._context_of(tenant)
        with self._records.opener.reading(ctx) as unit:
            if self._calendars.get(tenant) != _digest(unit.model):
                return ctx.now()
            return rows.next_due(unit.session)

    def forget(self, tenant: str) -> None:
        """Forget which calendars of a tenant were seen."""
        self._calendars.pop(tenant, None)

    # -- one clock -------------------------------------------------------------------------------------------------

    def _fire(self, ctx: Context, database: Database, id: str, token: int) -> bool:
        try:
            return self._records.command(ctx, lambda unit: self._act(unit, id, token))
        except Unavailable:
            # its lease ends, then somebody tries again
            return False
        except TesseraError as error:
            self._failed(ctx, database, id, token, str(error), error.code)
        except Exception as error:  # noqa: BLE001 - one broken clock must not stop the others
            _log.exception("timer_failed", timer=id)
            self._failed(ctx, database, id, token, repr(error), "timer_failed")
        return False

    def _act(self, unit: Unit, id: str, token: int) -> bool:
        seen = rows.read_timer(unit.session, id)
        handler = self.handlers.get(seen.kind) if seen is not None else None
        if seen is None or handler is None:
            return False
        there = handler.lock(unit, seen)
        timer = rows.hold_timer(unit.session, id, token)
        if timer is None:
            return False
        if not there:
            rows.change_timer(unit.session, id, state="ended", outcome="cancelled", fire_at=None, ended_at=unit.now)
            return False
        fired = self._due(unit, timer)
        if fired:
            handler.fire(unit, timer, fired)
        return bool(fired)

    def _due(self, unit: Unit, timer: Timer) -> list[Fired]:
        """Return the rungs whose time has come and that nobody fired; the clock stands before the next one then."""
        found: list[Fired] = []
        place = timer.next
        at = instant_of_rung(unit.model, timer, place)
        while at is not None and at <= unit.now:
            _, _, rung, cycle = timer.rungs[place]
            if timer.budget is None or rows.note_fired(unit.session, timer.id, rung, cycle, unit.now):
                found.append(Fired(rung, cycle, at))
            place += 1
            at = instant_of_rung(unit.model, timer, place)
        values = {"next": place, "fire_at": at, "leased_until": None, "attempts": 0, "error": None}
        if timer.budget is None and at is None:
            # one that fires at an instant is over with it, unless it is moved
            values |= {"fire_at": None}
        rows.change_timer(unit.session, timer.id, **values)
        return found

    def _failed(self, ctx: Context, database: Database, id: str, token: int, message: str, code: str) -> None:
        with self._records.unit(ctx) as unit:
            timer = rows.read_timer(unit.session, id)
            if timer is None:
                return
            wait = min(timedelta(seconds=2**timer.attempts), timedelta(minutes=10))
            if rows.fail_timer(unit.session, id, token, message, unit.now + wait):
                note_incident(
                    unit.session,
                    Incident("timer", timer.name or timer.kind, timer.object, timer.record, code, message),
                    unit.now,
                )

    # -- calendars that changed ------------------------------------------------------------------------------------

    def _look_at_calendars(self, ctx: Context) -> None:
        model = self._records.model(ctx)
        digest = _digest(model)
        if self._calendars.get(ctx.tenant) == digest:
            return
        with self._records.unit(ctx) as unit:
            known = read_mark(unit.session, _CALENDARS)
            if known is not None and known != digest:
                after = ""
                while found := rows.running_with_budget(unit.session, after, 500):
                    for row in found:
                        self._rederive(unit, row)
                    after = found[-1].id
            if known != digest:
                save_mark(unit.session, _CALENDARS, digest, unit.now)
        self._calendars[ctx.tenant] = digest


def _digest(model: TenantModel) -> str:
    parts = sorted(
        f"{name}|{w.timezone}|{w.default}|{w.week}|{sorted(w.days.items())}" for name, w in model.worktimes.items()
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
