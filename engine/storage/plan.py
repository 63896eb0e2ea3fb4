"""A schema plan: what will be done to the tables, and the data that would not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import engine.storage.plan_codes  # noqa: F401 - declares the sentences
from engine.kernel.catalogue import code_of
from engine.kernel.errors import Complaint
from engine.rules import Expression
from engine.storage.operations import Operation
from engine.storage.sessions import Stamp
from engine.storage.snapshot import Snapshot
from engine.storage.table_operations import Link, MakeTable, RebuildTable, Recalculate


@dataclass(frozen=True, slots=True)
class Renames:
    """What migrations say: new names of objects and fields, and conversions of values.

    Fields are keyed by the old names of object and field; conversions by the new ones.
    """

    objects: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    conversions: Mapping[tuple[str, str], Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Data that would not fit; ``params`` holds object, field, count and samples."""

    code: str
    params: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form with the sentence in each language."""
        entry = code_of(self.code)
        return {
            "code": self.code,
            **self.params,
            "say": dict(entry.sentence(self.params).by_language),
            "hint": dict(entry.hint(self.params).by_language),
        }

    def complaint(self) -> Complaint:
        """Return the complaint that an application of the plan is refused with."""
        place = ".".join(str(self.params[key]) for key in ("object", "field") if key in self.params)
        return Complaint(place, self.code, self.params)


@dataclass(frozen=True, slots=True)
class SchemaPlan:
    """The way from the tables that are to those of a model. Good only while the state is still ``base``."""

    base: Stamp
    target: Snapshot
    steps: tuple[Operation, ...]
    misfits: tuple[Misfit, ...] = ()

    @property
    def rebuilds(self) -> bool:
        """Tell whether tables are written anew, which SQLite does with foreign keys off."""
        return any(isinstance(step, RebuildTable) for step in self.steps)

    @property
    def recalculations(self) -> tuple[Recalculate, ...]:
        """Return what the records floor has to calculate after the tables are there."""
        return tuple(step for step in self.steps if isinstance(step, Recalculate))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        new = {step.table for step in self.steps if isinstance(step, MakeTable)}
        told = [step for step in self.steps if not (isinstance(step, Link) and step.table in new)]
        return {
            "base": self.base.model,
            "steps": [step.as_dict() for step in told],
            "misfits": [misfit.as_dict() for misfit in self.misfits],
        }
