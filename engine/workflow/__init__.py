"""What moves records along: transitions; approvals and timers are rooms yet to be opened."""

from engine.workflow.transitions import TransitionService

__all__ = ["TransitionService"]
