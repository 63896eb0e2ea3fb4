"""The FEEL language, complete and alone: text to tree to checked tree to Python or SQL."""

from __future__ import annotations

from engine.rules import codes as _codes  # noqa: F401  (declares the codes)
from engine.rules.crossing import to_python
from engine.rules.evaluation import Run, Warning  # noqa: A004 - as promised
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
from engine.rules.limits import DEFAULT, Limits
from engine.rules.scope import Names, NameScope, TypedScope
from engine.rules.source import Source
from engine.rules.stored import compile_stored, evaluate_stored

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
    "ContextType",
    "EnumType",
    "Expression",
    "FeelType",
    "FunctionType",
    "Limits",
    "ListType",
    "NameScope",
    "Names",
    "RangeType",
    "RecordType",
    "Run",
    "Source",
    "StoredRule",
    "TypedScope",
    "Warning",
    "compile_expression",
    "compile_stored",
    "compile_tests",
    "evaluate_stored",
    "list_of",
    "to_python",
]
