"""Can anybody but an administrator reach every object and every transition, and do choices tell what is hidden?"""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.diagnostics import Findings
from engine.metamodel.layers import Merged
from engine.metamodel.model import FieldModel, RoleModel, TenantModel


def check_permissions(merged: Merged, model: TenantModel, findings: Findings) -> None:
    """Warn of objects and transitions that no role is granted, and of choices that tell hidden fields."""
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
    for role in roles:
        _check_choices(model, role, findings)


def _check_choices(model: TenantModel, role: RoleModel, findings: Findings) -> None:
    """Warn of references that a role may set and whose condition looks at fields that it may not read.

    Such a condition may be meant: it decides for everybody. But whoever chooses learns of which records it is true.
    """
    for name, object in model.objects.items():
        if not _may_write(model, role, name):
            continue
        for field in object.fields.values():
            for target, hidden in sorted({told for told in _looked_at(model, field) if _is_hidden(role, *told)}):
                said = {"object": name, "field": field.name, "hidden": f"{target}.{hidden}", "role": role.name}
                findings.warn("choice_tells", field.span, **said)


def _may_write(model: TenantModel, role: RoleModel, object: str) -> bool:
    """Tell whether a role may make or change records of an object, or of a parent that it follows."""
    for _ in range(9):
        if object in role.grants:
            return not role.grants[object].actions.keys().isdisjoint(("create", "update"))
        at = model.objects[object]
        if at.parent is None:
            return False
        object = at.fields[at.parent].targets[0]
    return False


def _looked_at(model: TenantModel, field: FieldModel) -> Iterator[tuple[str, str]]:
    """Yield the fields (object, field) that the condition of a reference looks at in what may be chosen."""
    for target in field.targets if field.where is not None else ():
        for path in field.where.reads if field.where is not None else ():
            at = target
            for step in path if path[0] not in ("record", "actor") else ():
                found = model.objects[at].fields.get(step) if at in model.objects else None
                if found is None:
                    break
                yield at, step
                at = found.targets[0] if len(found.targets) == 1 else ""


def _is_hidden(role: RoleModel, object: str, field: str) -> bool:
    grant = role.grants.get(object)
    access = grant.fields.get(field) if grant is not None else None
    return access is not None and access.mode != "read"


def _granted(roles: list[RoleModel], object: str) -> frozenset[str]:
    grants = [role.grants[object] for role in roles if object in role.grants]
    return frozenset().union(*(grant.transitions for grant in grants))
