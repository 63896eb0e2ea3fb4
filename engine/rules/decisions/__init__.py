"""Decision tables and decision models on top of expressions."""

from __future__ import annotations

from engine.rules.decisions.dmn_reader import read_dmn
from engine.rules.decisions.graph import DecisionModel, load_model

__all__ = ["DecisionModel", "load_model", "read_dmn"]
