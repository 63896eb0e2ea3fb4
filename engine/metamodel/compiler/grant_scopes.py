"""Scopes of grants: which field says whose a record is, and what of the actor it is held against."""

from __future__ import annotations

from collections.abc import Mapping

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, ObjectModel, ScopeTest
from engine.metamodel.model.grant import ALL

# scope -> the fact for a field that holds a unit, and for one that holds a company
_PLACES: Mapping[str, tuple[str, str]] = {
    "department": ("departments", ""),
    "department_and_below": ("units_below", ""),
    "company": ("company_units", "companies"),
    "company_and_below": ("companies_below_units", "companies_below"),
    "group": ("group_units", "group_companies"),
}
_OPEN = ("all", "shared")
Path = tuple[str, ...]


def scope_tests(object: ObjectModel, node: Node, bench: Bench) -> tuple[ScopeTest, ...]:
    """Return the scopes of a grant; those that are wrong are told and left out."""
    if not node.has("scope"):
        return ALL
    by = bench.field_path(object, node.get("by")) if node.has("by") else None
    if node.has("by") and by is None:
        return ()
    tests = (_test(object, part, by, bench) for part in node.get("scope").elements())
    return tuple(test for test in tests if test is not None)


def _test(object: ObjectModel, node: Node, by: Path | None, bench: Bench) -> ScopeTest | None:
    scope = str(node.value)
    if scope in _OPEN:
        return ScopeTest(scope)
    trees = bench.structure.trees
    if scope not in ("own", "team", *_PLACES, *trees):
        bench.unknown("scope", node, scope, (*_OPEN, "own", "team", *_PLACES, *trees))
        return None
    if not _is_placed(scope, node, bench):
        return None
    path = by or _usual(object, scope, bench)
    if path is None:
        code = "not_owned" if scope in ("own", "team", *_PLACES) else "scope_needs_by"
        bench.complain(code, node, object=object.name, scope=scope)
        return None
    field = _at_end(object, path, bench)
    fact = _fact(scope, field, bench)
    if fact is None:
        bench.complain("scope_wrong_field", node, scope=scope, field=".".join(path), type=field.type)
        return None
    return ScopeTest(scope, path, fact)


def _is_placed(scope: str, node: Node, bench: Bench) -> bool:
    """Tell whether the organisation has what the scope is about."""
    if scope == "own" or scope in bench.structure.trees:
        return True
    kind = "team" if scope == "team" else "company" if scope in ("company", "company_and_below") else "unit"
    if getattr(bench.structure, kind) is None:
        bench.complain("scope_needs_organisation", node, scope=scope, kind=kind)
        return False
    return True


def _usual(object: ObjectModel, scope: str, bench: Bench) -> Path | None:
    """Return the field that is meant when none is named."""
    if scope in bench.structure.trees:
        pointing = [
            field.name
            for field in object.fields.values()
            if field.type == "reference" and field.stored and field.targets == (scope,)
        ]
        return (pointing[0],) if len(pointing) == 1 else None
    if not object.owned:
        return None
    return ("owner",) if scope in ("own", "team") else ("department",)


def _at_end(object: ObjectModel, path: Path, bench: Bench) -> FieldModel:
    for step in path[:-1]:
        object = bench.objects[object.fields[step].targets[0]]
    return object.fields[path[-1]]


def _fact(scope: str, field: FieldModel, bench: Bench) -> str | None:
    target = field.targets[0] if field.type in ("reference", "department") and field.targets else None
    if scope == "own":
        return "id" if field.type == "user" else None
    if scope == "team":
        team = "teams" if target is not None and target == bench.structure.team else None
        return "team_users" if field.type == "user" else team
    if scope in bench.structure.trees:
        return f"{scope}_below" if target == scope else None
    unit, company = _PLACES[scope]
    if target is None:
        return None
    if target == bench.structure.unit:
        return unit
    return (company or None) if target == bench.structure.company else None
