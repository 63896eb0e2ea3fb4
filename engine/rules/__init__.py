"""The FEEL language, complete and alone: text to tree to checked tree to Python or SQL."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.rules import codes as _codes  # noqa: F401  (declares the codes)
from engine.rules.crossing import to_python
from engine.rules.evaluation import Condition, Run, Warning  # noqa: A004 - as promised
from engine.rules.expression import Expression, compile_expression, compile_tests
from engine.rules.feel_types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    YEARS_DURATION,
    ContextType,
    EnumType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    RecordType,
    StoredRule,
    list_of,
)
from engine.rules.functions import UserFunction
from engine.rules.limits import DEFAULT, Limits
from engine.rules.scope import Names, NameScope, TypedScope
from engine.rules.source import Source
from engine.rules.stored import compile_stored, evaluate_stored

if TYPE_CHECKING:
    from engine.rules.brought import BroughtCondition, compile_brought
    from engine.rules.completion import Choice, complete
    from engine.rules.decisions import (
        DecisionModel,
        DecisionTable,
        Finding,
        analyse,
        compile_decision_table,
        load_model,
        read_dmn,
        write_dmn,
    )
    from engine.rules.decisions.boxes import Decision as DmnDecision
    from engine.rules.decisions.boxes import Definitions as DmnDefinitions
    from engine.rules.decisions.boxes import InputData as DmnInput
    from engine.rules.decisions.boxes import Variable as DmnVariable
    from engine.rules.decisions.plain_table import read_table
    from engine.rules.explaining import Step, explain
    from engine.rules.sample_types import names_of
    from engine.rules.sql import SqlLines, SqlScope, SqlValue
    from engine.rules.stored import placed

# looked up when they are first asked for: DMN files need lxml, SQL needs SQLAlchemy, and most callers need neither
_LATER = {
    "BroughtCondition": ("engine.rules.brought", "BroughtCondition"),
    "compile_brought": ("engine.rules.brought", "compile_brought"),
    "Choice": ("engine.rules.completion", "Choice"),
    "DecisionModel": ("engine.rules.decisions", "DecisionModel"),
    "DecisionTable": ("engine.rules.decisions", "DecisionTable"),
    "Finding": ("engine.rules.decisions", "Finding"),
    "SqlLines": ("engine.rules.sql", "SqlLines"),
    "SqlScope": ("engine.rules.sql", "SqlScope"),
    "SqlValue": ("engine.rules.sql", "SqlValue"),
    "Step": ("engine.rules.explaining", "Step"),
    "analyse": ("engine.rules.decisions", "analyse"),
    "compile_decision_table": ("engine.rules.decisions", "compile_decision_table"),
    "complete": ("engine.rules.completion", "complete"),
    "explain": ("engine.rules.explaining", "explain"),
    "load_model": ("engine.rules.decisions", "load_model"),
    "names_of": ("engine.rules.sample_types", "names_of"),
    "placed": ("engine.rules.stored", "placed"),
    "read_dmn": ("engine.rules.decisions", "read_dmn"),
    "read_table": ("engine.rules.decisions.plain_table", "read_table"),
    "write_dmn": ("engine.rules.decisions", "write_dmn"),
    "DmnDecision": ("engine.rules.decisions.boxes", "Decision"),
    "DmnDefinitions": ("engine.rules.decisions.boxes", "Definitions"),
    "DmnInput": ("engine.rules.decisions.boxes", "InputData"),
    "DmnVariable": ("engine.rules.decisions.boxes", "Variable"),
}


def __getattr__(name: str) -> Any:
    """Return a part of the interface that is loaded when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, inner = _LATER[name]
    found = globals()[name] = getattr(import_module(module), inner)
    return found


__all__ = [
    "ANY",
    "BOOLEAN",
    "DATE",
    "DATE_TIME",
    "DAYS_DURATION",
    "DEFAULT",
    "NULL",
    "NUMBER",
    "STRING",
    "TIME",
    "YEARS_DURATION",
    "BadDefinition",
    "BroughtCondition",
    "Choice",
    "Condition",
    "ContextType",
    "DecisionModel",
    "DecisionTable",
    "Diagnostic",
    "DmnDecision",
    "DmnDefinitions",
    "DmnInput",
    "DmnVariable",
    "EnumType",
    "Expression",
    "FeelType",
    "Finding",
    "FunctionType",
    "Limits",
    "ListType",
    "NameScope",
    "Names",
    "RangeType",
    "RecordType",
    "Run",
    "Source",
    "Span",
    "SqlLines",
    "SqlScope",
    "SqlValue",
    "Step",
    "StoredRule",
    "TypedScope",
    "UserFunction",
    "Warning",
    "analyse",
    "compile_brought",
    "compile_decision_table",
    "compile_expression",
    "compile_stored",
    "compile_tests",
    "complete",
    "evaluate_stored",
    "explain",
    "list_of",
    "load_model",
    "names_of",
    "placed",
    "read_dmn",
    "read_table",
    "to_python",
    "write_dmn",
]
