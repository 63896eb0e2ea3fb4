"""A rule over all records that its condition chooses: a job, a portion at a time, that tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Missing
from engine.kernel.names import RecordRef
from engine.metamodel.model.automation import AutomationModel
from engine.records import RecordService, Unit
from engine.storage import Job, NewJob, Query, Session, count_rows, every_row, job_rows
from engine.workflow.automations.many import Many
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.effects import Cause
from engine.workflow.finding import next_portion
from engine.workflow.outbound import append

KIND = "rule"
MOST_COUNTED = 10_000_000
PORTION = 50


class Control(Protocol):
    """What a running job is told and what it tells."""

    @property
    def stop(self) -> Callable[[], bool]: ...

    def note(self, session: Session, done: int, total: int | None = None) -> None: ...

    def finish(self, session: Session, result: object = None) -> None: ...


@dataclass(slots=True)
class Run:
    """One run on its way; ``after`` is the place from which it goes on."""

    rule: AutomationModel
    job: Job
    occasion: Occasion
    total: int | None = None
    done: int = 0
    after: str | None = None

    @property
    def names(self) -> Mapping[str, Any]:
        return {"event": self.occasion.event, "actor": None}


class OverAll:
    """Puts runs into the queue and carries them out. ``context_of`` gives the context in which somebody acts."""

    def __init__(
        self, records: RecordService, runner: Runner, context_of: Callable[[str, str | None], Context]
    ) -> None:
        self._records, self._context_of = records, context_of
        self._many = Many(records, runner)

    def begin(self, unit: Unit, automation: str, data: Mapping[str, Any], cause: Cause) -> None:
        """Put a run into the queue, in the transaction of what asks for it."""
        source = [cause.record.object, cause.record.id]
        told = {"automation": automation, "data": dict(data), "source": source}
        job_rows.put_job(unit.session, NewJob(KIND, unit.user, told), unit.now)

    def carry_out(self, ctx: Context, job: Job, control: Control) -> None:
        """Run the rule on one portion of the records after the other; one that was stopped finds who had their turn."""
        rule = self._records.model(ctx).automations.get(str(job.parameters["automation"]))
        if rule is None:
            raise Missing("not_found")
        acts = job.actor if rule.run_as == "actor" and job.actor != SYSTEM.user else None
        own = self._context_of(ctx.tenant, acts)
        event = {"type": "run", "at": ctx.now(), "data": job.parameters["data"]}
        run = Run(rule, job, Occasion(key=f"run/{rule.name}/{job.id}", event=event, asks_where=True))
        self._records.command(own, lambda unit: self._count(unit, run))
        while not self._records.command(own, lambda unit: self._portion(unit, run, control)):
            if control.stop():
                self._records.command(own, lambda unit: job_rows.give_job_back(unit.session, job))
                return

    def _portion(self, unit: Unit, run: Run, control: Control) -> bool:
        """Run the rule on the next records; tell whether these were the last."""
        rule, names = run.rule, {**run.names, "params": unit.model.param_values()}
        found = next_portion(unit, rule.object, rule.where, names, run.after, PORTION)
        for row in found.rows:
            self._many.one(unit, rule, RecordRef(rule.object, row["id"]), run.occasion, run.job.id)
        done = run.done + len(found.rows)
        if found.after is None:
            self._tell(unit, run, done)
            control.note(unit.session, done, done)
            control.finish(unit.session, {"records": done})
        else:
            control.note(unit.session, done, run.total)
        unit.after_commit.append(lambda: _go_on(run, done, found.after))
        return found.after is None

    def _tell(self, unit: Unit, run: Run, done: int) -> None:
        """Tell of the end as an event of the record that asked for the run."""
        object, id = run.job.parameters["source"]
        data = {**run.job.parameters["data"], "records": done}
        facts = {"event": f"{run.rule.name}_done", "data": data, "actor": run.job.actor, "chain": ["", 0]}
        append(unit, "emit", f"run/{run.job.id}/done", RecordRef(object, id), facts)

    def _count(self, unit: Unit, run: Run) -> None:
        where = run.rule.where
        if where is not None and where.sql_refusal is not None:
            return
        rows = every_row if unit.policy.everything else unit.policy.rows
        names = {**run.names, "params": unit.model.param_values()}
        roots = set() if where is None else {path[0] for path in where.reads}
        bound = {name: names[name] for name in roots & names.keys()}
        query = Query(run.rule.object, (("id",),), where, limit=MOST_COUNTED)
        run.total = count_rows(unit.session, unit.catalog, query, rows, bound, unit.run)


def _go_on(run: Run, done: int, after: str | None) -> None:
    run.done, run.after = done, after
