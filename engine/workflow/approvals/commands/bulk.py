"""Many decisions at once: each a command of its own with a key derived from the whole's (U1 to U3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Rejected, TesseraError
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.records import Once, StoredAnswer
from engine.storage.process_rows import InstanceRow, read_instance, read_task
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.state.tree import step_by_id

MOST = 500
VERBS = ("approve", "reject", "done")


@dataclass(frozen=True, slots=True)
class Bulk:
    """One decision for many tasks. ``seen`` holds what the person saw, by task; ``key`` names the whole."""

    tasks: Sequence[str]
    verb: str
    comment: str | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


def decide_many(
    kernel: Kernel, ctx: Context, bulk: Bulk, one: Callable[[Context, str, str, Mapping[str, Any]], InstanceRow]
) -> Sequence[Mapping[str, Any]]:
    """Decide each task by itself and return what became of it; refused as a whole where bulk is not offered."""
    _require_alike(kernel, ctx, bulk)
    found: list[Mapping[str, Any]] = []
    for place, task in enumerate(bulk.tasks):
        given = {"comment": bulk.comment, "seen": bulk.seen.get(task), "channel": "bulk"}
        act = partial(one, ctx, task, bulk.verb, given)
        try:
            if bulk.key:
                once = Once(
                    f"{bulk.key}.{place}"[:200], "process", f"{task} {bulk.verb} {bulk.comment}", reused="key_reused"
                )
                kernel.records.run_once(ctx, once, act, _answer)
            else:
                act()
            found.append({"task": task, "done": True})
        except TesseraError as error:
            found.append({"task": task, "done": False, "code": error.code, "error": error})
    return found


def _answer(row: InstanceRow) -> StoredAnswer:
    return StoredAnswer(200, row.id, {})


def _require_alike(kernel: Kernel, ctx: Context, bulk: Bulk) -> None:
    complaints = []
    if not 1 <= len(bulk.tasks) <= MOST or len(set(bulk.tasks)) != len(bulk.tasks):
        complaints.append(Complaint("tasks", "out_of_range", {"range": f"[1..{MOST}]"}))
    if bulk.verb not in VERBS:
        complaints.append(Complaint("verb", "verb_not_allowed", {"verb": bulk.verb[:40]}))
    if complaints:
        raise Rejected("invalid", complaints, count=len(complaints))
    steps = set()
    with kernel.records.opener.reading(ctx) as unit:
        for id in bulk.tasks:
            task = read_task(unit.session, id)
            row = None if task is None else read_instance(unit.session, task.instance)
            if task is None or row is None:
                raise Missing("not_found")
            steps.add((task.flow, task.step))
            if len(steps) > 1:
                raise Rejected("invalid", [Complaint("tasks", "verb_not_allowed", {"verb": "bulk"})], count=1)
            step = step_by_id(kernel.flows.pinned(unit, row.flow, row.version).steps, task.step)
            if not isinstance(step, (ApproveStep, HandleStep)) or step.form.require or getattr(step, "sign", False):
                raise Rejected("invalid", [Complaint("tasks", "verb_not_allowed", {"verb": "bulk"})], count=1)
