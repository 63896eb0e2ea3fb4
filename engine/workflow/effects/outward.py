"""Effects that leave the process: rows of the outbox, written with the change they belong to, each with its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.access.people import user_ids
from engine.metamodel.model.effects import CallConnector, EmitEvent, Notify, PrintRecord, Values
from engine.metamodel.model.people import ByFormula, People
from engine.metamodel.model.phrase import Phrase
from engine.metamodel.model.reading import expressions_in
from engine.records import Unit
from engine.records.results import as_data, identity
from engine.rules import Expression
from engine.storage.fetching import Want, fetch
from engine.workflow.effects.cause import Cause, FindPeople
from engine.workflow.effects.changing import plain_json, wire
from engine.workflow.effects.scene import Scene
from engine.workflow.outbound import append

_SEEN_BY_RECEIVER = frozenset({"record", "params"})
_REACHED = ("phone", "email")


def notify(scene: Scene, effect: Notify, cause: Cause, key: str, people: FindPeople) -> None:
    """Tell people; who gets it where is decided when it is sent."""
    to, contacts = recipients(scene, effect.to, people)
    to = [] if effect.outside else to
    if not to and not contacts:
        return
    facts = {
        "to": to,
        "contacts": contacts,
        "message": effect.message,
        "text": dict(effect.text.source.by_language) if effect.text else {},
        "via": list(effect.via),
        "link": None if effect.link is None else wire(scene.value(effect.link)),
        "kind": cause.kind,
        "task": None,
        "facts": _seen(scene, effect.text),
    }
    append(scene.unit, "notify", key, cause.record, facts)


def call(scene: Scene, effect: CallConnector, cause: Cause, key: str) -> None:
    """Call another system."""
    retry = effect.retry
    facts = {
        "connector": effect.connector,
        "with": _values(scene, effect.values),
        "into": effect.into,
        "waits": cause.waits if effect.into is not None else "",
        "retry": None if retry is None else {"times": retry.times, "seconds": _seconds(retry.backoff)},
    }
    append(scene.unit, "call", key, cause.record, facts)


def print_record(scene: Scene, effect: PrintRecord, cause: Cause, key: str, people: FindPeople) -> None:
    """Have a printout made."""
    to, _ = recipients(scene, effect.to, people) if effect.to else ([], [])
    append(scene.unit, "print", key, cause.record, {"template": effect.template, "to": to, "attach": effect.attach})


def emit(scene: Scene, effect: EmitEvent, cause: Cause, key: str) -> None:
    """Tell of an event of the pack's own."""
    chain = scene.unit.chain
    facts = {
        "event": effect.event,
        "data": _values(scene, effect.values, as_data),
        "actor": scene.unit.user,
        "chain": [chain.id, chain.depth],
    }
    append(scene.unit, "emit", key, cause.record, facts)


def recipients(scene: Scene, rules: People, people: FindPeople) -> tuple[list[str], list[dict[str, Any]]]:
    """Return users, and contacts of people who are no users, that a list of people names."""
    contacts: list[dict[str, Any]] = []
    users: list[str] = []
    for rule in rules:
        if isinstance(rule.selector, ByFormula) and scene.holds(rule.when):
            own, others = _by_formula(scene, rule.selector.expression)
            users += own
            contacts += others
        else:
            users += people(scene.unit, (rule,), scene, scene.subject)
    return list(dict.fromkeys(users)), contacts


def _by_formula(scene: Scene, expression: Expression) -> tuple[list[str], list[dict[str, Any]]]:
    value = scene.value(expression)
    object = scene.object_at(expression)
    if object is not None and object in scene.unit.model.objects:
        several = value if isinstance(value, list) else [value]
        ids = [one.get("id") if isinstance(one, Mapping) else one for one in several if one is not None]
        return [], _contacts(scene.unit, object, [id for id in ids if isinstance(id, str)])
    if isinstance(value, str) and not _is_id(value):
        return [], [{"email": value} if "@" in value else {"phone": value}]
    return ([] if value is None else user_ids(value)), []


def _contacts(unit: Unit, object: str, ids: list[str]) -> list[dict[str, Any]]:
    fields = unit.model.objects[object].fields.values()
    reached = {kind: [field.name for field in fields if field.type == kind] for kind in _REACHED}
    paths = tuple((name,) for names in reached.values() for name in names)
    found: list[dict[str, Any]] = []
    for tree in fetch(unit.session, unit.catalog, Want(object, (("id",), *paths)), ids) if paths else ():
        contact = {
            kind: next((tree[name] for name in names if tree.get(name)), None) for kind, names in reached.items()
        }
        if any(contact.values()):
            found.append(
                {kind: value for kind, value in contact.items() if value} | {"object": object, "id": tree["id"]}
            )
    return found


def _is_id(value: str) -> bool:
    return len(value) == 36 and value.count("-") == 4


def _seen(scene: Scene, phrase: Phrase) -> dict[str, Any]:
    """Return what a text reads besides the record, which its receiver sees under his own masks."""
    found: dict[str, Any] = {}
    paths = {path for one in expressions_in(phrase.by_language) for path in one.reads}
    # the shortest come last, so that a whole value takes the place of its parts
    for path in sorted(paths, key=len, reverse=True):
        if path[0] in scene and path[0] not in _SEEN_BY_RECEIVER and path[0] not in scene.unit.functions:
            _put(found, path, _at(scene, path))
    return found


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return plain_json(value)


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def _values(scene: Scene, values: Values, told: Callable[[Any], Any] = wire) -> dict[str, Any]:
    found = {}
    for name, given in values.items():
        value = given.value if given.expression is None else scene.value(given.expression)
        found[name] = identity(value) if isinstance(value, Mapping) and "id" in value else told(value)
    return found


def _seconds(length: Any) -> int:
    return int(length.days * 86_400 + length.time.total_seconds())
