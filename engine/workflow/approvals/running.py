"""What runs without a person: events between parents and children, leavers, substitutions, clocks of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import TesseraError
from engine.kernel.names import RecordRef
from engine.records import Unit
from engine.storage.process_flows import end_substitution, ended_substitutions, next_end
from engine.storage.process_lists import open_for, open_instances, open_tasks_of
from engine.storage.process_rows import instances_of
from engine.workflow.approvals.commands import happening
from engine.workflow.approvals.commands.happening import Answer
from engine.workflow.approvals.commands.kernel import CHILD_CLOSED, PARENT_CLOSED, Kernel

BATCH = 500


class Running:
    """Verbs of the engine itself; each is safe to repeat."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def wants(self, name: str) -> bool:
        """Tell whether an event of the outbox is for approvals."""
        return name in (CHILD_CLOSED, PARENT_CLOSED)

    def hand_on(self, ctx: Context, name: str, facts: Mapping[str, str]) -> None:
        """Carry a closing over to the parent or to the children; what fails is done by the outbox later."""
        with suppress(TesseraError):
            self.hear(ctx, name, facts)

    def hear(self, ctx: Context, name: str, facts: Mapping[str, str]) -> None:
        """Carry a closing over to the parent or to the children."""
        kernel = self._kernel
        if name == CHILD_CLOSED:
            kernel.command(ctx, lambda unit: happening.hear_of_child(kernel, unit, facts))
        elif name == PARENT_CLOSED:
            for child in facts["children"].split(","):
                kernel.command(ctx, lambda unit, child=child: happening.close_child(kernel, unit, child))  # type: ignore[misc] # bound now

    def end_wait(self, unit: Unit, owner: str) -> bool:
        """Let a token go on whose wait is over; ``owner`` names instance, step and visit."""
        instance, step, visit = owner.split(":")
        return happening.end_wait(self._kernel, unit, instance, step, int(visit))

    def wake(self, unit: Unit, owner: str, event: Mapping[str, Any]) -> bool:
        """Let a token go on that waits for an event, when this is the one it waits for."""
        instance, step, visit = owner.split(":")
        return happening.wake(self._kernel, unit, instance, step, int(visit), event)

    def waiting_for(self, unit: Unit, assignment: str, record: RecordRef, person: str) -> list[str]:
        """Return the instances in which a step waits for work that an assignment gave to a person."""
        rows = instances_of(unit.session, record.object, record.id)
        return [
            row.id
            for row in rows
            if row.closed_at is None and happening.has_work(self._kernel, unit, row.id, assignment, person)
        ]

    def pass_on(self, unit: Unit, instance: str, assignment: str, people: tuple[str, str]) -> None:
        """Give work that was offered to one person to the next."""
        happening.pass_on(self._kernel, unit, instance, assignment, people)

    def answer_call(self, ctx: Context, owner: str, answer: Answer) -> bool:
        """Let a token go on whose call outward was answered or has failed for good."""
        instance, step, visit = owner.split(":")

        def act(unit: Unit) -> bool:
            return happening.answer_call(self._kernel, unit, instance, step, int(visit), answer)

        return self._kernel.command(ctx, act)

    def person_left(self, ctx: Context, user: str) -> int:
        """Find others for the open tasks of somebody who was deactivated; return in how many instances (O2)."""
        kernel, done = self._kernel, 0
        tried: set[str] = set()
        while True:
            with kernel.records.opener.reading(ctx) as unit:
                found = [id for id in open_tasks_of(unit.session, user, BATCH + len(tried)) if id not in tried]
            if not found:
                return done
            for id in found:
                tried.add(id)
                done += kernel.command(ctx, lambda unit, id=id: happening.replace_person(kernel, unit, id, user))  # type: ignore[misc] # bound now

    def end_substitutions(self, ctx: Context) -> int:
        """Give back what substitutes still hold when their time is over (O6); return how many substitutions ended."""
        kernel = self._kernel
        with kernel.records.opener.reading(ctx) as unit:
            over = ended_substitutions(unit.session, unit.now)
        for one in over:
            with kernel.records.opener.reading(ctx) as unit:
                held = open_for(unit.session, one.substitute, one.principal)
            for id in held:
                kernel.command(
                    ctx,
                    lambda unit, id=id, one=one: happening.give_back(  # type: ignore[misc] # bound now
                        kernel, unit, id, one.principal, one.substitute
                    ),
                )
            kernel.command(ctx, lambda unit, one=one: end_substitution(unit.session, one.id))  # type: ignore[misc] # bound now
        return len(over)

    def next_end(self, ctx: Context) -> datetime | None:
        """Return when the next substitution is over, or None."""
        with self._kernel.records.opener.reading(ctx) as unit:
            return next_end(unit.session)

    def open(self, ctx: Context, flow: str = "") -> list[str]:
        """Return the ids of all open instances."""
        found: list[str] = []
        while True:
            with self._kernel.records.opener.reading(ctx) as unit:
                page = open_instances(unit.session, flow, found[-1] if found else "", BATCH)
            if not page:
                return found
            found += page
