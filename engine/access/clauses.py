"""The grants of one role, completed: child objects follow their parent, formulas follow the fields that they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.metamodel.model import ACTIONS, FieldAccess, FieldModel, ObjectModel, RoleModel, RowGrant, TenantModel
from engine.rules import Expression

HIDDEN = FieldAccess("hidden")
EVERYTHING = "*"
Names = frozenset[str] | None
# what saving a parent means for its lines
FOLLOWED = {"read": "read", "create": "update", "update": "update", "delete": "update", "export": "export"}


@dataclass(frozen=True, slots=True)
class Clause:
    """What one role may do with one object. ``via`` is the way from a child object to the parent it follows.

    ``stead`` is set when the role is somebody else's, in whose place the actor may act: which of his steads it is.
    """

    actions: Mapping[str, RowGrant]
    transitions: frozenset[str] = frozenset()
    fields: Mapping[str, FieldAccess] = field(default_factory=dict)
    via: tuple[str, ...] = ()
    stead: int = 0
    role: str = ""

    def row_grant(self, action: str) -> RowGrant | None:
        """Return the rows that an action covers; a transition covers those that may be changed, or else read."""
        found = self.actions.get(action)
        if found is None and (action in self.transitions or EVERYTHING in self.transitions):
            if action in ACTIONS:
                return None
            found = self.actions.get("update") or self.actions.get("read")
        return found


def clauses_of(model: TenantModel, role: RoleModel) -> Mapping[str, Clause]:
    """Return the completed grants of a role, by object."""
    rows = {name: Clause(grant.actions, grant.transitions) for name, grant in role.grants.items()}
    for name, object in model.objects.items():
        if name not in rows:
            followed = _followed(model, object, role)
            if followed is not None:
                rows[name] = followed
    restricted = _restrictions(model, role)
    return {
        name: Clause(clause.actions, clause.transitions, restricted.get(name, {}), clause.via, role=role.name)
        for name, clause in rows.items()
    }


def lent(model: TenantModel, clauses: Mapping[str, Clause], stead: int, only: tuple[Names, Names]) -> dict[str, Clause]:
    """Return the grants of a role as a delegation lends them: of some objects and actions only (None: all)."""
    objects, actions = only
    found = {}
    for name, clause in clauses.items():
        if objects is not None and _end_of(model, name, clause.via) not in objects and name not in objects:
            continue
        kept = {}
        for action in (*clause.actions, *clause.transitions):
            grant = clause.row_grant(action)
            asked = FOLLOWED.get(action, action) if clause.via else action
            if grant is not None and (actions is None or asked in actions):
                kept[action] = grant
        found[name] = replace(clause, actions=kept, transitions=frozenset(), stead=stead)
    return found


def _end_of(model: TenantModel, object: str, via: tuple[str, ...]) -> str:
    for step in via:
        object = model.objects[object].fields[step].targets[0]
    return object


def _followed(model: TenantModel, object: ObjectModel, role: RoleModel) -> Clause | None:
    """Return the clause of a child object without grants of its own: that of the nearest parent that has some."""
    via: list[str] = []
    while object.name not in role.grants:
        if object.parent is None or len(via) > 8:
            return None
        via.append(object.parent)
        object = model.objects[object.fields[object.parent].targets[0]]
    granted = role.grants[object.name].actions
    actions = {child: granted[parent] for child, parent in FOLLOWED.items() if parent in granted}
    return Clause(actions, via=tuple(via))


# -- fields ------------------------------------------------------------------------------------------------------------


def _restrictions(model: TenantModel, role: RoleModel) -> dict[str, dict[str, FieldAccess]]:
    """Return each object's restricted fields, those included that would tell a hidden value in another way."""
    found = {name: dict(grant.fields) for name, grant in role.grants.items() if grant.fields}
    if not any(access.mode != "read" for fields in found.values() for access in fields.values()):
        return found
    growing = True
    while growing:
        growing = False
        for object in model.objects.values():
            for computed in object.fields.values():
                if not computed.computed or _is_hidden(found, object.name, computed.name):
                    continue
                access = _inherited(model, found, object, computed)
                if access is not None:
                    found.setdefault(object.name, {})[computed.name] = access
                    growing = True
    return found


def _inherited(
    model: TenantModel, found: Mapping[str, Mapping[str, FieldAccess]], object: ObjectModel, computed: FieldModel
) -> FieldAccess | None:
    """Return the access that a computed field takes over from what it reads, or None when all of that is clear."""
    own: list[FieldAccess] = []
    for source, name in _sources(model, object, computed):
        access = found.get(source, {}).get(name)
        if access is None or access.mode == "read":
            continue
        if source != object.name or access.unless is None:
            return HIDDEN
        own.append(access)
    if not own:
        return None
    first = own[0].unless
    # with several conditions no single one may lift the ban
    same = all(access.unless is first for access in own)
    return FieldAccess("hidden", first) if same else HIDDEN


def _is_hidden(found: Mapping[str, Mapping[str, FieldAccess]], object: str, name: str) -> bool:
    access = found.get(object, {}).get(name)
    return access is not None and access.mode != "read"


def _sources(model: TenantModel, object: ObjectModel, computed: FieldModel) -> Iterator[tuple[str, str]]:
    if computed.formula is not None:
        yield from fields_read(model, object.name, computed.formula)
    rollup = computed.rollup
    if rollup is not None:
        if rollup.field is not None:
            yield rollup.of, rollup.field
        if rollup.where is not None:
            yield from fields_read(model, rollup.of, rollup.where)


def fields_read(model: TenantModel, object: str, expression: Expression) -> Iterator[tuple[str, str]]:
    """Yield the fields (object, field) that an expression over an object's fields looks at."""
    for path in expression.reads:
        at = object
        steps = path[1:] if path[0] in ("record", "before") else path
        for step in steps:
            field_ = model.objects[at].fields.get(step) if at in model.objects else None
            if field_ is None:
                break
            yield at, step
            at = field_.lines_of or (field_.targets[0] if len(field_.targets) == 1 else "")
