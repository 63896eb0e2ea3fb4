"""What no flow may say: each rule of a step that publishing refuses."""

from __future__ import annotations

from dataclasses import dataclass

from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.policies import RETURN_WORDS
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model.clock import AddVoices, ClockDecision, RungAction
from engine.metamodel.model.steps import ApproveStep, HandleStep, Step


@dataclass(frozen=True, slots=True)
class Where:
    """Where a step stands: the human steps before it on its way, and whether it runs beside others."""

    before: frozenset[str] = frozenset()
    together: bool = False

    def behind(self, step: Step) -> Where:
        """Return the place after a step; the steps inside of a block are not on the way."""
        human = {step.id} if isinstance(step, ApproveStep | HandleStep) else set()
        return Where(self.before | human, self.together)

    def inside(self, *, together: bool = False) -> Where:
        """Return the place at the start of a branch."""
        return Where(self.before, self.together or together)


def check_returns(node: Node, where: Where, desk: Desk) -> None:
    """Complain of targets that cannot have been passed when the step is reached."""
    for part in node.elements():
        if part.value in RETURN_WORDS or part.value in where.before:
            continue
        if part.value in desk.steps:
            desk.complain("return_not_before", part, step=part.value)
        else:
            near = guess(str(part.value), [*RETURN_WORDS, *desk.steps])
            desk.complain("unknown_step", part, step=part.value, guess=near)


def check_approve(step: ApproveStep, node: Node, desk: Desk) -> None:
    """Complain of settings of an approve step that contradict each other."""
    if not node.has("by"):
        desk.complain("missing_key", node.get("approve").key_span, key="by", where="approve")
    if step.sequence and step.mode == "any":
        desk.complain("sequence_of_any", node.get("order"))
    if node.has("pass") and step.mode != "vote":
        desk.complain("pass_without_vote", node.get("pass").key_span)
    if step.on_reject not in ("end", "return", "continue"):
        part = node.get("on_reject")
        desk.complain("wrong_value", part, where="on_reject", value=part.value, known="end, return, continue", guess="")
    if step.sms is not None and step.sms.decide and (step.sign or step.form.require):
        desk.complain("sms_not_enough", node.get("sms").get("decide"), step=step.id)
    if step.mode != "any" and any(isinstance(one, AddVoices) for one in _clock_actions(step)):
        desk.complain("clock_adds_to_all", node.get("sla").key_span)
    if step.sign or step.form.require:
        _check_clock(step, node, desk)
    if any(rule.veto for rule in step.by) and step.mode != "vote":
        desk.complain("veto_without_vote", node.get("by").key_span)


def check_handle(step: HandleStep, node: Node, desk: Desk) -> None:
    """Complain of a step of work that a clock would finish although nobody has filled in what it asks for."""
    if step.form.require:
        _check_clock(step, node, desk)


def _check_clock(step: ApproveStep | HandleStep, node: Node, desk: Desk) -> None:
    if any(isinstance(one, ClockDecision) and one.decision == "approve" for one in _clock_actions(step)):
        desk.complain("clock_not_enough", node.get("sla").key_span, step=step.id)


def _clock_actions(step: ApproveStep | HandleStep) -> list[RungAction]:
    return [one for rung in (step.sla.rungs if step.sla else ()) for one in rung.do]
