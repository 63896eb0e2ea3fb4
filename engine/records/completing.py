"""Facts that a stored rule reads and that nobody knew beforehand: fetched level by level, many records at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import FieldModel, TenantModel
from engine.records.results import identity
from engine.storage import Catalog, Session
from engine.storage.fetching import USERS, Want, fetch

Path = tuple[str, ...]
Tree = dict[str, Any]
_ACTOR = "actor"


@dataclass(frozen=True, slots=True)
class Completion:
    """Completes what is known of records; for the engine's own reckoning, as formulas reckon."""

    session: Session
    catalog: Catalog
    actor: Mapping[str, Any]

    def __call__(self, object: str, known: Any, paths: frozenset[Path]) -> Mapping[str, Any]:
        """Return a record's facts with everything at ``paths``. What ``known`` holds, be it unsaved, stays so."""
        tree: Tree = dict(known) if isinstance(known, Mapping) else {"id": identity(known)}
        if object in self._model.objects:
            self._complete(object, [tree], [path for path in paths if path[0] != _ACTOR])
        tree[_ACTOR] = self.actor
        return tree

    def complete(self, object: str, trees: Sequence[Tree], paths: Iterable[Path]) -> None:
        """Put everything at ``paths`` into many records of an object at once."""
        if object in self._model.objects:
            self._complete(object, trees, [path for path in paths if path[0] != _ACTOR])

    @property
    def _model(self) -> TenantModel:
        return self.catalog.model

    def _complete(self, object: str, trees: Sequence[Tree], paths: Iterable[Path]) -> None:
        behind: dict[str, list[Path]] = {}
        for path in paths:
            behind.setdefault(path[0], []).extend([path[1:]] if len(path) > 1 else [])
        fields = {} if object == USERS else self._model.objects[object].fields
        known = [name for name in behind if name in fields or object == USERS]
        self._own(object, trees, [name for name in known if object == USERS or fields[name].stored])
        for name in known:
            field = fields.get(name)
            if field is None:
                continue
            if field.type == "lines":
                self._lines(field, trees, name, behind[name])
            elif behind[name] and (target := _target(field)):
                self._behind(target, trees, name, behind[name])

    def _own(self, object: str, trees: Sequence[Tree], names: Sequence[str]) -> None:
        lacking = {name for name in names for tree in trees if name not in tree}
        waiting = {tree["id"]: tree for tree in trees if tree.get("id") and not lacking <= tree.keys()}
        if not lacking or not waiting:
            return
        want = Want(object, tuple(sorted((name,) for name in lacking)))
        for found in fetch(self.session, self.catalog, want, list(waiting)):
            tree = waiting[found["id"]]
            waiting[found["id"]].update({name: value for name, value in found.items() if name not in tree})

    def _behind(self, target: str, trees: Sequence[Tree], name: str, paths: Sequence[Path]) -> None:
        """Put a tree in the place of each reference, those of the same record sharing one."""
        grown: dict[str, Tree] = {}

        def tree_of(value: Any) -> Tree | None:
            id = identity(value)
            if id is None:
                return None
            tree = grown.setdefault(id, {"id": id})
            if isinstance(value, Mapping):
                tree.update(value)
            return tree

        for tree in trees:
            value = tree.get(name)
            tree[name] = [tree_of(one) for one in value] if isinstance(value, list | tuple) else tree_of(value)
        self._complete(target, list(grown.values()), paths)

    def _lines(self, field: FieldModel, trees: Sequence[Tree], name: str, paths: Sequence[Path]) -> None:
        child, by = field.lines_of or "", field.lines_by or ""
        absent = {tree["id"]: tree for tree in trees if name not in tree and tree.get("id")}
        for tree in trees:
            tree[name] = [dict(line) for line in tree.get(name) or ()]
        if absent:
            for line in fetch(self.session, self.catalog, Want(child, ((by,),), key=by), list(absent)):
                absent[identity(line[by]) or ""][name].append(line)
        self._complete(child, [line for tree in trees for line in tree[name]], paths)


def _target(field: FieldModel) -> str | None:
    if field.type in ("user", "users"):
        return USERS
    return field.targets[0] if field.type in ("reference", "references", "department") and field.targets else None


def meets_lines(model: TenantModel, object: str, path: Path) -> bool:
    """Tell whether a path leads over a reference to lines: those are not in the row that it is read with."""
    for place, step in enumerate(path):
        field = model.objects[object].fields.get(step) if object in model.objects else None
        if field is None or field.type == "lines":
            return field is not None and place > 0
        object = field.targets[0] if field.targets else ""
    return False
