"""Field rules of one object for one set of roles: what is readable, masked, writable and usable, and on which rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.metamodel.model import FieldAccess, ObjectModel
from engine.rules import Expression

Sight = Literal["clear", "masked", "hidden"]

# never read back, whoever asks
UNREADABLE = frozenset({"secret"})


@dataclass(frozen=True, slots=True)
class Cover:
    """One clause as the rows see it: its rule (None: all rows) and its restricted fields; ``stead``: by whose right."""

    rows: Expression | None
    fields: Mapping[str, FieldAccess]
    stead: int = 0


@dataclass(frozen=True, slots=True)
class FieldRules:
    """``readable``: seen on some row, in clear or masked. ``usable``: in clear on every row that is seen.

    ``by_row`` are the fields whose sight depends on the row, ``always`` holds the sight of the others that are not
    clear, ``covers`` are the clauses to ask for a row.
    """

    readable: frozenset[str]
    usable: frozenset[str]
    masked: frozenset[str]
    by_row: frozenset[str]
    always: Mapping[str, Sight] = field(default_factory=dict)
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteRules:
    """``writable``: on some row. ``by_row`` are those of them that depend on the row."""

    writable: frozenset[str]
    by_row: frozenset[str]
    covers: tuple[Cover, ...] = ()


def reading_rules(object: ObjectModel, covers: Sequence[Cover]) -> FieldRules:
    """Fold the clauses that grant reading into the rules of an object's fields."""
    names = [name for name, model in object.fields.items() if model.type not in UNREADABLE]
    by_row: set[str] = set()
    always: dict[str, Sight] = {}
    usable: set[str] = set()
    masked: set[str] = set()
    for name in names:
        modes = [cover.fields.get(name) for cover in covers]
        restricting = [access for access in modes if access is not None and access.mode != "read"]
        if not restricting:
            usable.add(name)
            continue
        if any(access.mode == "masked" for access in restricting):
            masked.add(name)
        sights = {access.mode for access in restricting}
        if len(restricting) == len(modes) and len(sights) == 1 and all(a.unless is None for a in restricting):
            always[name] = "masked" if sights == {"masked"} else "hidden"
        else:
            by_row.add(name)
    hidden = {name for name, sight in always.items() if sight == "hidden"}
    return FieldRules(
        frozenset(names) - hidden, frozenset(usable), frozenset(masked), frozenset(by_row), always, tuple(covers)
    )


def writing_rules(object: ObjectModel, covers: Sequence[Cover], state: str | None) -> WriteRules:
    """Fold the clauses that grant a change into the rules of writing; ``state`` is the field of the life-cycle."""
    writable: set[str] = set()
    by_row: set[str] = set()
    for name, model in object.fields.items():
        if model.readonly or model.computed or name == state:
            continue
        modes = [cover.fields.get(name) for cover in covers]
        free = [access is None or (access.unless is not None and access.mode != "read") for access in modes]
        if any(free):
            writable.add(name)
            if any(access is not None for access in modes):
                by_row.add(name)
    return WriteRules(frozenset(writable), frozenset(by_row), tuple(covers))
