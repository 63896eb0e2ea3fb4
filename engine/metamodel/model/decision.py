"""A decision table of a pack, compiled."""

from __future__ import annotations

from dataclasses import dataclass

from engine.kernel.text import LocalText
from engine.rules.decisions import DecisionTable


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """A table with the names of its inputs and outputs. One output: it yields that value; several: a context."""

    name: str
    title: LocalText
    inputs: frozenset[str]
    outputs: tuple[str, ...]
    table: DecisionTable
    layer: str = ""
