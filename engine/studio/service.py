"""The studio of rules: everything that an editor asks while somebody writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.kernel.context import Context
from engine.records import RecordService
from engine.records.unit import Unit
from engine.rules import Run
from engine.studio.checking import CheckedRule, CheckedTable, check_table, check_text
from engine.studio.facts import FactReader
from engine.studio.grounds import Ground
from engine.studio.hints import Hint, hints_for
from engine.studio.trials import RowOutcome, Trial, try_rows, try_table, try_text

SAMPLES = 3


class RuleStudio:
    """Checks, completes and tries rules; nothing is written. All verbs raise Missing for objects not to be known."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def check_text(self, ctx: Context, ground: Ground, text: str) -> CheckedRule:
        """Return what is to be said about a text."""
        with self._records.opener.reading(ctx) as unit:
            return check_text(ground.rule(unit, table=False), text, ctx.language)

    def check_table(self, ctx: Context, ground: Ground, value: Any) -> CheckedTable:
        """Return what is to be said about a table, with gaps, overlaps and rules that never hit."""
        with self._records.opener.reading(ctx) as unit:
            return check_table(ground.rule(unit, table=True), value, ctx.language)

    def complete(self, ctx: Context, ground: Ground, before: str, *, cell: bool = False) -> tuple[Hint, ...]:
        """Return what may come next behind a text that was begun."""
        with self._records.opener.reading(ctx) as unit:
            rule = ground.rule(unit, table=False)
            return hints_for(rule, before, unit.model, ctx.language, cell=cell)

    def try_text(self, ctx: Context, ground: Ground, text: str, ids: Sequence[str] = ()) -> tuple[Trial, ...]:
        """Return what a text gives for three real records, each with the way there."""
        with self._records.opener.reading(ctx) as unit:
            made = check_text(ground.rule(unit, table=False), text, ctx.language).expression
            if made is None:
                return ()
            reader = FactReader(self._records, ctx, unit, ground.over)
            found = reader.samples(made.reads, ids, SAMPLES)
            return tuple(try_text(made, sample, _run(unit), ctx.language) for sample in found)

    def try_table(self, ctx: Context, ground: Ground, value: Any, ids: Sequence[str] = ()) -> tuple[Trial, ...]:
        """Return what a table decides for three real records."""
        with self._records.opener.reading(ctx) as unit:
            made = check_table(ground.rule(unit, table=True), value, ctx.language).table
            if made is None:
                return ()
            reader = FactReader(self._records, ctx, unit, ground.over)
            found = reader.samples(made.compiled.reads, ids, SAMPLES)
            return tuple(try_table(made, sample, _run(unit), ctx.language) for sample in found)

    def try_rows(self, ctx: Context, ground: Ground, value: Any) -> tuple[RowOutcome, ...]:
        """Return what a table gives for its own test rows."""
        with self._records.opener.reading(ctx) as unit:
            made = check_table(ground.rule(unit, table=True), value, ctx.language).table
            return () if made is None else try_rows(made, value.get("tests"), _run(unit), ctx.language)


def _run(unit: Unit) -> Run:
    """Return a run of its own, without the engine's right to look everywhere."""
    return Run(unit.ctx.now(), unit.ctx.zone)
