"""What expressions of processes look at: the subject with what stands behind its references, and people as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.kernel.context import SYSTEM
from engine.kernel.errors import Missing
from engine.metamodel.model.reading import Path, behind_each, expressions_in
from engine.records import Unit
from engine.records.before import load_lines
from engine.records.draft import Draft
from engine.records.plain import as_json
from engine.storage.fetching import Want, fetch

SUBJECT_ROOTS = frozenset({"record", "before", "submitted"})


@dataclass(slots=True)
class Subject:
    """A record as a process sees it: ``facts`` for expressions, ``values`` its own stored values, its ``version``."""

    object: str
    id: str
    version: int
    facts: dict[str, Any]
    values: Mapping[str, Any]
    title: str = ""


def read_subject(unit: Unit, object: str, id: str, paths: Iterable[Path] = (), *, lock: bool = False) -> Subject:
    """Return a record with the paths that expressions look at; with ``lock`` nobody else changes it meanwhile.

    Permission is the caller's business: a process sees its subject whole.
    """
    plan = unit.plans.of(object)
    needs = frozenset(path for path in paths if path and path[0] in plan.object.fields)
    want = plan.want(needs)
    if lock:
        want = Want(want.object, want.paths, want.key, for_update=True)
    found = fetch(unit.session, unit.catalog, want, [id])
    if not found or found[0].get("deleted_at") is not None:
        raise Missing("not_found")
    draft = Draft(plan, "recompute", id, {})
    draft.start_from(found[0], unit.policy.facts)
    asked = dict.fromkeys(plan.lines, ())
    draft.given = asked
    load_lines([draft], unit, needs)
    draft.given = {}
    facts = {name: value for name, value in draft.facts.items() if name != "actor"}
    header = {name: value for name, value in facts.items() if name not in plan.lines}
    for name, held in plan.lines.items():
        for line in facts.get(name) or ():
            # a line knows the record it belongs to, not the other lines: values are trees, not circles
            line[held.lines_by or ""] = header
    display = plan.object.display
    title = facts.get(display)
    return Subject(object, id, draft.version, facts, draft.before or {}, "" if title is None else str(title))


# -- material ----------------------------------------------------------------------------------------------------------

_KEPT_BY_ENGINE = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by", "actor"}
)


def flat(facts: Mapping[str, Any], lines: Iterable[str]) -> dict[str, Any]:
    """Return a subject as JSON values: references as ids, lines as lists of their values."""
    held = frozenset(lines)
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if name in held:
            found[name] = [
                {key: _pointed(inner) for key, inner in line.items() if key not in _KEPT_BY_ENGINE or key == "id"}
                for line in value or ()
            ]
        else:
            found[name] = _pointed(value)
    return found


def _pointed(value: Any) -> Any:
    if isinstance(value, Mapping) and "id" in value:
        return value["id"]
    if isinstance(value, (list, tuple)):
        return [_pointed(inner) for inner in value]
    if isinstance(value, Mapping):
        return {name: _pointed(inner) for name, inner in value.items()}
    return as_json(value)


def digest(values: Any) -> str:
    """Return a short hash of JSON values."""
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]


def material_of(facts: Mapping[str, Any], names: Iterable[str], lines: Iterable[str]) -> dict[str, Any]:
    """Return the material fields of a subject as JSON values; lines without their ids, in their order."""
    wanted = frozenset(names)
    found = flat({name: facts.get(name) for name in wanted}, lines)
    for name in wanted & frozenset(lines):
        found[name] = [{key: value for key, value in line.items() if key != "id"} for line in found[name]]
    return found


# -- what expressions read ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reads:
    """Which paths of the subject the expressions of a definition look at, and which other roots."""

    paths: frozenset[Path] = frozenset()
    roots: frozenset[str] = frozenset()


def reads_of(things: Sequence[Any], roots: frozenset[str] = SUBJECT_ROOTS) -> Reads:
    """Return what the expressions of definitions read."""
    paths: set[Path] = set()
    named: set[str] = set()
    for expression in (found for thing in things for found in expressions_in(thing)):
        for path in expression.reads:
            named.add(path[0])
            if path[0] in roots and len(path) > 1:
                paths.add(path[1:])
    paths |= {path[1:] for path in behind_each(things) if path[0] in roots and len(path) > 1}
    return Reads(frozenset(paths), frozenset(named))


@dataclass(slots=True)
class Lazily(Mapping[str, Any]):
    """Roots by name, each made when it is first looked at."""

    makers: dict[str, Callable[[], Any]]
    made: dict[str, Any] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.made or name in self.makers

    def __getitem__(self, name: str) -> Any:
        if name not in self.made:
            self.made[name] = self.makers[name]()
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.made, **self.makers})

    def __len__(self) -> int:
        return len(self.made.keys() | self.makers.keys())

    def forget(self, *names: str) -> None:
        """Make these roots anew at the next look."""
        for name in names:
            self.made.pop(name, None)


def roots_of(unit: Unit, **makers: Callable[[], Any]) -> Lazily:
    """Return the roots that stand everywhere, the functions of processes, and those given."""
    everywhere: dict[str, Callable[[], Any]] = {
        "actor": lambda: actor_of(unit),
        "params": unit.model.param_values,
        **dict.fromkeys(("before", "event", "item", "submitter"), _nothing),
    }
    return Lazily({**everywhere, **makers}, dict(unit.functions))


def actor_of(unit: Unit) -> Mapping[str, Any] | None:
    """Return whoever acts as expressions see him; None when it is the engine by itself."""
    return None if unit.user == SYSTEM.user else unit.actor


def _nothing() -> None:
    return None
