"""Why: which grant or rule decides that somebody may do something with a record, on which values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Any, Literal

from engine.access.clauses import Clause
from engine.access.fields import Sight
from engine.access.policy import Policy
from engine.access.rows import rule_of
from engine.metamodel.model import FieldAccess
from engine.rules import Run

Outcome = Literal["allowed", "not_granted", "not_covered", "restricted", "not_visible", "administrator"]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScopeWhy:
    """One scope of a grant: whether it holds for the record, and the values that it looked at.

    ``by`` are the sharing rules by which a record is shared, an empty text for sharing by hand.
    """

    scope: str
    holds: bool | None
    values: Values = part(default_factory=dict)
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantWhy:
    """One grant: by whose right (``principal`` when it is lent), its scopes, its condition, and whether it covers.

    Without a record nothing is asked of rows: ``covers`` is None then.
    """

    role: str
    covers: bool | None
    scopes: tuple[ScopeWhy, ...] = ()
    condition: str = ""
    condition_holds: bool | None = None
    values: Values = part(default_factory=dict)
    principal: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleWhy:
    """One restrictive rule and whether it is true of the record."""

    rule: str
    holds: bool | None
    condition: str
    values: Values = part(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldWhy:
    """How a field is seen on the record, whether it may be written there, and what each covering role says of it."""

    field: str
    sight: Sight
    writable: bool
    usable: bool
    said: Mapping[str, str] = part(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer and everything that was asked to find it. ``decided_by`` names the role or rule that decided."""

    object: str
    action: str
    outcome: Outcome
    decided_by: str = ""
    grants: tuple[GrantWhy, ...] = ()
    rules: tuple[RuleWhy, ...] = ()
    field: FieldWhy | None = None

    @property
    def allowed(self) -> bool:
        """Tell whether the action may be done."""
        return self.outcome in ("allowed", "administrator")


def explain(
    policy: Policy, object: str, action: str, facts: Values | None, run: Run, field_name: str | None = None
) -> Explanation:
    """Return why an actor may, or may not, do something with a record, or with the object at all (no ``facts``)."""
    grants = tuple(_grants(policy, object, action, facts, run))
    rules = tuple(_rules(policy, object, action, facts, run))
    outcome, decided_by = _decided(policy, grants, rules, facts)
    if outcome in ("allowed", "administrator") and action not in ("read", "create") and facts is not None:
        seen = explain(policy, object, "read", facts, run)
        if not seen.allowed:
            outcome, decided_by = "not_visible", seen.decided_by
    why = None if field_name is None else _field(policy, object, field_name, facts, run)
    return Explanation(object, action, outcome, decided_by, grants, rules, why)


# ---------------------------------------------------------------------------------------------------------------------


def _decided(
    policy: Policy, grants: tuple[GrantWhy, ...], rules: tuple[RuleWhy, ...], facts: Values | None
) -> tuple[Outcome, str]:
    broken = next((rule for rule in rules if rule.holds is False), None)
    if broken is not None:
        return "restricted", broken.rule
    if policy.everything:
        return "administrator", ""
    if not grants:
        return "not_granted", ""
    covering = next((grant for grant in grants if grant.covers or facts is None), None)
    return ("allowed", covering.role) if covering is not None else ("not_covered", "")


def _grants(policy: Policy, object: str, action: str, facts: Values | None, run: Run) -> Iterator[GrantWhy]:
    writer = policy.rules.writer
    for clause in policy.rules.clauses(object, action):
        scopes = []
        for test, text in writer.scope_texts(object, clause, action):
            holds, values = _asked(policy, object, text, facts, run)
            by: tuple[str, ...] = ()
            if test.scope == "shared" and holds:
                ways = writer.share_texts(object, clause, action)
                by = tuple(name for name, way in ways if _asked(policy, object, way, facts, run)[0])
            scopes.append(ScopeWhy(test.scope, holds, values, by))
        condition = writer.when_text(clause, action)
        holds, values = _asked(policy, object, condition or "true", facts, run)
        covers = None if facts is None else any(one.holds for one in scopes) and holds is True
        yield GrantWhy(
            clause.role,
            covers,
            tuple(scopes),
            condition.strip("()\n "),
            holds if condition else None,
            values,
            _principal(policy, clause),
            clause.via,
        )


def _rules(policy: Policy, object: str, action: str, facts: Values | None, run: Run) -> Iterator[RuleWhy]:
    if policy.rules.free:
        return
    for bound in policy.rules.writer.bounds(object, action):
        holds, values = _asked(policy, object, bound.text, facts, run)
        yield RuleWhy(bound.rule, holds, bound.text.strip("()\n "), values)


def _asked(policy: Policy, object: str, text: str, facts: Values | None, run: Run) -> tuple[bool | None, Values]:
    """Return whether a condition holds on a record, and what of the record it looked at."""
    if facts is None:
        return None, {}
    if text in ("true", "false"):
        return text == "true", {}
    rule = rule_of(policy.rules.world, object, text)
    run.restart()
    values = {".".join(path): _at(facts, path) for path in sorted(rule.reads) if path[0] not in ("actor", "_shares")}
    return rule.value(facts, run) is True, values


def _at(facts: Values, path: tuple[str, ...]) -> Any:
    at: Any = facts
    for step in path:
        at = at.get(step) if isinstance(at, Mapping) else None
    return at.get("id") if isinstance(at, Mapping) else at


def _principal(policy: Policy, clause: Clause) -> str:
    return policy.actor.steads[clause.stead - 1].principal.login if clause.stead else ""


def _field(policy: Policy, object: str, name: str, facts: Values | None, run: Run) -> FieldWhy | None:
    if name not in policy.model.objects[object].fields:
        return None
    readable = name in policy.readable(object)
    sight: Sight = "clear" if readable else "hidden"
    if facts is not None and readable:
        sight = policy.sights(object, facts, run).get(name, "clear")
    writable = name in policy.writable(object)
    if facts is not None and writable:
        writable = policy.writes(object, "update", name, facts, run)
    said = {clause.role: _mode(clause.fields.get(name)) for clause in policy.rules.clauses(object, "read")}
    return FieldWhy(name, sight, writable, name in policy.usable(object), said)


def _mode(access: FieldAccess | None) -> str:
    if access is None:
        return "free"
    unless = "" if access.unless is None else f" unless {access.unless.text}"
    return f"{access.mode}{unless}"
