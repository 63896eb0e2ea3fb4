"""Counting: datasets become figures under the reader's own permission; every figure leads to its records."""

from engine.analytics import codes as _codes  # noqa: F401 - declares the codes
from engine.analytics.asking import Ask
from engine.analytics.service import AnalyticsService
from engine.analytics.sheets import Cell, Line, Sheet, Spot
from engine.analytics.sight import may_see_chart, may_see_dashboard

__all__ = ["AnalyticsService", "Ask", "Cell", "Line", "Sheet", "Spot", "may_see_chart", "may_see_dashboard"]
