"""What the expressions of a life-cycle look at, worked out once per model, and the names they see of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import LifecycleModel, TenantModel
from engine.records import Unit
from engine.storage.bounded import Bounded
from engine.workflow.facts import Lazily, Reads, actor_of, reads_of, roots_of

_KEPT = 512


@dataclass(frozen=True, slots=True)
class LifeReads:
    """``whole``: what all expressions read; ``reacting``: the fields whose change may set something off."""

    whole: Reads
    autos: Mapping[str, frozenset[str]]
    slas: Mapping[str, frozenset[str]]
    moved: Mapping[str, frozenset[str]]
    busy: bool


_MADE = Bounded(_KEPT)


def reads_of_life(model: TenantModel, life: LifecycleModel) -> LifeReads:
    """Return what a life-cycle's expressions read."""
    kept: tuple[LifecycleModel, LifeReads] = _MADE.get((id(model), life.name), lambda: (life, _made(life)))
    return kept[1] if kept[0] is life else _made(life)


def names_of(
    unit: Unit, read: Callable[[], Mapping[str, Any]], before: Callable[[], Mapping[str, Any] | None]
) -> Lazily:
    """Return the roots of a life-cycle's expressions; ``read`` gives the record as it is now."""
    return roots_of(unit, record=read, before=before, submitter=lambda: actor_of(unit))


def _made(life: LifecycleModel) -> LifeReads:
    parts = [*life.transitions.values(), *life.states.values(), *life.slas.values()]
    autos = {t.name: _first(reads_of([t.when])) for t in life.transitions.values() if t.auto}
    slas = {
        name: _first(reads_of([sla.start, sla.stop, sla.pause]))
        for name, sla in (*life.slas.items(), *_state_slas(life))
    }
    moved = {t.name: _first(reads_of([t.at])) for t in life.transitions.values() if t.at is not None}
    timed = any(t.timed for t in life.transitions.values())
    entering = any(state.slas for state in life.states.values()) or bool(life.states[life.initial].enter)
    return LifeReads(reads_of(parts), autos, slas, moved, bool(autos or slas or timed or entering))


def _state_slas(life: LifecycleModel) -> list[tuple[str, Any]]:
    return [(f"{state.name}.{name}", sla) for state in life.states.values() for name, sla in state.slas.items()]


def _first(reads: Reads) -> frozenset[str]:
    return frozenset(path[0] for path in reads.paths)


__all__ = ["LifeReads", "names_of", "reads_of_life"]
