"""What happened, for people: the trail as a timeline, and the flow as a diagram with the tokens in it (6.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.metamodel.model.steps import ApproveStep, Step
from engine.storage.process_trail import ProcessEvent
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.state.runtime import Human, Stuck
from engine.workflow.approvals.state.tree import branches_of, places


def timeline(case: Case, events: Sequence[ProcessEvent], hidden: set[str]) -> list[dict[str, Any]]:
    """Return the events in their order, with names, without what the reader may not see."""
    unsaid = {event.facts.get("of") for event in events if event.type == "comment.withdrawn"}
    found = []
    for event in events:
        facts = {name: value for name, value in event.facts.items() if name != "changes"}
        changes = event.facts.get("changes")
        if changes:
            facts["changes"] = {name: pair for name, pair in changes.items() if name not in hidden}
        found.append(
            {
                "seq": event.seq,
                "at": event.at,
                "type": event.type,
                "actor": _person(case, event.actor),
                "behalf": _person(case, event.behalf),
                "channel": event.channel,
                "step": event.step,
                "visit": event.visit,
                "round": event.round,
                "task": event.task,
                "decision": event.decision,
                "reason": event.reason,
                "comment": None if event.seq in unsaid else event.comment,
                "comment_withdrawn": event.seq in unsaid,
                "record_version": event.record_version,
                "facts": facts,
                "hash": event.hash,
            }
        )
    return found


def _person(case: Case, id: str | None) -> dict[str, Any] | None:
    if id is None:
        return None
    person = case.directory.user(id)
    return {"id": id, "name": person.name if person is not None else id}


def diagram(case: Case, path: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the flow as a tree of steps, each done, current, certain, possible or skipped; ``path`` lies ahead."""
    current: dict[str, list[dict[str, Any]]] = {}
    stuck: dict[str, str] = {}
    for place in places(case.state, case.flow.steps):
        node = place.node
        current.setdefault(node.step, [])
        if isinstance(node, Human):
            current[node.step] += [
                {"person": _person(case, slot.assignee or None), "state": slot.state}
                for slot in node.slots
                if slot.live
            ]
        elif isinstance(node, Stuck):
            stuck[node.step] = node.code
    ahead = {one["step"]: one for one in path}
    return [_drawn(case, step, current, stuck, ahead) for step in case.flow.steps]


def _drawn(
    case: Case, step: Step, current: dict[str, Any], stuck: dict[str, str], ahead: Mapping[str, Any]
) -> dict[str, Any]:
    result = case.state.results.get(step.id)
    drawn: dict[str, Any] = {"step": step.id, "kind": step.kind, "title": step.title, "visits": 0}
    drawn["visits"] = case.state.visits.get(step.id, 0)
    seen = ahead.get(step.id)
    if step.id in current:
        drawn |= {"state": "current", "people": current[step.id], "incident": stuck.get(step.id)}
    elif result is not None and result.round and result.outcome in ("passed", "failed"):
        drawn |= {"state": "done", "outcome": result.outcome, "by": _person(case, result.by or None), "at": result.at}
    elif (result is not None and result.outcome == "skipped") or case.row.closed_at is not None:
        drawn |= {"state": "skipped"}
    elif seen is not None:
        people = [{"person": person} for person in seen["people"]]
        drawn |= {"state": seen["certainty"], "people": people, "reason": seen.get("reason")}
    else:
        drawn |= {"state": "certain"}
    if isinstance(step, ApproveStep):
        drawn["mode"] = step.mode
    branches = branches_of(step)
    if branches:
        drawn["branches"] = [
            {
                "name": branch.name,
                "when": branch.when.text if branch.when is not None else None,
                "steps": [_drawn(case, inner, current, stuck, ahead) for inner in branch.steps],
            }
            for branch in branches
        ]
    return drawn
