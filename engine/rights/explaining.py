"""Why somebody may or may not, asked by himself or by who administers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from engine.access.explain import Explanation, GrantWhy, RuleWhy, explain
from engine.access.holding import actor_of
from engine.access.policy import Policy
from engine.access.remedies import Remedy, remedies
from engine.kernel.context import Actor, Context
from engine.kernel.errors import Malformed, Missing
from engine.kernel.names import is_record_id
from engine.metamodel.model import ACTIONS, TenantModel
from engine.records import RecordService, Unit
from engine.records.before import read_before
from engine.records.conditions import readable_path
from engine.records.reading import get_record
from engine.records.seen import seen_titles
from engine.rights.areas import person_of, require_area
from engine.storage import Reference
from engine.storage.fetching import USERS


@dataclass(frozen=True, slots=True)
class Question:
    """Who (login, empty: oneself), what, on which record (None: on any), which field."""

    object: str
    action: str = "read"
    record: str | None = None
    field: str | None = None
    login: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The explanation for a user, and the smallest remedies where it says no. ``titles`` are those of the records and
    users among its values, by their ids, as far as the asker sees them."""

    login: str
    why: Explanation
    remedies: Sequence[Remedy] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effective:
    """What a user may do with one object, on some rows at least: per action the scopes of each role, and his fields."""

    object: str
    actions: Mapping[str, Sequence[tuple[str, str]]]
    fields: Mapping[str, str]


class Explaining:
    """Answers why; what is asked of others needs the area ``explain``, and a record that the asker sees himself."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def explain(self, ctx: Context, question: Question) -> Answer:
        """Return why a user may, or may not, do something."""
        with self._records.opener.reading(ctx) as unit:
            actor = self._subject(unit, question.login)
            unit.require_object(question.object)
            _require_action(unit, question.object, question.action)
            if question.field is not None and question.field not in unit.model.objects[question.object].fields:
                raise Missing("unknown_field", object=question.object, field=question.field[:60], guess="")
            if question.record is not None:
                _require_seen(unit, question.object, question.record)
            with self._records.opener.reading(replace(ctx, actor=actor)) as other:
                facts = None if question.record is None else _facts(other, question.object, question.record)
                why = explain(other.policy, question.object, question.action, facts, other.run, question.field)
                ways = remedies(why, other.policy, other.catalog, unit.directory, facts, other.run)
            seen = _as_read(unit, why, question.record)
            if "owner" not in seen:
                ways = [replace(one, givers=()) if one.kind == "share" else one for one in ways]
            shown = _shown(why, seen)
            return Answer(actor.login, shown, ways, _titles(unit, shown))

    def effective(self, ctx: Context, login: str = "") -> Sequence[Effective]:
        """Return everything that a user may do, object by object."""
        with self._records.opener.reading(ctx) as unit:
            actor = self._subject(unit, login)
            with self._records.opener.reading(replace(ctx, actor=actor)) as other:
                return [_effective(other.policy, name) for name in other.model.objects if _known(other.policy, name)]

    def _subject(self, unit: Unit, login: str) -> Actor:
        if not login or login == unit.ctx.actor.login:
            return unit.ctx.actor
        person = person_of(unit, login, active=False)
        require_area(unit, "explain", person)
        actor = actor_of(unit.session, unit.directory, person.id, unit.now)
        if actor is None:
            raise Missing("no_such_person", login=login[:80])
        return actor


def _require_action(unit: Unit, object: str, action: str) -> None:
    life = unit.model.lifecycle_of(object)
    if action not in ACTIONS and (life is None or action not in life.transitions):
        raise Missing("unknown_right", action=action[:60])


def _require_seen(unit: Unit, object: str, id: str) -> None:
    facts = _facts(unit, object, id)
    if not unit.policy.may(object, "read") or not unit.policy.covers(object, "read", facts, unit.run):
        raise Missing("not_found")


def _facts(unit: Unit, object: str, id: str) -> Mapping[str, Any]:
    tree = read_before(unit.plans.of(object), unit, [id]).get(id) if is_record_id(id) else None
    if tree is None:
        raise Missing("not_found")
    return {**tree, "actor": unit.policy.facts}


def _as_read(unit: Unit, why: Explanation, record: str | None) -> Mapping[str, Any]:
    """Return what an explanation looks at, and the owner, as the asker sees it where he reads the record."""
    if record is None:
        return {}
    paths = []
    for path in sorted({"owner", *(path for values in _told(why) for path in values)}):
        with suppress(Malformed):
            readable_path(unit.policy, unit.model, why.object, path)
            paths.append(path)
    if not paths:
        return {}
    found = get_record(unit, why.object, record, paths)
    return {path: _plain(value) for path, value in found.values.items() if path not in found.masked}


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Reference) else value


def _told(why: Explanation) -> Iterator[Mapping[str, Any]]:
    yield from (one.values for one in why.grants)
    yield from (one.values for one in why.rules)
    yield from (scope.values for one in why.grants for scope in one.scopes)


def _shown(why: Explanation, known: Mapping[str, Any]) -> Explanation:
    """Return an explanation with no other values than those that the asker sees."""

    def seen(values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {path: known[path] for path in values if path in known}

    def grant(one: GrantWhy) -> GrantWhy:
        scopes = tuple(replace(scope, values=seen(scope.values)) for scope in one.scopes)
        return replace(one, scopes=scopes, values=seen(one.values))

    def rule(one: RuleWhy) -> RuleWhy:
        return replace(one, values=seen(one.values))

    return replace(why, grants=tuple(map(grant, why.grants)), rules=tuple(map(rule, why.rules)))


def _titles(unit: Unit, why: Explanation) -> Mapping[str, str]:
    wanted = set()
    for path, value in (pair for values in _told(why) for pair in values.items()):
        target = _target(unit.model, why.object, path.split("."))
        if target and isinstance(value, str):
            wanted.add((target, value))
    return {id: title for (_, id), title in seen_titles(unit, wanted).items() if title}


def _target(model: TenantModel, object: str, path: Sequence[str]) -> str:
    """Return the object that a path ends at, or an empty text where it ends at a plain value."""
    at = object
    for step in path:
        found = model.objects[at].fields.get(step) if at in model.objects else None
        if found is None or found.type not in ("reference", "department", "user"):
            return at if step == "id" else ""
        at = USERS if found.type == "user" else found.targets[0]
    return at


def _known(policy: Policy, object: str) -> bool:
    return policy.may(object, "read") or policy.may(object, "create")


def _effective(policy: Policy, object: str) -> Effective:
    actions: dict[str, list[tuple[str, str]]] = {}
    for action in sorted(policy.actions(object)):
        if policy.everything:
            actions[action] = [("*", "all")]
            continue
        for clause in policy.rules.clauses(object, action):
            grant = clause.row_grant(action)
            if grant is not None:
                when = "" if grant.when is None else f" when {grant.when.text}"
                actions.setdefault(action, []).append((clause.role, grant.scope + when))
    fields = {name: _sight(policy, object, name) for name in policy.model.objects[object].fields}
    return Effective(object, actions, fields)


def _sight(policy: Policy, object: str, name: str) -> str:
    if name not in policy.readable(object):
        return "hidden"
    seen = "clear" if name in policy.usable(object) else "masked" if name in policy.masked(object) else "some rows"
    return f"{seen}, writable" if name in policy.writable(object) else seen
