"""What a rule that is being written stands on: an object, what it gives, and the names its author may use."""

from __future__ import annotations

from dataclasses import dataclass

from engine.access import Policy
from engine.metamodel.model.field import FieldModel
from engine.records.rule_values import scope_of
from engine.records.unit import Unit
from engine.rules import ANY, StoredRule
from engine.rules.feel_types import BUILTIN_TYPES


@dataclass(frozen=True, slots=True)
class Ground:
    """``over`` is the object whose records the rule is about, ``gives`` the FEEL type it must come to; empty: any.

    ``rights``: the rule stands beside roles, and calls its record ``record``; only who holds everything writes those.
    """

    over: str
    gives: str = ""
    rights: bool = False

    @classmethod
    def of(cls, field: FieldModel) -> Ground:
        """Return the ground of a field that holds rules."""
        return cls(field.over or "", field.gives)

    def rule(self, unit: Unit, *, table: bool) -> StoredRule:
        """Return the type of such a rule, in the names that the actor may use. Raises Missing or Refused."""
        policy: Policy = unit.policy
        policy.require(self.over, "read")
        gives = BUILTIN_TYPES.get(self.gives, ANY)
        names = scope_of(unit, self.over)
        if self.rights and policy.everything:
            names = unit.plans.world.granted(self.over)
        return StoredRule(self.over, names, gives, table=table)
