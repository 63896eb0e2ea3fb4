"""Running one rule on one record inside a unit: once per chain, with the rights that it has, in the trail by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Missing
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model.automation import AutomationModel, OnRecord
from engine.records import Unit
from engine.records.reactions import DEEPEST
from engine.rules import Expression
from engine.storage import Incident, note_incident
from engine.storage.bounded import Bounded
from engine.storage.rule_rows import note_chain_step, note_occurrence
from engine.workflow.effects import Authority, Cause, EffectService
from engine.workflow.effects.changing import wire
from engine.workflow.facts import Lazily, Reads, digest, read_subject, reads_of, roots_of

_AUTHORITY: Mapping[str, Authority] = {"actor": "actor", "system": "system", "user": "actor"}
_ROOTS = frozenset({"record"})


@dataclass(slots=True)
class Seen:
    """A record as the rules see it that one change raises: read once, and anew after one of them has acted.

    ``rules`` are all that may look at it, so that one reading has what each of them reads.
    """

    rules: Sequence[AutomationModel]
    policy: object = None
    facts: Mapping[str, Any] | None = None

    def read(self, unit: Unit, record: RecordRef) -> Mapping[str, Any]:
        """Return the record; Missing when it is gone."""
        if self.facts is None or self.policy is not unit.policy:
            paths = frozenset(path for rule in self.rules for path in reads_of_rule(rule).paths)
            self.facts, self.policy = read_subject(unit, record.object, record.id, paths).facts, unit.policy
        return self.facts

    def forget(self) -> None:
        """Read anew at the next look, for somebody changes it."""
        self.facts = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What raised a rule: the event as expressions see it, the record as it was before, and what ``item`` means.

    ``key`` is stable for one execution. ``gone``: the record is no longer there, and is known by ``before`` alone.
    ``seen``: the record as other rules see it at the same time.
    """

    key: str
    event: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    item: Any = None
    gone: bool = False
    asks_where: bool = False
    seen: Seen | None = None


class Runner:
    """Runs rules."""

    def __init__(self, effects: EffectService, acting: Callable[[Unit, AutomationModel], Unit]) -> None:
        self._effects, self._acting = effects, acting

    def run(self, unit: Unit, rule: AutomationModel, record: RecordRef | None, occasion: Occasion) -> bool:
        """Run a rule; tell whether it acted. It acts at most once per record in a chain (A5)."""
        unit = self._acting(unit, rule)
        names = self._names(unit, rule, record, occasion)
        if record is not None and not occasion.gone and not _there(names):
            return False
        if occasion.asks_where and not holds(unit, rule.where, names):
            return False
        if not holds(unit, rule.when, names):
            return False
        if record is not None and not (self._first(unit, rule, record) and self._may(unit, rule, record, names)):
            return False
        if occasion.seen is not None:
            occasion.seen.forget()
        cause = Cause(
            occasion.key,
            record or RecordRef(rule.object, ""),
            _AUTHORITY[rule.run_as],
            f"automation:{rule.name}",
        )
        before, unit.cause = unit.cause, cause.label
        try:
            self._effects.run(unit, rule.do, names, cause)
        finally:
            unit.cause = before
        return True

    def too_deep(self, unit: Unit, rule: AutomationModel, record: RecordRef) -> bool:
        """Tell whether a chain has come to its end; then an incident is noted, once per rule (A5)."""
        if unit.chain.depth < DEEPEST:
            return False
        if ("#deep", rule.name) not in unit.chain.acted:
            unit.chain.acted.add(("#deep", rule.name))
            message = f"{rule.name} was set off {DEEPEST} times in a row"
            incident = Incident(
                "automation", rule.name, record.object, record.id, "chain_too_deep", message, unit.chain.id
            )
            note_incident(unit.session, incident, unit.now)
        return True

    # --------------------------------------------------------------------------------------------------------------

    def _first(self, unit: Unit, rule: AutomationModel, record: RecordRef) -> bool:
        chain = unit.chain
        key = (rule.name, record.id)
        if key in chain.acted:
            return False
        chain.acted.add(key)
        if not chain.id:
            chain.id = str(new_record_id())
        return note_chain_step(unit.session, chain.id, rule.name, record.id, unit.now)

    def _may(self, unit: Unit, rule: AutomationModel, record: RecordRef, names: Mapping[str, Any]) -> bool:
        """Tell whether a rule that acts once did not act yet."""
        if rule.once == "none":
            return True
        occurrence = "once"
        if rule.once == "value":
            watched = rule.on.fields if isinstance(rule.on, OnRecord) else frozenset()
            values = {name: wire(names["record"].get(name)) for name in sorted(watched)}
            occurrence = f"value:{digest(values)}"
        return note_occurrence(unit.session, rule.name, record.id, occurrence, unit.now)

    def _names(self, unit: Unit, rule: AutomationModel, record: RecordRef | None, occasion: Occasion) -> Lazily:
        def read() -> Mapping[str, Any] | None:
            if record is None:
                return None
            if occasion.gone:
                return occasion.before
            try:
                if occasion.seen is not None:
                    return occasion.seen.read(unit, record)
                return read_subject(unit, record.object, record.id, reads_of_rule(rule).paths).facts
            except Missing:
                return None

        return roots_of(
            unit,
            record=read,
            before=lambda: occasion.before,
            event=lambda: occasion.event,
            item=lambda: occasion.item,
        )


def holds(unit: Unit, condition: Expression | None, names: Mapping[str, Any]) -> bool:
    """Tell whether a condition is true; null is not (K7). Rejected when it is neither."""
    return condition is None or unit.truth(condition, names) is True


_MOST = 5_000
_READS = Bounded(_MOST)


def reads_of_rule(rule: AutomationModel) -> Reads:
    """Return what a rule's expressions read of its record."""
    return _reads(rule)[0]


def reads_before(rule: AutomationModel) -> frozenset[str]:
    """Return the fields of the record before the change that a rule looks at."""
    return _reads(rule)[1]


def _reads(rule: AutomationModel) -> tuple[Reads, frozenset[str]]:
    def made() -> tuple[AutomationModel, Reads, frozenset[str]]:
        things = [rule.when, rule.where, rule.do]
        before = frozenset(path[0] for path in reads_of(things, frozenset({"before"})).paths)
        return rule, reads_of(things, _ROOTS), before

    known = _READS.get(id(rule), made)
    if known[0] is not rule:
        known = made()
    return known[1], known[2]


def _there(names: Lazily) -> bool:
    return names["record"] is not None
