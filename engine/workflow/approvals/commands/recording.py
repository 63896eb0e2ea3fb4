"""Recording: what a command did to an instance goes into the tables, in as few statements as it takes (K6, F3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.kernel.names import RecordRef
from engine.records.unit import Overtaken
from engine.storage.outbox import append_outward
from engine.storage.process_rows import (
    ClosedTask,
    TaskRow,
    TurnedRow,
    add_candidates,
    add_tasks,
    change_instance,
    close_tasks,
    turn_tasks,
)
from engine.storage.process_trail import ProcessEvent, append_process_events
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.state.closing import humans_in
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import CLOCK_STUCK, Human, Slot, Stuck
from engine.workflow.approvals.state.stored import to_json
from engine.workflow.approvals.state.tree import places, step_by_id
from engine.workflow.approvals.state.world import Clock, Fact, Log, Notice

SYSTEM_USER = "system"


def record(case: Case, core: Core) -> None:
    """Write everything that came of a command: clocks, tasks, the trail, notices, and the instance itself."""
    _turn_clocks(case, core)
    _write_tasks(case, core)
    _write_trail(case, core.log)
    _write_notices(case, core.log)
    row = case.row
    row.state = to_json(case.state)
    row.incident = _is_stuck(case)
    row.title = case.subject.title
    if not change_instance(case.unit.session, row, case.seq):
        raise Overtaken


def voices(case: Case) -> dict[tuple[str, int, int], tuple[Human, Slot]]:
    """Return every voice of an instance that may still be spoken of, by step, visit and number."""
    humans = [*humans_in(case.state.root)]
    humans += [one for one in (case.state.revise, case.state.closing) if one is not None]
    return {(human.step, human.visit, slot.no): (human, slot) for human in humans for slot in human.slots}


def owner_of(case: Case, step: str, visit: int, slot: int) -> str:
    """Return whom a clock of a task belongs to."""
    return f"{case.row.id}:{step}:{visit}:{slot}"


# -- clocks ------------------------------------------------------------------------------------------------------------


def _turn_clocks(case: Case, core: Core) -> None:
    known = voices(case)
    for clock in core.log.clocks:
        step = step_by_id(case.flow.steps, clock.step)
        sla = getattr(step, "sla", None)
        if sla is None:
            continue
        found = known.get((clock.step, clock.visit, clock.slot))
        due = _turn(case, clock, sla, None if found is None else found[1])
        if found is not None and clock.verb != "end":
            found[1].due = "" if due is None else due.isoformat()


def _turn(case: Case, clock: Clock, sla: Any, slot: Slot | None) -> datetime | None:
    owner, clocks, unit = owner_of(case, clock.step, clock.visit, clock.slot), case.ports.clocks, case.unit
    match clock.verb:
        case "arm":
            roots = case.facts.with_names(assignee=None if slot is None else case.facts.person(slot.assignee))
            return clocks.arm(unit, owner, sla, roots)
        case "pause":
            clocks.pause(unit, owner)
        case "resume":
            return clocks.resume(unit, owner)
        case "revive":
            return clocks.revive(unit, owner)
        case "end":
            clocks.end(unit, owner)
    return None


# -- tasks -------------------------------------------------------------------------------------------------------------


def _write_tasks(case: Case, core: Core) -> None:
    log, row, now = core.log, case.row, case.unit.now
    by_task = {slot.task: slot for _, slot in voices(case).values() if slot.task}
    new = [
        TaskRow(
            id=made.id,
            instance=row.id,
            flow=row.flow,
            object=row.object,
            record=row.record,
            title=case.subject.title,
            submitter=row.submitter,
            step=made.step,
            visit=made.visit,
            round=row.round,
            slot=made.slot,
            kind=made.kind,
            principal=made.principal,
            assignee=made.assignee,
            state=made.state,
            opened_at=now,
            due_at=_due(by_task.get(made.id)),
        )
        for made in log.new.values()
    ]
    ended = [
        ClosedTask(one.id, one.state, one.decision, one.by, one.behalf, one.reason, one.comment, now)
        for one in log.ended.values()
    ]
    lent = {slot.lent: slot for slot in by_task.values() if slot.lent}
    turned = []
    for one in log.turned.values():
        slot = by_task.get(one.id) or lent.get(one.id)
        if slot is None:
            continue
        holder = slot.lender if slot.lent == one.id else slot.assignee
        turned.append(TurnedRow(one.id, one.state, one.mark, holder or None, slot.principal or None, _due(slot)))
    session = case.unit.session
    close_tasks(session, ended)
    turn_tasks(session, turned)
    add_tasks(session, new)
    add_candidates(session, [(made.id, user) for made in log.new.values() for user in made.candidates])


def _due(slot: Slot | None) -> datetime | None:
    return datetime.fromisoformat(slot.due) if slot is not None and slot.due else None


# -- trail and notices -------------------------------------------------------------------------------------------------


def _write_trail(case: Case, log: Log) -> None:
    row, now = case.row, case.unit.now
    for step, told, dropped in case.copied:
        log.tell("copied", step, people=told, dropped=dropped)
    events = []
    for fact in log.facts:
        row.seq += 1
        event = _event(case, fact, row.seq, now).sealed(row.hash)
        row.hash = event.hash
        events.append(event)
    append_process_events(case.unit.session, events)


def _event(case: Case, fact: Fact, seq: int, now: datetime) -> ProcessEvent:
    return ProcessEvent(
        instance=case.row.id,
        seq=seq,
        at=now,
        actor=fact.actor or case.unit.user,
        behalf=fact.behalf,
        channel=case.channel,
        type=fact.type,
        step=fact.step,
        visit=fact.visit,
        round=case.row.round,
        task=fact.task,
        decision=fact.decision,
        reason=fact.reason,
        comment=fact.comment,
        record_version=case.subject.version,
        facts=fact.more,
    )


def _write_notices(case: Case, log: Log) -> None:
    """Tell people by way of the outbox: one row for each kind and task, with a key that stays the same."""
    row = case.row
    told: list[Notice] = [*log.notices]
    told += [Notice("copy", tuple(people), step=step) for step, people, _ in case.copied if people]
    for place, notice in enumerate(told):
        users = tuple(dict.fromkeys(user for user in notice.users if user and user != SYSTEM_USER))
        if not users or (notice.kind == "void" and users == (case.unit.user,)):
            continue
        key = f"{row.id}:{row.seq}:{place}:{notice.kind}"
        facts = {
            "to": list(users),
            "contacts": [],
            "message": None,
            "text": _TEXTS.get(notice.kind, _TEXTS["notice"]),
            "via": [],
            "link": f"/work/flow/{row.id}",
            "kind": "task" if notice.kind == "revise" else notice.kind,
            "task": notice.task or None,
            "facts": {"flow": row.flow, "step": notice.step, "title": case.subject.title, "instance": row.id},
        }
        append_outward(case.unit.session, "notify", key, RecordRef(row.object, row.record), facts, case.unit.now)


_TEXTS: dict[str, dict[str, str]] = {
    "task": {"zh": "待您审批：{title}", "en": "For your approval: {title}"},
    "revise": {"zh": "已退回，请修改：{title}", "en": "Returned to you: {title}"},
    "void": {"zh": "无需再处理：{title}", "en": "No longer needed: {title}"},
    "moved": {"zh": "已转交他人：{title}", "en": "Handed over: {title}"},
    "opinion": {"zh": "已收到意见：{title}", "en": "An opinion was given: {title}"},
    "answer": {"zh": "有新的回复：{title}", "en": "There is an answer: {title}"},
    "ask": {"zh": "有问题请您回复：{title}", "en": "A question for you: {title}"},
    "copy": {"zh": "抄送：{title}", "en": "Copy for you: {title}"},
    "reminder": {"zh": "催办：{title}", "en": "Reminder: {title}"},
    "incident": {"zh": "流程异常：{title}", "en": "A process is stuck: {title}"},
    "closed": {"zh": "审批结束：{title}", "en": "The approval is closed: {title}"},
    "notice": {"zh": "{title}", "en": "{title}"},
}


def _is_stuck(case: Case) -> bool:
    if case.state.closing is not None:
        return True
    nodes = [place.node for place in places(case.state, case.flow.steps)]
    slots = [slot for node in nodes if isinstance(node, Human) for slot in node.slots]
    return any(isinstance(node, Stuck) for node in nodes) or any(s.live and s.reason == CLOCK_STUCK for s in slots)
