"""What moves records along: life-cycles, rules, assignments, conversions, clocks, and approvals."""

from engine.workflow.composing import Workflow, open_workflow
from engine.workflow.lifecycles import LifecycleService

__all__ = ["LifecycleService", "Workflow", "open_workflow"]
