"""The steps of an approval, linked and typed, with the blocks that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.metamodel.compiler.processes.clocks import compile_calendar, compile_sla
from engine.metamodel.compiler.processes.desk import Desk, object_of
from engine.metamodel.compiler.processes.effects import compile_effects, compile_retry
from engine.metamodel.compiler.processes.flow_rules import Where, check_approve, check_handle, check_returns
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.compiler.processes.policies import compile_form, compile_quorum, compile_sms, lay_over
from engine.metamodel.compiler.processes.roots import step_type
from engine.metamodel.compiler.processes.words import OF_ALL_STEPS, STEPS
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model.effects import CallConnector
from engine.metamodel.model.policy import PolicyModel
from engine.metamodel.model.steps import (
    ApproveStep,
    Branch,
    CallStep,
    ChooseStep,
    CopyStep,
    DoStep,
    HandleStep,
    IncludeStep,
    ParallelStep,
    Step,
    StopStep,
    WaitStep,
)
from engine.rules import DATE_TIME, ContextType, FeelType, ListType


@dataclass(frozen=True, slots=True)
class Flow:
    """An approval whose steps are being compiled."""

    desk: Desk
    policy: PolicyModel

    def steps(self, node: Node, where: Where) -> tuple[Step, ...]:
        """Compile a list of steps."""
        found: list[Step] = []
        for part in node.elements():
            step = self._step(part, where)
            if step is not None:
                found.append(step)
                where = where.behind(step)
        return tuple(found)

    def _step(self, node: Node, where: Where) -> Step | None:
        verb = next(iter(node.value))
        if verb not in STEPS:
            return None  # told when the ids were collected
        for key, part in node.items():
            if key != verb and key not in STEPS[verb] | OF_ALL_STEPS:
                self.desk.complain("not_a_setting", part.key_span, key=key, verb=verb)
        id = node.text(verb) if verb != "stop" else _stop_id(node)
        step = _STEPS[verb](self, node, id, where)
        return replace(step, title=node.label("title"), when=self.desk.condition(node.get("when")))

    def branch(self, name: str, node: Node, where: Where) -> Branch:
        """Compile a branch: a list of steps, or a condition and steps."""
        if isinstance(node.value, list):
            return Branch(name, self.steps(node, where))
        return Branch(name, self.steps(node.get("steps"), where), self.desk.condition(node.get("when")))

    def settled(self, node: Node, where: Where) -> PolicyModel:
        """Return the policies of a step."""
        policy = lay_over(self.policy, node, self.desk)
        if node.has("returns"):
            check_returns(node.get("returns").get("to"), where, self.desk)
        return policy


def collect_steps(node: Node, desk: Desk) -> dict[str, Node]:
    """Return the nodes of all steps by id, in their order; complains of what is no step and of ids used twice."""
    found: dict[str, Node] = {}
    for part in walk_steps(node):
        verb = next(iter(part.value), "")
        if verb not in STEPS:
            desk.complain("verb_first", part, key=verb, known=", ".join(STEPS), guess=guess(verb, STEPS))
            continue
        id = part.text(verb) if verb != "stop" else _stop_id(part)
        if id in found:
            desk.complain("step_twice", part.get(verb), step=id)
        found.setdefault(id, part)
    return found


def walk_steps(node: Node) -> Iterator[Node]:
    """Yield every step of a list, those in blocks as well."""
    for part in node.elements():
        if not isinstance(part.value, dict):
            continue
        yield part
        if isinstance(part.get("of").value, list):
            for way in part.get("of").elements():
                yield from walk_steps(way.get("steps"))
        if isinstance(part.get("else").value, list):
            yield from walk_steps(part.get("else"))
        for name in part.get("branches").value or ():
            branch = part.get("branches").get(name)
            yield from walk_steps(branch if isinstance(branch.value, list) else branch.get("steps"))


def steps_type(nodes: Mapping[str, Node], decider: FeelType) -> ContextType:
    """Return the type of ``steps``."""
    outputs = {id: node.get("output").value or {} for id, node in nodes.items()}
    return ContextType({id: step_type(decider, output) for id, output in outputs.items()})


def _stop_id(node: Node) -> str:
    return "stop_" + "_".join(str(key) for key in node.path if isinstance(key, int))


def _approve(flow: Flow, node: Node, id: str, where: Where) -> Step:
    desk = flow.desk
    sequence = node.text("order") == "sequence"
    step = ApproveStep(
        id,
        by=compile_people(node.get("by"), desk),
        mode=node.text("mode", "all"),  # type: ignore[arg-type] # the shape has been checked
        quorum=compile_quorum(node.get("pass")),
        sequence=sequence,
        abstain=node.flag("abstain"),
        distinct=node.flag("distinct"),
        form=compile_form(node.get("form"), desk),
        sla=_sla(node, desk),
        sms=compile_sms(node.get("sms"), desk),
        sign=node.flag("sign"),
        output=dict(node.get("output").value or {}),
        on_reject=node.text("on_reject", "end"),  # type: ignore[arg-type] # checked below
        policy=flow.settled(node, where),
    )
    if node.get("actions").value is not None:
        step = replace(step, actions=frozenset(node.texts("actions")))  # type: ignore[arg-type]
    check_approve(step, node, desk)
    return step


def _handle(flow: Flow, node: Node, id: str, where: Where) -> Step:
    desk = flow.desk
    if node.has("by") == node.has("assign"):
        desk.complain("one_of", node.get("handle").key_span, where="handle", known="by, assign")
    assignment = node.maybe("assign")
    if assignment is not None:
        about = desk.bench.subjects.get(("assignment", assignment))
        if assignment not in desk.bench.names("assignment"):
            desk.bench.unknown("assignment", node.get("assign"), assignment, desk.bench.names("assignment"))
        elif about not in (None, desk.object.name):
            desk.complain(
                "about_another",
                node.get("assign"),
                kind="assignment",
                id=assignment,
                about=about,
                object=desk.object.name,
            )
    policy = flow.settled(node, where)
    if not node.has("self"):
        # one's own work is nobody else's business, unless the step says so
        policy = replace(policy, self="allow")
    step = HandleStep(
        id,
        by=compile_people(node.get("by"), desk),
        assignment=assignment,
        pool=node.text("offer") == "pool",
        form=compile_form(node.get("form"), desk),
        sla=_sla(node, desk),
        may=frozenset(node.texts("may")),  # type: ignore[arg-type] # the shape has been checked
        policy=policy,
    )
    check_handle(step, node, desk)
    return step


def _sla(node: Node, desk: Desk) -> Any:
    return compile_sla("sla", node.get("sla"), replace(desk, task=True)) if node.has("sla") else None


def _choose(flow: Flow, node: Node, id: str, where: Where) -> Step:
    desk, branches = flow.desk, []
    closed = False
    for index, part in enumerate(node.get("of").elements()):
        otherwise = part.flag("else")
        if otherwise == part.has("when"):
            desk.complain("one_of", part, where="of", known="when, else")
        if closed:
            desk.complain("behind_else", part)
        closed = closed or otherwise
        branches.append(flow.branch("else" if otherwise else str(index), part, where.inside()))
    if isinstance(node.get("else").value, list):
        if closed:
            desk.complain("behind_else", node.get("else"))
        branches.append(Branch("else", flow.steps(node.get("else"), where.inside())))
        closed = True
    closed = closed or node.text("else") == "none"
    if not node.has("of"):
        desk.complain("missing_key", node.get("choose").key_span, key="of", where="choose")
    if not closed:
        desk.complain("choose_without_else", node.get("choose").key_span, step=id)
    return ChooseStep(id, of=tuple(branches))


def _parallel(flow: Flow, node: Node, id: str, where: Where) -> Step:
    branches = tuple(
        flow.branch(name, part, where.inside(together=True)) for name, part in node.get("branches").items()
    )
    join, on_reject = node.get("join").value, node.text("on_reject", "stop")
    if not branches:
        flow.desk.complain("missing_key", node.get("parallel").key_span, key="branches", where="parallel")
    if isinstance(join, int) and join > len(branches):
        flow.desk.complain("join_too_large", node.get("join"), join=join, branches=len(branches))
    if on_reject not in ("stop", "collect"):
        _wrong_reject(node, flow.desk, "stop, collect")
    return ParallelStep(id, branches=branches, join=_join(join), collect=on_reject == "collect")


def _join(value: Any) -> int | None:
    if value == "any":
        return 1
    return value if isinstance(value, int) else None


def _wrong_reject(node: Node, desk: Desk, known: str) -> None:
    on_reject = node.get("on_reject")
    desk.complain("wrong_value", on_reject, where="on_reject", value=on_reject.value, known=known, guess="")


def _include(flow: Flow, node: Node, id: str, where: Where) -> Step:
    branches = []
    for name, part in node.get("branches").items():
        if not part.has("when"):
            flow.desk.complain("missing_key", part.key_span, key="when", where=name)
        branches.append(flow.branch(name, part, where.inside(together=True)))
    if not node.has("branches"):
        flow.desk.complain("missing_key", node.get("include").key_span, key="branches", where="include")
    otherwise = node.get("else")
    steps = flow.steps(otherwise, where.inside(together=True)) if isinstance(otherwise.value, list) else ()
    return IncludeStep(id, branches=tuple(branches), otherwise=steps)


def _copy(flow: Flow, node: Node, id: str, where: Where) -> Step:
    if not node.has("to"):
        flow.desk.complain("missing_key", node.get("cc").key_span, key="to", where="cc")
    to = compile_people(node.get("to"), flow.desk, contacts=True)
    return CopyStep(id, to=to, text=flow.desk.phrase(node.get("text")))


def _wait(flow: Flow, node: Node, id: str, where: Where) -> Step:
    desk = flow.desk
    if sum(node.has(key) for key in ("for", "until", "event")) != 1:
        desk.complain("one_of", node.get("wait").key_span, where="wait", known="for, until, event")
    return WaitStep(
        id,
        length=desk.duration(node.get("for")),
        until=desk.given_formula(node.get("until"), DATE_TIME),
        event=node.maybe("event"),
        where=desk.knowing(event=desk.event).condition(node.get("where")),
        calendar=compile_calendar(node.get("calendar"), desk),
    )


def _call(flow: Flow, node: Node, id: str, where: Where) -> Step:
    desk, name = flow.desk, node.text("flow")
    if not node.has("flow"):
        desk.complain("missing_key", node.get("call").key_span, key="flow", where="call")
    elif name not in desk.bench.names("approval"):
        desk.bench.unknown("approval", node.get("flow"), name, desk.bench.names("approval"))
    on, each = desk.given_formula(node.get("on")), desk.given_formula(node.get("for_each"))
    if node.has("on") and node.has("for_each"):
        desk.complain("one_of", node.get("for_each"), where="call", known="on, for_each")
    if each is not None and not isinstance(each.type, ListType):
        desk.complain("list_wanted", node.get("for_each"), type=str(each.type))
    about = desk.bench.subjects.get(("approval", name))
    record = on if on is not None else each
    given = object_of(record.type) if record is not None else desk.object.name
    if about is not None and given is not None and about != given:
        desk.complain("about_another", node.get("flow"), kind="approval", id=name, about=about, object=given)
    inner = desk.knowing(item=each.type.element) if each is not None and isinstance(each.type, ListType) else desk
    values = inner.values(node.get("with"), desk.bench.objects[about]) if about is not None else {}
    rejected = node.text("rejected", "fail")
    wait = node.get("wait").value is not False
    return CallStep(id, flow=name, on=on, for_each=each, values=values, wait=wait, rejected=rejected)  # type: ignore[arg-type]


def _do(flow: Flow, node: Node, id: str, where: Where) -> Step:
    desk = flow.desk
    effects = compile_effects(node.get("effects"), replace(desk, waits=True))
    retry = compile_retry(node.get("retry"))
    if not node.has("effects"):
        desk.complain("missing_key", node.get("do").key_span, key="effects", where="do")
    if retry is not None:
        effects = tuple(
            replace(effect, verb=replace(effect.verb, retry=retry))
            if isinstance(effect.verb, CallConnector) and effect.verb.retry is None
            else effect
            for effect in effects
        )
    return DoStep(id, effects=effects, failed=node.text("failed", "incident"))  # type: ignore[arg-type]


def _stop(flow: Flow, node: Node, id: str, where: Where) -> Step:
    if where.together:
        flow.desk.complain("stop_in_parallel", node.get("stop").key_span)
    return StopStep(id, outcome=node.text("stop"))  # type: ignore[arg-type] # the shape has been checked


_STEPS: Mapping[str, Callable[[Flow, Node, str, Where], Step]] = {
    "approve": _approve,
    "handle": _handle,
    "choose": _choose,
    "parallel": _parallel,
    "include": _include,
    "cc": _copy,
    "wait": _wait,
    "call": _call,
    "do": _do,
    "stop": _stop,
}
