"""Decision tables and decision models on top of expressions."""

from __future__ import annotations

from engine.rules.decisions.analysis import Finding, analyse
from engine.rules.decisions.boxes import TableBox, TableInput, TableOutput, TableRule
from engine.rules.decisions.dmn_reader import read_dmn
from engine.rules.decisions.dmn_writer import write_dmn
from engine.rules.decisions.graph import DecisionModel, load_model
from engine.rules.decisions.table import DecisionTable, compile_decision_table

__all__ = [
    "DecisionModel",
    "DecisionTable",
    "Finding",
    "TableBox",
    "TableInput",
    "TableOutput",
    "TableRule",
    "analyse",
    "compile_decision_table",
    "load_model",
    "read_dmn",
    "write_dmn",
]
