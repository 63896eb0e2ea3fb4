"""The rules of adjustments as they stand: loaded, ordered, indexed by what they ask of an item, and applied to it."""

from engine.records.adjustments.applying import Asking, Outcome, Step, apply_rules, met_rules
from engine.records.adjustments.loading import Rule
from engine.records.adjustments.shelf import RuleSets, RuleShelf, rests_on

__all__ = ["Asking", "Outcome", "Rule", "RuleSets", "RuleShelf", "Step", "apply_rules", "met_rules", "rests_on"]
