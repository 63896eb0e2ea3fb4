"""What of an object's records an actor is shown: worked out once per set of roles and columns."""

from __future__ import annotations

from dataclasses import dataclass

from engine.kernel.errors import Malformed
from engine.metamodel.model import FieldModel, ObjectModel
from engine.metamodel.model.reading import fields_naming
from engine.records.conditions import readable_path
from engine.records.unit import Unit
from engine.storage.query import POINTER
from engine.storage.share_scope import SHARES

Path = tuple[str, ...]
_ALWAYS: tuple[Path, ...] = (("id",), ("version",))


@dataclass(frozen=True, slots=True)
class Window:
    """``shown`` are the paths to answer, ``columns`` those to read, ``lines`` the fields of lines among them.

    ``plain``: no row has to be looked at for hidden and masked fields. ``untitled``: references whose titles are not
    for the actor. ``several``: lists of references, and the object whose records the actor sees only in part.
    """

    object: str
    shown: tuple[str, ...]
    columns: tuple[Path, ...]
    lines: tuple[str, ...]
    plain: bool
    untitled: frozenset[str]
    several: tuple[tuple[str, str], ...] = ()


def window_of(unit: Unit, object: str, fields: tuple[str, ...] | None, *, deciding: bool = False) -> Window:
    """Return the window on ``fields``, or on all. ``deciding``: it will also be told what may be done with a record."""
    key = ("window", object, fields, deciding)
    made: Window = unit.policy.rules.derived.get(key, lambda: _made(unit, object, fields, deciding=deciding))
    return made


def list_window(unit: Unit, object: str) -> Window:
    """Return the window on the columns of an object's list."""
    made: Window = unit.policy.rules.derived.get(("list", object), lambda: _of_list(unit, object))
    return made


def _of_list(unit: Unit, object: str) -> Window:
    found = unit.model.lists.get(object)
    if found is None:
        return window_of(unit, object, None)
    shown = []
    for column in found.columns:
        path = ".".join(column.path)
        try:
            readable_path(unit.policy, unit.model, object, path)
        except Malformed:
            # the pack's author wrote the list for others as well
            continue
        shown.append(path)
    return window_of(unit, object, tuple(shown))


def _made(unit: Unit, object: str, fields: tuple[str, ...] | None, *, deciding: bool) -> Window:
    model = unit.model.objects[object]
    readable = unit.policy.readable(object)
    if fields is None:
        paths: list[Path] = [(name,) for name in model.fields if name in readable]
    else:
        paths = [readable_path(unit.policy, unit.model, object, text) for text in dict.fromkeys(fields)]
    rules = unit.policy.rules.reading(object)
    first = {path[0] for path in paths}
    lines = tuple(path[0] for path in paths if model.fields[path[0]].lines_of)
    paths = [path for path in paths if not model.fields[path[0]].lines_of]
    plain = unit.policy.everything or not first & (rules.by_row | rules.always.keys())
    needs: set[Path] = set()
    if deciding or not plain:
        needs |= unit.policy.needs(object)
    if deciding:
        needs |= _transition_needs(unit, object)
    looked = sorted(path for path in needs if path[0] in model.fields and not model.fields[path[0]].lines_of)
    shown = tuple(".".join(path) for path in paths)
    # rules see what the reader does not: what stands behind a record that is hidden from him, and that it is there
    own = [path for path in looked if len(path) == 1]
    decided = [(*path, POINTER) for path in looked if len(path) > 1 or model.fields[path[0]].references]
    # with one record its shares come in the same statement; with a page, all of them in one
    shares = [(SHARES,)] if deciding and () in unit.policy.rules.shares_needed(object) else []
    columns = tuple(dict.fromkeys((*_ALWAYS, *paths, *own, *decided, *shares)))
    return Window(object, shown, columns, lines, plain, _untitled(unit, model, paths), _several(unit, model, paths))


def _transition_needs(unit: Unit, object: str) -> set[Path]:
    life = unit.model.lifecycle_of(object)
    paths: set[Path] = set(unit.plans.of(object).parent_state)
    if life is None:
        return paths
    paths.add((life.field,))
    for transition in life.transitions.values():
        for path in transition.when.reads if transition.when is not None else ():
            if path[0] in ("record", "before") and len(path) > 1:
                paths.add(path[1:])
        paths |= fields_naming(transition.who or ())
    for state in life.states.values():
        paths |= fields_naming(state.edit or ())
    return paths


def _untitled(unit: Unit, model: ObjectModel, paths: list[Path]) -> frozenset[str]:
    """Return the shown references whose targets' titles the actor may not see."""
    if unit.policy.everything:
        return frozenset()
    found = set()
    for path in paths:
        targets = _targets(unit, model, path)
        if not all(unit.policy.titled(target) for target in targets):
            found.add(".".join(path))
    return frozenset(found)


def _several(unit: Unit, model: ObjectModel, paths: list[Path]) -> tuple[tuple[str, str], ...]:
    """Return the shown lists of references to records of which the actor does not see all."""
    found = []
    for path in paths:
        field = _last(unit, model, path)
        if field is None or field.type != "references" or field.targets[0] not in unit.model.objects:
            continue
        target = field.targets[0]
        if not unit.policy.may(target, "read") or unit.policy.rows(target, "read") is not None:
            found.append((".".join(path), target))
    return tuple(found)


def _targets(unit: Unit, model: ObjectModel, path: Path) -> tuple[str, ...]:
    field = _last(unit, model, path)
    if field is None or field.type not in ("reference", "department", "any_reference"):
        return ()
    return tuple(target for target in field.targets if target in unit.model.objects)


def _last(unit: Unit, model: ObjectModel, path: Path) -> FieldModel | None:
    """Return the field at the end of a path over references."""
    at = model
    for step in path[:-1]:
        if not at.fields[step].references:
            return None
        at = unit.model.objects[at.fields[step].targets[0]]
    return at.fields.get(path[-1])
