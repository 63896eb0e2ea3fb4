"""Checked tree to SQLAlchemy element: the same three-valued result on every row, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.checking.complaints import diagnostic
from engine.rules.evaluation import Run
from engine.rules.sql_scope import SqlScope, SqlValue

if TYPE_CHECKING:
    from engine.rules.expression import Expression


def to_value(expression: Expression, scope: SqlScope, run: Run | None = None) -> SqlValue:
    raise BadDefinition([diagnostic("FEEL040", expression.source, 0, 0, what="this", why="")])


def refusal(expression: Expression) -> Diagnostic | None:
    return None


def to_condition(expression: Expression, scope: SqlScope, run: Run | None = None) -> Any:
    raise BadDefinition([diagnostic("FEEL040", expression.source, 0, 0, what="this", why="")])
