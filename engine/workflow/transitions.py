"""Transitions of life-cycles: performed by people, one record at a time or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import TesseraError
from engine.metamodel.model import TransitionModel
from engine.records import Change, RecordService


class TransitionService:
    """The verb that changes a state; everything else follows from the definition."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def perform(
        self, ctx: Context, object: str, id: str, version: int | None, name: str, given: Mapping[str, Any]
    ) -> Change:
        """Perform a transition on a record that still is at ``version``; ``given`` is what the transition asks for."""
        return self._records.move(ctx, object, id, version, name, given)

    def perform_many(
        self, ctx: Context, object: str, records: Sequence[tuple[str, int]], name: str, given: Mapping[str, Any]
    ) -> list[Change | TesseraError]:
        """Perform a transition on each of several records, each by itself."""
        done: list[Change | TesseraError] = []
        for id, version in records:
            try:
                done.append(self.perform(ctx, object, id, version, name, given))
            except TesseraError as error:
                done.append(error)
        return done

    def offered(self, ctx: Context, object: str, id: str) -> tuple[TransitionModel, ...]:
        """Return the transitions that the actor may perform on a record now, in their written order."""
        record = self._records.get(ctx, object, id, ())
        life = self._records.model(ctx).lifecycle_of(object)
        return tuple(t for t in life.transitions.values() if t.name in record.allowed) if life else ()
