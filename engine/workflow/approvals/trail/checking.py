"""The invariants Q5: what must be true of every instance at every commit; read from the tables, past the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.kernel.context import Context
from engine.records import Unit
from engine.storage.process_holds import holds_on
from engine.storage.process_lists import all_instances, count_todo, todo_exactly
from engine.storage.process_rows import LIVE, InstanceRow, TaskRow, children_of, read_instance, tasks_of
from engine.storage.process_trail import broken_links, read_process_events
from engine.storage.timer_rows import open_owners
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.ports import TASK_CLOCK, WAIT_CLOCK
from engine.workflow.approvals.state.runtime import Human, Runtime
from engine.workflow.approvals.state.stored import from_json
from engine.workflow.approvals.state.tree import places


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold: which, of which instance, and how."""

    rule: str
    instance: str
    says: str


def check(kernel: Kernel, ctx: Context, instance: str = "") -> list[Breach]:
    """Return every breach, of one instance or of all; people may go on working meanwhile."""
    found = _looked(kernel, ctx, instance)
    # a command may have been seen half way: what looks wrong is looked at again while nobody can change it
    sure = [breach for id in sorted({one.instance for one in found} - {""}) for breach in _held(kernel, ctx, id)]
    loose = [one for one in found if not one.instance]
    return sure + ([one for one in _looked(kernel, ctx, instance) if one in loose] if loose else [])


def _held(kernel: Kernel, ctx: Context, instance: str) -> list[Breach]:
    with kernel.records.opener.writing(ctx) as unit:
        row = kernel.case(unit, instance).row
        return [*_of_instance(kernel, unit, row), *_of_clocks(unit, [row])]


def _looked(kernel: Kernel, ctx: Context, instance: str) -> list[Breach]:
    with kernel.records.opener.reading(ctx) as unit:
        chosen = [read_instance(unit.session, instance)] if instance else all_instances(unit.session)
        rows = [row for row in chosen if row is not None]
        found = [breach for row in rows for breach in _of_instance(kernel, unit, row)]
        found += _of_clocks(unit, rows)
        places_taken = Counter(row.place for row in rows if row.place)
        found += [Breach("iv", "", f"{place} is taken {n} times") for place, n in places_taken.items() if n > 1]
        users = {task.assignee for row in rows for task in tasks_of(unit.session, row.id)}
        for user in sorted(user for user in users if user):
            if count_todo(unit.session, user) != min(len(todo_exactly(unit.session, user)), 100):
                found.append(Breach("viii", "", f"the badge of {user} disagrees with the tasks"))
        return found


def _of_clocks(unit: Unit, rows: Sequence[InstanceRow]) -> list[Breach]:
    closed = {row.id for row in rows if row.closed_at is not None}
    owners = {owner.partition(":")[0] for owner in open_owners(unit.session, (TASK_CLOCK, WAIT_CLOCK))}
    return [Breach("iii", id, "closed, but a clock of it runs") for id in sorted(closed & owners)]


def _of_instance(kernel: Kernel, unit: Unit, row: InstanceRow) -> Iterator[Breach]:
    tasks = tasks_of(unit.session, row.id)
    state = from_json(row.state)
    live = [task for task in tasks if task.state in LIVE]
    if row.closed_at is None:
        yield from _of_open(kernel, unit, row, state, live)
    else:
        yield from _of_closed(unit, row, live)
        if row.outcome in {"cancelled", "withdrawn"}:
            for child in children_of(unit.session, row.id):
                if child.closed_at is None:
                    yield Breach("iii", row.id, f"closed, but its child {child.id} is open")
    yield from _of_trail(unit, row)
    voices = Counter(
        (task.step, task.visit, task.slot)
        for task in live
        if task.mark not in ("delegated", "added_before") and task.kind != "question"
    )
    for voice, count in voices.items():
        if count > 1:
            yield Breach("vii", row.id, f"{voice} has {count} live tasks")


def _of_open(kernel: Kernel, unit: Unit, row: InstanceRow, state: Runtime, live: list[TaskRow]) -> Iterator[Breach]:
    flow = kernel.flows.pinned(unit, row.flow, row.version)
    tokens = list(places(state, flow.steps))
    if not tokens and state.revise is None and state.closing is None:
        yield Breach("i", row.id, "open without a token or an incident")
    known = {task.id for task in live}
    for place in tokens:
        if not isinstance(place.node, Human) or place.parked or state.revise is not None:
            continue
        held = [slot for slot in place.node.slots if slot.live and slot.task in known]
        if not held:
            yield Breach("ii", row.id, f"a token at {place.node.step} without a task")
    spoken = {slot.task for place in tokens if isinstance(place.node, Human) for slot in place.node.slots if slot.live}
    spoken |= {slot.lent for place in tokens if isinstance(place.node, Human) for slot in place.node.slots if slot.lent}
    for human in (state.revise, state.closing):
        spoken |= {slot.task for slot in human.slots} if human is not None else set()
    spoken |= {question[0] for question in state.questions}
    for task in live:
        if task.id not in spoken:
            yield Breach("ii", row.id, f"task {task.id} at {task.step} belongs to no voice")
    held_by = {hold.instance for hold in holds_on(unit.session, row.object, [row.record])}
    if row.parent is None and row.id not in held_by:
        yield Breach("v", row.id, "open, but its record is not kept")


def _of_closed(unit: Unit, row: InstanceRow, live: list[TaskRow]) -> Iterator[Breach]:
    if live:
        yield Breach("iii", row.id, f"closed with {len(live)} live tasks")
    if row.id in {hold.instance for hold in holds_on(unit.session, row.object, [row.record])}:
        yield Breach("v", row.id, "closed, but its record is still kept")
    if row.place is not None:
        yield Breach("iv", row.id, "closed, but it holds its place")


def _of_trail(unit: Unit, row: InstanceRow) -> Iterator[Breach]:
    events = read_process_events(unit.session, row.id)
    if [event.seq for event in events] != list(range(1, row.seq + 1)):
        yield Breach("vi", row.id, f"the trail does not run from 1 to {row.seq}")
        return
    wrong = broken_links(events)
    if wrong or (events and events[-1].hash != row.hash):
        yield Breach("vi", row.id, f"the chain of hashes is broken at {wrong or row.seq}")
