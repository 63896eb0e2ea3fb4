"""The rules in force of many tenants, kept as long as what they rest on stays the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.metamodel.model.adjustment import AdjustmentModel
from engine.records.adjustments.loading import Ancestry, RuleSet, load_rules, load_trees
from engine.records.change import Change
from engine.rules import Expression, Run
from engine.storage import Catalog, Session
from engine.storage.bounded import Bounded

_KEPT = 200


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules of all stages of an adjustment, the trees that their keys look up in, and their compiled conditions.

    ``conditions`` fills up as rules are asked for the first time; None stands where a text is no condition any more.
    """

    stages: tuple[RuleSet, ...]
    trees: Mapping[tuple[str, str], Ancestry]
    conditions: dict[str, Expression | None] = field(default_factory=dict)


class RuleShelf:
    """What a process keeps, by tenant and state: every change of a rule raises the state."""

    def __init__(self) -> None:
        self._kept = Bounded(_KEPT)

    def get(self, session: Session, catalog: Catalog, adjustment: AdjustmentModel, run: Run) -> RulesInForce:
        """Return the rules in force."""
        key = (session.tenant, catalog.stamp, id(catalog.model), adjustment.name)
        found: RulesInForce = self._kept.get(key, lambda: read_rules(session, catalog, adjustment, run))
        return found


class RuleSets:
    """The rules as one transaction sees them: those of the shelf, unless it changed some itself."""

    def __init__(self, shelf: RuleShelf) -> None:
        self._shelf = shelf
        self._own: dict[str, tuple[int, Change | None, RulesInForce]] = {}

    def of(
        self,
        session: Session,
        catalog: Catalog,
        adjustment: AdjustmentModel,
        changes: Sequence[Change],
        run: Run,
    ) -> RulesInForce:
        """Return the rules of an adjustment; ``changes`` are those of the transaction so far."""
        if not session.unsettled:
            return self._shelf.get(session, catalog, adjustment, run)
        last = changes[-1] if changes else None
        if adjustment.name in self._own:
            seen, newest, found = self._own[adjustment.name]
            # what was taken back does not count any more
            still = seen <= len(changes) and (newest is None or changes[seen - 1] is newest)
            if still and not any(rests_on(adjustment.sources, change) for change in changes[seen:]):
                self._own[adjustment.name] = (len(changes), last, found)
                return found
        found = read_rules(session, catalog, adjustment, run)
        self._own[adjustment.name] = (len(changes), last, found)
        return found


def read_rules(session: Session, catalog: Catalog, adjustment: AdjustmentModel, run: Run) -> RulesInForce:
    """Read the rules of all stages."""
    stages = tuple(load_rules(session, catalog, stage, run) for stage in adjustment.stages)
    return RulesInForce(stages, load_trees(session, catalog, adjustment))


def rests_on(sources: Mapping[str, frozenset[str]], change: Change) -> bool:
    """Tell whether rules rest on what a change was about."""
    fields = sources.get(change.object)
    if fields is None:
        return False
    if change.before is None or change.after is None or change.action in ("delete", "restore", "purge"):
        return True
    before, after = change.before, change.after
    return any(before.get(name) != after.get(name) for name in fields)
