"""Administration on screen: rules written, checked and tried out on real records."""

from __future__ import annotations

from engine.studio.checking import CheckedRule, CheckedTable, Fault
from engine.studio.grounds import Ground
from engine.studio.hints import Hint
from engine.studio.service import RuleStudio
from engine.studio.trials import RowOutcome, Trial

__all__ = ["CheckedRule", "CheckedTable", "Fault", "Ground", "Hint", "RowOutcome", "RuleStudio", "Trial"]
