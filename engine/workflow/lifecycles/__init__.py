"""Life-cycles: transitions with what they demand and cause, gates, clocks, and states that change by themselves."""

from engine.workflow.lifecycles import codes as _codes  # noqa: F401 - declares the codes
from engine.workflow.lifecycles.asking import Move
from engine.workflow.lifecycles.gates import Gates, NoGates
from engine.workflow.lifecycles.service import LifecycleService

__all__ = ["Gates", "LifecycleService", "Move", "NoGates"]
