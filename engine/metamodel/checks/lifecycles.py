"""Can every state be reached, and left unless a life ends there?"""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.diagnostics import Findings
from engine.metamodel.layers import Merged
from engine.metamodel.model import LifecycleModel, TenantModel, TransitionModel


def check_lifecycles(merged: Merged, model: TenantModel, findings: Findings) -> None:
    """Warn of states without a way in or out."""
    for lifecycle in model.lifecycles.values():
        found = merged.find("lifecycle", lifecycle.name)
        if found is None:
            continue
        states = found.node.get("states")
        reached = _reached(lifecycle)
        for state in lifecycle.states.values():
            span = states.get(state.name).key_span
            leaving = [
                transition
                for transition in lifecycle.transitions.values()
                if state.name in transition.sources and transition.to not in (None, state.name)
            ]
            leaving += [
                transition for transition in lifecycle.transitions.values() if _waits_in(state.name, transition)
            ]
            if state.name not in reached:
                findings.warn("state_not_reached", span, state=state.name)
            elif not leaving and not state.final:
                findings.warn("dead_end", span, state=state.name)


def _reached(lifecycle: LifecycleModel) -> frozenset[str]:
    reached = {lifecycle.initial}
    while True:
        more = {
            state
            for transition in lifecycle.transitions.values()
            if transition.sources & reached
            for state in _targets(transition)
        }
        if more <= reached:
            return frozenset(reached)
        reached |= more


def _targets(transition: TransitionModel) -> Iterator[str]:
    if transition.to is not None:
        yield transition.to
    for gate in transition.gates:
        yield from (gate.via, gate.approved, gate.rejected, gate.withdrawn)


def _waits_in(state: str, transition: TransitionModel) -> bool:
    """Tell whether an approval leads out of a state in which a gate holds the record."""
    return any(gate.via == state for gate in transition.gates)
