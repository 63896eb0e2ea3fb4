"""Prediction (S7): the machine runs on the data as they are, supposing that everybody approves; nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.errors import Missing
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.steps import ApproveStep, CallStep, CopyStep, DoStep, HandleStep, Step, WaitStep
from engine.records import Unit
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.seeing import may_read
from engine.workflow.approvals.commands.starting import Start, picks_wanted, unsaved_case
from engine.workflow.approvals.commands.world import LiveWorld
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.runtime import Calls, Human, Pause, Runtime, Stuck
from engine.workflow.approvals.state.stored import from_json, to_json
from engine.workflow.approvals.state.tree import all_steps, branches_of, places
from engine.workflow.approvals.state.world import Started
from engine.workflow.facts import read_subject

MOST_ROUNDS = 400
Path = list[dict[str, Any]]


class SupposedWorld(LiveWorld):
    """The world without consequences: effects do not happen, copies are not given, waits are over."""

    @property
    def asks_picks(self) -> bool:
        """Suppose that people are chosen."""
        return False

    def new_id(self) -> str:
        """Return an id that nothing is stored under."""
        self._ids = getattr(self, "_ids", 0) + 1
        return f"supposed-{self._ids}"

    def carry_out(self, step: DoStep) -> bool:
        """Change nothing."""
        return False

    def copy(self, step: CopyStep) -> None:
        """Note who would get a copy."""
        found = self.find(step.to, step.id)
        self.case.copied.append((step.id, [one.user for one in found.people], []))

    def wait(self, step: WaitStep, visit: int) -> str:
        """Suppose that the wait is over."""
        return "past"

    def unwait(self, step: str, visit: int) -> None:
        """End nothing."""

    def start(self, step: CallStep, visit: int) -> tuple[Started, ...]:
        """Suppose that what would be started is approved."""
        return (Started("supposed", "", "", "approved"),)

    def stop_child(self, id: str) -> None:
        """Stop nothing."""

    def find_worker(self, assignment: str) -> Any:
        """Name nobody: whose turn it is, is known when it comes."""
        from engine.workflow.approvals.state.world import Found

        _ = assignment
        return Found()


def predict(
    kernel: Kernel, unit: Unit, object: str, record: str, approval: str, given: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the path that an approval would take on a record as it is, or as ``values`` would make it."""
    if not may_read(unit, object, record):
        raise Missing("not_found")
    flow = unit.model.approvals.get(approval)
    if flow is None or flow.object != object:
        raise Missing("no_such_approval", approval=approval[:60])
    subject = read_subject(unit, object, record, kernel.flows.reads(flow).paths)
    case = unsaved_case(unit, flow, kernel.flows.known(unit, flow.name), subject, kernel.ports, Start())
    if given.get("values"):
        case.row.patch = dict(given["values"])
        case.reread(kernel.flows.reads(flow).paths)
    path = path_of(kernel, case, flow)
    wanted = picks_wanted(flow, "submitter")
    names = {step["step"] for step in path if step["certainty"] == "certain"}
    asked = [
        {"step": step, "minimum": rule.minimum, "maximum": rule.maximum, "certain": step in names}
        for step, rule in wanted.items()
    ]
    return {"flow": flow.name, "version": case.row.version, "path": path, "picks": asked}


def try_out(kernel: Kernel, unit: Unit, flow: ApprovalModel, record: str) -> Mapping[str, Any]:
    """Return the path that a flow which is not active yet would take on a record as it is."""
    if not may_read(unit, flow.object, record):
        raise Missing("not_found")
    subject = read_subject(unit, flow.object, record, kernel.flows.reads(flow).paths)
    case = unsaved_case(unit, flow, 0, subject, kernel.ports, Start())
    return {"flow": flow.name, "path": path_of(kernel, case, flow)}


def certain_steps(kernel: Kernel, case: Case) -> frozenset[str]:
    """Return the steps that come for certain."""
    path = path_of(kernel, case, case.flow)
    return frozenset(step["step"] for step in path if step["certainty"] == "certain")


def path_of(kernel: Kernel, case: Case, flow: ApprovalModel) -> Path:
    """Return each step of a flow with its certainty, its people, and why it is skipped; from where the case stands."""
    state, standing = _supposed(kernel, case, flow)
    path: Path = []
    unsure = _unsure(flow)
    for step in all_steps(flow.steps):
        entry = _entry(case, step, state, standing)
        if entry is not None:
            if entry["certainty"] == "certain" and step.id in unsure:
                entry["certainty"] = "possible"
            if entry["certainty"] == "skipped" and step.id in unsure:
                entry["certainty"] = "possible"
            path.append(entry)
    return path


def people_ahead(path: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return those whose turn may still come on a path."""
    return frozenset(person["id"] for step in path if step["certainty"] != "skipped" for person in step["people"])


def same_path(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether two paths ask the same people in the same steps."""

    def heart(path: Sequence[Mapping[str, Any]]) -> list[Any]:
        kept = [step for step in path if step["certainty"] != "skipped"]
        return [(step["step"], [person["id"] for person in step["people"]]) for step in kept]

    return heart(one) == heart(other)


class _Standing:
    """What was seen while the flow was supposed to go on."""

    def __init__(self) -> None:
        self.people: dict[str, list[str]] = {}
        self.skipped: dict[str, str] = {}
        self.reached: set[str] = set()
        self.automatic: dict[str, str] = {}


def _supposed(kernel: Kernel, case: Case, flow: ApprovalModel) -> tuple[Runtime, _Standing]:
    kept, kept_flow, copied = case.state, case.flow, case.copied
    case.state = from_json(to_json(kept))
    case.facts.state, case.facts.flow, case.flow, case.copied = case.state, flow, flow, []
    seen = _Standing()
    try:
        world = SupposedWorld(case, by_person=True)
        if case.state.picks is kept.picks:
            case.state.picks = dict(kept.picks)
        core = Machine(flow, case.state, world)
        for _ in range(MOST_ROUNDS):
            core.run()
            _look(core, seen)
            if core.ended or not _approve_all(core):
                break
        _look(core, seen)
        for step, users, _dropped in case.copied:
            seen.people[step] = users
            seen.reached.add(step)
        return case.state, seen
    finally:
        case.state, case.flow, case.copied = kept, kept_flow, copied
        case.facts.state, case.facts.flow = kept, kept_flow
        case.facts.roots.forget("steps")


def _look(core: Machine, seen: _Standing) -> None:
    for fact in core.log.facts:
        if fact.type == "step.skipped" and fact.step:
            seen.skipped[fact.step] = str(fact.more.get("condition") or fact.reason or "")
        elif fact.type == "task.opened" and fact.step:
            users = seen.people.setdefault(fact.step, [])
            made = core.log.new.get(fact.task or "")
            for user in made.candidates if made is not None and made.state == "ready" else [fact.more.get("user")]:
                if user and user not in users:
                    users.append(user)
        elif fact.type == "decided" and fact.reason in ("repeat", "self", "empty") and fact.step:
            seen.automatic[fact.step] = fact.reason
        if fact.step and fact.type not in ("step.skipped",):
            seen.reached.add(fact.step)
    core.log.facts.clear()


def _approve_all(core: Machine) -> bool:
    """Suppose that everybody who is asked approves; tell whether anything moved."""
    moved = False
    for place in list(places(core.state, core.flow.steps)):
        node = place.node
        if isinstance(node, Human) and not place.parked:
            for slot in node.slots:
                if slot.live:
                    slot.vote, slot.by, slot.state, slot.task = "approve", slot.assignee or "anybody", "closed", ""
                    _agree(core, node, slot.assignee)
                    moved = True
        elif isinstance(node, Pause) and not node.done:
            node.done = moved = True
        elif isinstance(node, Calls):
            for child in node.children.values():
                moved = moved or not child[2]
                child[2] = child[2] or "approved"
        elif isinstance(node, Stuck):
            place.frame.node, place.frame.at = None, place.frame.at + 1
            moved = True
    return moved


def _agree(core: Machine, node: Human, user: str) -> None:
    from engine.workflow.approvals.state.runtime import Agreement

    if isinstance(core.step(node.step), ApproveStep) and user:
        core.state.agreed.append(Agreement(user, node.step, core.world.material()))


def _entry(case: Case, step: Step, state: Runtime, seen: _Standing) -> dict[str, Any] | None:
    if not isinstance(step, (ApproveStep, HandleStep, CopyStep, WaitStep, CallStep, DoStep)):
        return None
    people = [_person(case, user) for user in seen.people.get(step.id, [])]
    if step.id in seen.people or step.id in seen.automatic or (step.id in seen.reached and step.id not in seen.skipped):
        certainty = "certain"
    else:
        certainty = "skipped"
    entry: dict[str, Any] = {"step": step.id, "kind": step.kind, "certainty": certainty, "people": people}
    entry["title"] = step.title
    if isinstance(step, ApproveStep):
        entry["mode"] = step.mode
    if step.id in seen.automatic:
        entry["automatic"] = seen.automatic[step.id]
    if certainty == "skipped":
        entry["reason"] = seen.skipped.get(step.id) or "branch"
    return entry


def _person(case: Case, user: str) -> dict[str, Any]:
    person = case.directory.user(user)
    return {"id": user, "name": person.name if person is not None else user}


def _unsure(flow: ApprovalModel) -> frozenset[str]:
    """Return the steps behind a condition that reads a field which a step before it may write."""
    found: set[str] = set()
    _walk(flow.steps, set(), found, unsure=False)
    return frozenset(found)


def _walk(steps: Sequence[Step], written: set[str], found: set[str], *, unsure: bool) -> None:
    for step in steps:
        doubtful = unsure or _reads(step.when, written)
        if doubtful:
            found.add(step.id)
        for branch in branches_of(step):
            inside = doubtful or any(_reads(other.when, written) for other in branches_of(step))
            _walk(branch.steps, written, found, unsure=inside)
        if isinstance(step, (ApproveStep, HandleStep)):
            written |= step.form.write
            written |= {f"steps.{step.id}"} if isinstance(step, ApproveStep) and step.on_reject == "continue" else set()
        elif isinstance(step, DoStep):
            for effect in step.effects:
                written |= set(getattr(effect.verb, "values", {}) or {})
                written |= {str(getattr(effect.verb, "into", None))}


def _reads(condition: Any, written: set[str]) -> bool:
    if condition is None:
        return False
    for path in condition.reads:
        if path[0] == "record" and len(path) > 1 and path[1] in written:
            return True
        if path[0] == "steps" and len(path) > 1 and f"steps.{path[1]}" in written:
            return True
    return False
