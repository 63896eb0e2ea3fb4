"""Where messages and approvals meet: tasks as cards that can be decided from afar, and who may be told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from engine.access import mask
from engine.kernel.clock import Clock
from engine.kernel.context import Actor, Context
from engine.kernel.errors import Missing, Refused
from engine.kernel.names import RecordRef
from engine.messaging import Card
from engine.metamodel.model.steps import ApproveStep, Step
from engine.records import RecordService, Unit
from engine.settings import Settings
from engine.storage import message_rows
from engine.storage.process_rows import TaskRow, read_instance, read_task
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.service import ApprovalService
from engine.workflow.approvals.state.tree import step_by_id

ActorOf = Callable[[str, str], Actor | None]
_OPEN = ("open", "ready", "paused")


class ApprovalDesk:
    """Fits messaging's Desk over the approvals. What a person decides here he decides with his own rights."""

    def __init__(
        self, approvals: ApprovalService, records: RecordService, actor_of: ActorOf, settings: Settings, clock: Clock
    ) -> None:
        self._approvals = approvals
        self._records = records
        self._actor_of = actor_of
        self._settings = settings
        self._clock = clock

    def card(self, tenant: str, task: str, user: str) -> Card | None:
        """Return a task that is or was a person's, None for others'."""
        ctx = self._context(tenant, user)
        if ctx is None:
            return None
        with self._records.opener.reading(ctx) as unit:
            row = read_task(unit.session, task)
            if row is None or user not in (row.assignee, row.principal, row.decided_by):
                return None
            return self._drawn(unit, row, user)

    def still_open(self, tenant: str, task: str, user: str) -> bool:
        """Tell whether a task still waits for a person."""
        ctx = self._context(tenant, user)
        if ctx is None:
            return False
        with self._records.opener.reading(ctx) as unit:
            row = read_task(unit.session, task)
            return row is None or (row.closed_at is None and row.state in _OPEN)

    def sight(self, ctx: Context, ref: RecordRef, task: str | None) -> Mapping[str, Any] | None:
        """Let whoever has a task be told of its record by the title that the task shows (K8)."""
        if task is None:
            return None
        with self._records.opener.reading(ctx) as unit:
            row = read_task(unit.session, task)
        if row is None or (row.object, row.record) != (ref.object, ref.id):
            return None
        return {} if ctx.actor.user in (row.assignee, row.principal, row.decided_by) else None

    def decide(self, tenant: str, user: str, task: str, decision: str, told: Mapping[str, Any]) -> None:
        """Decide a task as its person. Raises what the approvals raise."""
        ctx = self._context(tenant, user)
        if ctx is None:
            raise Refused("forbidden")
        given = {"comment": told["comment"] or None, "channel": told["channel"], "seen": f"0-{told['material']}"}
        self._approvals.on_task(ctx, task, decision, given)

    def about(self, tenant: str, user: str, verb: str, number: str, key: str) -> str:
        """Urge, withdraw or look up what a person submitted, by the number or title of the record."""
        del key
        ctx = self._context(tenant, user)
        if ctx is None:
            raise Refused("forbidden")
        found = self._approvals.inbox.page(ctx, "mine", text=number, limit=2)["items"]
        running = [one for one in found if one.get("status") in ("running", "returned", "suspended")]
        if len(running) != 1:
            raise Missing("not_found")
        one = running[0]
        if verb in ("urge", "withdraw"):
            self._approvals.on_instance(ctx, str(one["id"]), verb, {"channel": "sms"})
        done = {"urge": ("已催办", "urged"), "withdraw": ("已撤回", "withdrawn")}.get(verb)
        word = (done[0] if ctx.language == "zh" else done[1]) if done else str(one.get("status"))
        return f"{one['title']}: {word}"

    def _drawn(self, unit: Unit, row: TaskRow, user: str) -> Card | None:
        instance = read_instance(unit.session, row.instance)
        if instance is None:
            return None
        case = self._approvals.instances.peek(unit, instance)
        step = step_by_id(case.flow.steps, row.step)
        closed = ""
        if row.closed_at is not None or row.state not in _OPEN:
            by = self._actor_of(unit.ctx.tenant, row.decided_by) if row.decided_by else None
            at = row.closed_at.astimezone(unit.ctx.zone).strftime("%m-%d %H:%M") if row.closed_at else ""
            closed = f"{by.name if by else row.reason or ''} {at}".strip() or row.state
        why_not = "no_sms"
        comment: frozenset[str] = frozenset()
        if isinstance(step, ApproveStep):
            comment = frozenset(str(one) for one in step.policy.comment)
            why_not = _why_not(unit, step, case.subject.facts)
        title = case.subject.title or instance.title
        summary = self._summary(case, step, user) or title
        return Card(row.id, title, title, summary, case.material(), why_not, comment, closed)

    def _summary(self, case: Case, step: Step | None, user: str) -> str:
        """Return what the step's author lets a short message say, as far as its receiver may see it (Z3)."""
        if not isinstance(step, ApproveStep) or step.sms is None or not step.sms.text.by_language:
            return ""
        unit, facts = case.unit, case.subject.facts
        sights = {**unit.policy.sights(case.row.object, facts, unit.run), **dict.fromkeys(step.form.hide, "hidden")}
        shown = {name: _seen(value, str(sights.get(name) or "")) for name, value in facts.items()}
        known = message_rows.read_people(unit.session, [user])
        language = (known[0].language if known else "") or self._settings.language
        names = case.facts.with_names(record=shown)
        parts = (
            part if isinstance(part, str) else part.evaluate(names, unit.run)
            for part in step.sms.text.in_language(language)
        )
        return "".join("" if part is None else str(part) for part in parts)

    def _context(self, tenant: str, user: str) -> Context | None:
        actor = self._actor_of(tenant, user)
        if actor is None:
            return None
        settings = self._settings
        return Context(tenant, actor, settings.language, ZoneInfo(settings.zone), self._clock, "sms")


def _seen(value: Any, sight: str) -> Any:
    if sight == "hidden":
        return None
    return mask(value) if sight == "masked" else value


def _why_not(unit: Unit, step: ApproveStep, facts: Mapping[str, Any]) -> str:
    """Return why a step cannot be decided by short message, or an empty text (M5, M6)."""
    if step.sign or step.form.require:
        return "sign"
    if step.sms is None or not step.sms.decide:
        return "no_sms"
    if step.sms.limit is None:
        return ""
    unit.run.restart()
    return "" if step.sms.limit.evaluate(unit.around(facts), unit.run) is True else "web"
