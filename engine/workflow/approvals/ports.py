"""What approvals need of their neighbours: effects, clocks, gates. Wiring gives them; none knows the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.kernel.names import RecordRef
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.effects import Effects
from engine.metamodel.model.steps import WaitStep
from engine.records import Unit
from engine.storage.process_rows import InstanceRow

TASK_CLOCK = "task"
WAIT_CLOCK = "wait"


class Clocks(Protocol):
    """Clocks of working time. ``owner`` names what a clock belongs to; it is stable while the voice changes hands."""

    def arm(self, unit: Unit, owner: str, sla: SlaModel, facts: Mapping[str, Any]) -> datetime | None:
        """Start a clock; return when it is due."""
        ...

    def end(self, unit: Unit, owner: str) -> None: ...

    def pause(self, unit: Unit, owner: str) -> None: ...

    def resume(self, unit: Unit, owner: str) -> datetime | None: ...

    def revive(self, unit: Unit, owner: str) -> datetime | None:
        """Let a clock that was ended go on as if it had not been."""
        ...

    def wait(self, unit: Unit, owner: str, step: WaitStep, facts: Mapping[str, Any]) -> datetime | None:
        """Arm what ends a wait; return when, or None for an event."""
        ...

    def unwait(self, unit: Unit, owner: str) -> None: ...

    def working_time(self, unit: Unit, start: datetime, end: datetime) -> float:
        """Return the working seconds between two instants by the tenant's calendar."""
        ...


class RunEffects(Protocol):
    """Runs effects in a transaction; their subject is the record of the instance unless another one is said."""

    def __call__(
        self, unit: Unit, effects: Effects, facts: Mapping[str, Any], cause: str, subject: RecordRef | None = None, /
    ) -> Mapping[str, Any]: ...


class NoClocks:
    """Clocks that never ring; for what runs without time."""

    def arm(self, unit: Unit, owner: str, sla: SlaModel, facts: Mapping[str, Any]) -> datetime | None:
        """Start nothing."""
        return None

    def end(self, unit: Unit, owner: str) -> None:
        """End nothing."""

    def pause(self, unit: Unit, owner: str) -> None:
        """Pause nothing."""

    def resume(self, unit: Unit, owner: str) -> datetime | None:
        """Resume nothing."""
        return None

    def revive(self, unit: Unit, owner: str) -> datetime | None:
        """Revive nothing."""
        return None

    def wait(self, unit: Unit, owner: str, step: WaitStep, facts: Mapping[str, Any]) -> datetime | None:
        """Wait without end."""
        return None

    def unwait(self, unit: Unit, owner: str) -> None:
        """Forget nothing."""

    def working_time(self, unit: Unit, start: datetime, end: datetime) -> float:
        """Count plain time."""
        return (end - start).total_seconds()


def _no_effects(
    unit: Unit, effects: Effects, facts: Mapping[str, Any], cause: str, subject: RecordRef | None = None, /
) -> Mapping[str, Any]:
    del unit, cause, subject
    assert not effects, "effects run where wiring gives what runs them"
    return facts


@dataclass(slots=True)
class Ports:
    """The neighbours. ``gate_closed`` hears the outcome of an approval that held a transition, ``decided`` of any."""

    run_effects: RunEffects = _no_effects
    clocks: Clocks = field(default_factory=NoClocks)
    gate_closed: Callable[[Unit, InstanceRow, str], None] | None = None
    decided: Callable[[Unit, InstanceRow, str], None] | None = None
    assign: Callable[[Unit, str, str, str], str | None] | None = None
    # told when somebody has done work that an assignment gave him: assignment, object, record, person
    took: Callable[[Unit, str, str, str, str], None] | None = None
