"""Automations, linked and typed: what raises them, what they may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.cron import is_cron
from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.durations import parse_time
from engine.metamodel.compiler.processes.effects import compile_effects
from engine.metamodel.compiler.processes.patterns import parse_pattern
from engine.metamodel.compiler.processes.roots import event_type
from engine.metamodel.definitions import Node
from engine.metamodel.model import AutomationModel, Duration
from engine.metamodel.model.automation import (
    OnCron,
    OnDay,
    OnDecision,
    OnEvent,
    OnMessage,
    OnRecord,
    OnRelative,
    OnSchedule,
    OnWebhook,
    Trigger,
)
from engine.rules import DATE, DATE_TIME, NUMBER, STRING, ContextType, FeelType

# triggers that no record raises: where finds records for them
_SEARCH = ("cron", "daily", "relative", "sms", "webhook", "event", "scheduled")
_PLACES: Mapping[str, FeelType] = {"number": NUMBER, "text": STRING, "word": STRING, "date": DATE, "range": NUMBER}


def compile_automations(bench: Bench, expressions: Expressions) -> None:
    """Compile every automation."""
    for merged in bench.documents("automation"):
        object = bench.objects.get(merged.node.text("object"))
        if object is not None:
            desk = Desk.of(bench, expressions, object, before=expressions.world.record(object.name))
            found = _automation(merged.document.id, merged.node, merged.layer, desk)
            if found is not None:
                bench.automations[found.name] = found


def _automation(name: str, node: Node, layer: str, desk: Desk) -> AutomationModel | None:
    on, word = node.get("on"), next(iter(node.get("on").value))
    if len(on.value) > 1:
        desk.complain("one_of", on, where="on", known=", ".join(on.value))
    trigger = _TRIGGERS[word](on.get(word), desk)
    inner = replace(_knowing(trigger, desk), may_refuse=node.text("phase") == "in_tx")
    _check(node, word, desk)
    run_as = node.get("run_as")
    user = run_as.text("user") if isinstance(run_as.value, dict) else None
    do, when, where = (
        compile_effects(node.get("do"), inner),
        inner.condition(node.get("when")),
        inner.condition(node.get("where")),
    )
    if trigger is None:
        return None
    return AutomationModel(
        name=name,
        object=desk.object.name,
        on=trigger,
        do=do,
        title=desk.title(node, name),
        order=node.number("order", 100),
        enabled=node.get("enabled").value is not False,
        where=where,
        when=when,
        phase=node.text("phase", "after"),  # type: ignore[arg-type] # the shape has been checked
        run_as="user" if user else node.text("run_as", "actor"),  # type: ignore[arg-type]
        user=user,
        once=node.text("once", "none"),  # type: ignore[arg-type]
        catch_up=node.text("catch_up", "last"),  # type: ignore[arg-type]
        layer=layer,
    )


def _check(node: Node, word: str, desk: Desk) -> None:
    if node.has("where") and word not in _SEARCH:
        desk.complain("where_of_raised", node.get("where").key_span)
    if node.text("phase") == "in_tx" and word not in ("created", "updated", "deleted", "entered", "left"):
        desk.complain("in_tx_of_nothing", node.get("phase"))
    if node.has("catch_up") and word not in ("cron", "daily", "relative"):
        desk.complain("not_a_setting", node.get("catch_up").key_span, key="catch_up", verb=word)
    if node.text("run_as", "actor") == "actor" and word in ("cron", "daily", "relative", "webhook", "scheduled"):
        where = node.get("run_as") if node.has("run_as") else node.get("on").get(word)
        desk.complain("no_actor", where.key_span)
    if isinstance(node.get("run_as").value, dict):
        desk.warn("user_not_portable", node.get("run_as"), user=node.get("run_as").text("user"))


def _knowing(trigger: Trigger | None, desk: Desk) -> Desk:
    event: FeelType = event_type()
    if isinstance(trigger, OnMessage):
        event = event_type(args={part.name: _PLACES[part.type] for part in trigger.parts if part.name})
    elif isinstance(trigger, OnDecision):
        event = event_type(data={"outcome": STRING, "approval": STRING, "instance": STRING})
    elif isinstance(trigger, OnRelative):
        return desk.knowing(event=event, item=ContextType({"anchor": DATE, "at": DATE_TIME}, name="item"))
    return desk.knowing(event=event)


def _changed(what: str) -> Callable[[Node, Desk], Trigger | None]:
    def read(node: Node, desk: Desk) -> Trigger | None:
        fields = desk.fields(node) if isinstance(node.value, list) else frozenset()
        return OnRecord(what, fields)  # type: ignore[arg-type] # one of the words of the table

    return read


def _moved(what: str) -> Callable[[Node, Desk], Trigger | None]:
    def read(node: Node, desk: Desk) -> Trigger | None:
        lifecycle = desk.bench.lifecycles.get(desk.object.lifecycle or "")
        states = lifecycle.states if lifecycle else {}
        if node.value not in states:
            desk.bench.unknown("state", node, str(node.value), states)
            return None
        return OnRecord(what, state=str(node.value))  # type: ignore[arg-type]

    return read


def _decided(node: Node, desk: Desk) -> Trigger | None:
    name, known = str(node.value), desk.bench.names("approval")
    if name not in known:
        desk.bench.unknown("approval", node, name, known)
        return None
    about = desk.bench.subjects.get(("approval", name))
    if about not in (None, desk.object.name):
        desk.complain("about_another", node, kind="approval", id=name, about=about, object=desk.object.name)
    return OnDecision(name)


def _event(node: Node, desk: Desk) -> Trigger:
    return OnEvent(str(node.value))


def _sms(node: Node, desk: Desk) -> Trigger | None:
    parts = parse_pattern(str(node.value))
    if isinstance(parts, str):
        desk.complain("bad_pattern_place", node, place=parts)
        return None
    names = [part.name for part in parts if part.name]
    if len(set(names)) != len(names):
        desk.complain("repeated_element", node, where="sms")
    return OnMessage(str(node.value), parts)


def _webhook(node: Node, desk: Desk) -> Trigger:
    return OnWebhook(str(node.value))


def _cron(node: Node, desk: Desk) -> Trigger | None:
    if not is_cron(str(node.value)):
        desk.complain("bad_cron", node, value=str(node.value)[:60])
        return None
    return OnCron(str(node.value))


def _daily(node: Node, desk: Desk) -> Trigger:
    return OnDay(parse_time(str(node.value)))


def _relative(node: Node, desk: Desk) -> Trigger | None:
    object = desk.object
    if node.has("object") and node.text("object") != object.name:
        desk.complain("about_another", node.get("object"), kind="automation", id="relative", about=object.name,
                      object=node.text("object"))  # fmt: skip
    field = desk.field(node.get("field"))
    if field is not None and field.type not in ("date", "datetime"):
        desk.complain("wrong_field_type", node.get("field"), field=field.name, type=field.type, wanted="date, datetime")
        return None
    offset, window = desk.duration(node.get("offset")), desk.duration(node.get("window")) or Duration(days=1)
    if field is None or offset is None:
        return None
    at = parse_time(node.text("at", "09:00"))
    return OnRelative(object.name, field.name, offset, window, node.flag("yearly"), at)


def _scheduled(node: Node, desk: Desk) -> Trigger:
    return OnSchedule()


_TRIGGERS: Mapping[str, Callable[[Node, Desk], Trigger | None]] = {
    "created": _changed("created"),
    "updated": _changed("updated"),
    "deleted": _changed("deleted"),
    "entered": _moved("entered"),
    "left": _moved("left"),
    "decided": _decided,
    "event": _event,
    "sms": _sms,
    "webhook": _webhook,
    "cron": _cron,
    "daily": _daily,
    "relative": _relative,
    "scheduled": _scheduled,
}
