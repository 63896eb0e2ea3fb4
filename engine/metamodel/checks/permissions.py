"""Can anybody but an administrator reach every object and every transition?"""

from __future__ import annotations

from engine.kernel.diagnostics import Findings
from engine.metamodel.layers import Merged
from engine.metamodel.model import RoleModel, TenantModel


def check_permissions(merged: Merged, model: TenantModel, findings: Findings) -> None:
    """Warn of objects and transitions that no role is granted."""
    roles = [role for role in model.roles.values() if not role.administrator]
    if not roles:
        return
    for object in model.objects.values():
        # a child object follows its parent
        if object.parent is None and not any(object.name in role.grants for role in roles):
            findings.warn("no_grant", object.span, object=object.name)
    for lifecycle in model.lifecycles.values():
        found = merged.find("lifecycle", lifecycle.name)
        granted = _granted(roles, lifecycle.object)
        for transition in lifecycle.transitions.values():
            by_itself = transition.who == ()  # nobody but the system performs it
            if found and not by_itself and transition.name not in granted:
                span = found.node.get("transitions").get(transition.name).key_span
                findings.warn("transition_not_granted", span, transition=transition.name, object=lifecycle.object)


def _granted(roles: list[RoleModel], object: str) -> frozenset[str]:
    grants = [role.grants[object] for role in roles if object in role.grants]
    return frozenset().union(*(grant.transitions for grant in grants))
