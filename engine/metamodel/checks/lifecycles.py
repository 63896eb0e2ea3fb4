"""Can every state be reached, and left unless a life ends there?"""

from __future__ import annotations

from engine.kernel.diagnostics import Findings
from engine.metamodel.layers import Merged
from engine.metamodel.model import LifecycleModel, TenantModel


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
            if state.name not in reached:
                findings.warn("state_not_reached", span, state=state.name)
            elif not leaving and not state.final:
                findings.warn("dead_end", span, state=state.name)


def _reached(lifecycle: LifecycleModel) -> frozenset[str]:
    reached = {lifecycle.initial}
    while True:
        more = {
            transition.to
            for transition in lifecycle.transitions.values()
            if transition.to is not None and transition.sources & reached
        }
        if more <= reached:
            return frozenset(reached)
        reached |= more
