"""The SQL mouth of the language: the same three-valued result on every row, or a refusal that names the place."""

from __future__ import annotations

from engine.rules.sql import codes as _codes  # noqa: F401  (declares the codes)
from engine.rules.sql.givens import Given
from engine.rules.sql.rule import SqlPiece, SqlRule, refusal, sql_rule, to_condition, to_value
from engine.rules.sql.scope import SqlLines, SqlScope, SqlValue

__all__ = [
    "Given",
    "SqlLines",
    "SqlPiece",
    "SqlRule",
    "SqlScope",
    "SqlValue",
    "refusal",
    "sql_rule",
    "to_condition",
    "to_value",
]
