"""Automations: rules that changes, events, messages and time raise; at once, or after the commit."""

from engine.workflow.automations.messages import Message
from engine.workflow.automations.over_all import KIND as RUN
from engine.workflow.automations.service import AutomationService
from engine.workflow.automations.trying import Tried

__all__ = ["RUN", "AutomationService", "Message", "Tried"]
