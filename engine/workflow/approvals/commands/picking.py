"""The submitter chooses the people of a step that nobody knew would come (S5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Rejected
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.deciding import comment_of, people_by_step
from engine.workflow.approvals.commands.starting import require_picks
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.tree import Held
from engine.workflow.approvals.state.world import EndedTask


def pick(case: Case, core: Machine, held: Held, given: Mapping[str, Any]) -> None:
    """Take the people that were chosen for a step, and enter it."""
    step, user = held.node.step, case.unit.user
    picks = {name: users for name, users in people_by_step(case, given.get("picks") or {}).items() if users}
    if step not in picks:
        raise Rejected("pick_missing", steps=step)
    require_picks(case, "submitter", picks, frozenset())
    case.state.picks |= picks
    chosen, comment = picks[step], comment_of(given)
    core.log.tell("picked", step, visit=held.node.visit, task=held.slot.task, comment=comment, people=chosen)
    core.log.end(EndedTask(held.slot.task, "decided", "done", user, None, "person", comment))
    held.slot.vote, held.slot.by, held.slot.state, held.slot.task = "picked", user, "closed", ""
    core.run()
