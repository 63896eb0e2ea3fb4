"""Judging: whether a check of an object holds for the facts of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.metamodel.model import CheckModel
from engine.records.unit import Unit


def fails(check: CheckModel, facts: Mapping[str, Any], unit: Unit) -> bool:
    """Tell whether a check is known not to hold."""
    unit.run.restart()
    if check.when is not None and check.when.evaluate(facts, unit.run) is not True:
        return False
    return check.that.evaluate(facts, unit.run) is False
