"""Effects: what a transition, a step, a rule or a clock makes happen; inside the transaction, or told to the outbox."""

from engine.workflow.effects import codes as _codes  # noqa: F401 - declares the codes
from engine.workflow.effects.cause import Authority, Cause, Doers, FindPeople
from engine.workflow.effects.scene import Scene
from engine.workflow.effects.service import EffectService

__all__ = ["Authority", "Cause", "Doers", "EffectService", "FindPeople", "Scene"]
