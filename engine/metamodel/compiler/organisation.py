"""The organisation's objects: found by their markers, whose fields are held against what they mean."""

from __future__ import annotations

from collections.abc import Mapping

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, ObjectModel, Organisation, Structure
from engine.metamodel.model.organisation import SEVERAL

_CODES = ("text", "code", "choice")
_PLAIN: Mapping[str, tuple[str, ...]] = {
    "code": _CODES,
    "name": _CODES,
    "user": ("user",),
    "active": ("boolean",),
    "primary": ("boolean",),
    "unlimited": ("boolean",),
    "from": ("date",),
    "to": ("date",),
    "limit": ("money", "decimal", "integer"),
}
_PERSON = frozenset({"head", "superior", "person", "lead"})


def organisation_of(node: Node) -> Organisation | None:
    """Return the marker that an object carries."""
    for kind, part in node.items():
        keys = {key: str(field.value) for key, field in part.items() if field.value is not None}
        return Organisation(kind, keys)  # type: ignore[arg-type] # the shape has been checked
    return None


def find_organisation(bench: Bench) -> None:
    """Find the objects that hold the organisation; of most kinds there is at most one."""
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {kind: [] for kind in SEVERAL}
    for merged in bench.documents("object"):
        object = bench.objects[merged.document.id]
        if object.organisation is None:
            continue
        kind = object.organisation.kind
        if kind in SEVERAL:
            several[kind].append(object.name)
        elif kind in single:
            node = merged.node.get("organisation")
            bench.complain("two_organisations", node.key_span, kind=kind, first=single[kind])
        else:
            single[kind] = object.name
    bench.structure = Structure(**single, trees=tuple(several["tree"]), members=tuple(several["member"]))


def check_organisation(object: ObjectModel, node: Node, bench: Bench) -> None:
    """Complain about fields of a marker that are not there or hold something else."""
    for kind, part in node.items():
        for key, named in part.items():
            field = bench.field(object, named)
            if field is not None:
                _check(object, kind, key, field, named, bench)
        if kind in ("person", "post") and part.has("unit") and bench.unit is None:
            bench.complain("no_units", part.key_span, field="unit")


def _check(object: ObjectModel, kind: str, key: str, field: FieldModel, node: Node, bench: Bench) -> None:
    if key in _PLAIN:
        if field.type not in _PLAIN[key]:
            _wrong_type(field, node, ", ".join(_PLAIN[key]), bench)
        return
    if field.type not in ("reference", "department"):
        _wrong_type(field, node, "reference", bench)
        return
    wanted = _targets(object, kind, key, bench)
    if not wanted:
        bench.complain("no_such_marker", node, kind=key)
    elif field.targets and field.targets[0] not in wanted:
        bench.complain("wrong_target", node, field=field.name, object=", ".join(sorted(wanted)))


def _targets(object: ObjectModel, kind: str, key: str, bench: Bench) -> frozenset[str]:
    structure = bench.structure
    if key == "parent":
        return frozenset({object.name})
    if key in _PERSON:
        return frozenset({structure.person} if structure.person else ())
    if key == "group":
        return frozenset((*structure.trees, *((structure.team,) if structure.team else ())))
    found = {"unit": structure.unit, "company": structure.company, "position": structure.position}.get(key)
    return frozenset({found} if found else ())


def _wrong_type(field: FieldModel, node: Node, wanted: str, bench: Bench) -> None:
    bench.complain("wrong_field_type", node, field=field.name, type=field.type, wanted=wanted)
