"""Who may see and do what: roles compiled into row rules and field rules."""

from engine.access.masks import mask
from engine.access.policy import Policy, policy_for

__all__ = ["Policy", "mask", "policy_for"]
