"""Effects, linked and typed: what follows from a transition, a step, a rule or a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.metamodel.compiler.processes.desk import Desk, is_formula, object_of
from engine.metamodel.compiler.processes.durations import parse_duration
from engine.metamodel.compiler.processes.many_records import find_records, remove_records, update_records
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.compiler.processes.words import EFFECTS
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import Duration, Effect, Effects, ObjectModel
from engine.metamodel.model.effects import (
    AssignRecord,
    CallConnector,
    ConvertRecord,
    CreateRecord,
    EmitEvent,
    EvaluateTable,
    Notify,
    PerformTransition,
    PrintRecord,
    RefuseSave,
    Retry,
    RunOverAll,
    ScheduleRule,
    SetFields,
    StartApproval,
    TakeNumber,
    Verb,
    WithdrawApproval,
)
from engine.rules import ANY, DATE_TIME, Expression, FeelType, ListType


def compile_effects(node: Node, desk: Desk) -> Effects:
    """Compile a list of effects; a name given by ``as`` is known to those after it."""
    found = []
    for part in node.elements():
        effect, desk = compile_effect(part, desk)
        if effect is not None:
            found.append(effect)
    return tuple(found)


def compile_effect(node: Node, desk: Desk) -> tuple[Effect | None, Desk]:
    """Compile one effect; return it with the desk that knows what it has made."""
    verb = next(iter(node.value))
    if verb not in EFFECTS:
        desk.complain("verb_first", node, key=verb, known=", ".join(EFFECTS), guess=guess(verb, EFFECTS))
        return None, desk
    for key, part in node.items():
        if key not in EFFECTS[verb] and key not in (verb, "when", "for_each", "each"):
            desk.complain("not_a_setting", part.key_span, key=key, verb=verb)
    each = desk.given_formula(node.get("for_each"))
    name = node.text("each", "item")
    if node.has("each") and (name in desk.roots or each is None):
        desk.complain("name_taken" if each is not None else "missing_key", node.get("each"), **_each_wrong(name))
    inner = desk.knowing(**{name: _element(each.type)}) if each is not None else desk
    if each is not None and not isinstance(each.type, ListType) and each.type is not ANY:
        desk.complain("list_wanted", node.get("for_each"), type=str(each.type))
    when = inner.condition(node.get("when"))
    made = _VERBS[verb](node, inner)
    if made is None:
        return None, _knowing_made(node, desk)
    path = ".".join(map(str, node.path))
    return Effect(made, when, each, path, node.span, name), _knowing_made(node, desk)


def _each_wrong(name: str) -> dict[str, str]:
    return {"name": name, "key": "for_each", "where": "each"}


def _knowing_made(node: Node, desk: Desk) -> Desk:
    name = node.maybe("as")
    if name is None:
        return desk
    if name in desk.roots:
        desk.complain("name_taken", node.get("as"), name=name)
        return desk
    return desk.knowing(**{name: _type_of_made(node, desk)})


def _type_of_made(node: Node, desk: Desk) -> FeelType:
    if node.has("find"):
        row = desk.expressions.world.record(node.text("find")) if node.text("find") in desk.bench.objects else ANY
        return row if node.flag("first") else ListType(row)
    object: Any = node.maybe("create")
    known = desk.bench.conversions.get(node.text("convert"))
    if known is not None:
        object = next(iter(known.makes.values())).object
    elif node.has("convert"):
        for merged in desk.bench.documents("conversion"):
            if merged.document.id == node.text("convert"):
                object = next((part.maybe("object") for _, part in merged.node.get("makes").items()), None)
    return desk.expressions.world.record(object) if object in desk.bench.objects else ANY


def _element(type: FeelType) -> FeelType:
    return type.element if isinstance(type, ListType) else ANY


def _set(node: Node, desk: Desk) -> Verb:
    return SetFields(desk.values(node.get("set")))


def _create(node: Node, desk: Desk) -> Verb | None:
    object = desk.bench.object(node.get("create"))
    if object is None:
        return None
    link = node.maybe("link")
    if link is not None:
        field = desk.field(node.get("link"))
        if field is not None and object.name not in field.targets:
            desk.complain("wrong_target", node.get("link"), field=field.name, object=object.name)
    values = desk.values(node.get("with"), object)
    _require_all(object, values, node, desk)
    return CreateRecord(object.name, values, node.maybe("as"), link)


def _require_all(object: ObjectModel, values: Mapping[str, Any], node: Node, desk: Desk) -> None:
    for field in object.fields.values():
        given = field.name in values or field.name in object.numbering or field.default is not None
        if field.required and not given and not field.system and not field.computed:
            desk.complain("not_given", node.get("create"), field=field.name, object=object.name)


def _number(node: Node, desk: Desk) -> Verb | None:
    field, rule, rules = desk.field(node.get("number")), node.text("sequence"), desk.bench.names("numbering")
    if not node.has("sequence"):
        desk.complain("missing_key", node.get("number").key_span, key="sequence", where="number")
    elif rule not in rules:
        desk.bench.unknown("numbering", node.get("sequence"), rule, rules)
    if field is not None and field.type not in ("text", "code"):
        desk.complain("wrong_field_type", node.get("number"), field=field.name, type=field.type, wanted="text")
    return TakeNumber(field.name, rule) if field is not None and rule in desk.bench.numberings else None


def _evaluate(node: Node, desk: Desk) -> Verb | None:
    decision, known = node.text("evaluate"), desk.bench.decisions
    if decision not in known:
        desk.bench.unknown("decision", node.get("evaluate"), decision, known)
    if not node.has("into"):
        desk.complain("missing_key", node.get("evaluate").key_span, key="into", where="evaluate")
        return None
    into = desk.field(node.get("into"))
    values = desk.free_values(node.get("with"))
    if decision in known:
        for name in values:
            if name not in known[decision].inputs:
                desk.bench.unknown("input", node.get("with").get(name).key_span, name, known[decision].inputs)
    return EvaluateTable(decision, values, into.name) if into is not None and decision in known else None


def _start(node: Node, desk: Desk) -> Verb | None:
    on = desk.given_formula(node.get("on"))
    if not _of_kind("approval", node.get("start"), on, desk):
        return None
    flow = node.text("start")
    object = desk.bench.objects[desk.bench.subjects["approval", flow]]
    return StartApproval(flow, on, desk.values(node.get("with"), object))


def _transition(node: Node, desk: Desk) -> Verb | None:
    of, name = desk.given_formula(node.get("of")), node.text("transition")
    subject = desk.object.name if not node.has("of") else object_of(of.type) if of is not None else None
    lives = {life.object: life for life in desk.bench.lifecycles.values()}
    objects = [subject] if subject is not None else list(lives)
    having = tuple(object for object in objects if object in lives and name in lives[object].transitions)
    if not having:
        known = [one for object in objects if object in lives for one in lives[object].transitions]
        desk.bench.unknown("transition", node.get("transition"), name, known, object=subject or "any object")
        return None
    return PerformTransition(name, having, of)


def _assign(node: Node, desk: Desk) -> Verb | None:
    of = desk.given_formula(node.get("of"))
    return AssignRecord(node.text("assign"), of) if _of_kind("assignment", node.get("assign"), of, desk) else None


def _withdraw(node: Node, desk: Desk) -> Verb | None:
    of = desk.given_formula(node.get("of"))
    known = _of_kind("approval", node.get("withdraw"), of, desk)
    reason = desk.phrase(node.get("reason"))
    return WithdrawApproval(node.text("withdraw"), of, reason) if known else None


def _of_kind(kind: str, node: Node, record: Expression | None, desk: Desk) -> bool:
    """Tell whether a definition of that name exists and is about the record that it is to work on."""
    names = desk.bench.names(kind)
    if node.value not in names:
        desk.bench.unknown(kind, node, str(node.value), names)
        return False
    about = desk.bench.subjects.get((kind, str(node.value)))
    given = object_of(record.type) if record is not None else desk.object.name
    if about is not None and given is not None and about != given:
        desk.complain("about_another", node, kind=kind, id=node.value, about=about, object=given)
        return False
    return about is not None


def _schedule(node: Node, desk: Desk) -> Verb | None:
    at = desk.given_formula(node.get("at"), DATE_TIME)
    if not node.has("at"):
        desk.complain("missing_key", node.get("schedule").key_span, key="at", where="schedule")
    known = _of_kind("automation", node.get("schedule"), None, desk)
    return ScheduleRule(node.text("schedule"), at) if known and at is not None else None


def _run(node: Node, desk: Desk) -> Verb | None:
    name, known = node.text("run"), desk.bench.names("automation")
    if name not in known:
        desk.bench.unknown("automation", node.get("run"), name, known)
        return None
    return RunOverAll(name, desk.free_values(node.get("with")))


def _convert(node: Node, desk: Desk) -> Verb | None:
    known = _of_kind("conversion", node.get("convert"), None, desk)
    return ConvertRecord(node.text("convert"), node.maybe("as")) if known else None


def _refuse(node: Node, desk: Desk) -> Verb | None:
    if not desk.may_refuse:
        desk.complain("refuse_outside", node.get("refuse"))
    return RefuseSave(desk.phrase(node.get("refuse")))


def _emit(node: Node, desk: Desk) -> Verb:
    return EmitEvent(node.text("emit"), desk.free_values(node.get("with")))


def _notify(node: Node, desk: Desk) -> Verb | None:
    to = compile_people(node.get("notify"), desk, contacts=True)
    message, link = node.maybe("message"), node.get("link")
    if node.has("text") == (message is not None):
        desk.complain("one_of", node.get("notify").key_span, where="notify", known="text, message")
    if message is not None and message not in desk.bench.names("message"):
        desk.bench.unknown("message", node.get("message"), message, desk.bench.names("message"))
    leads = desk.given_formula(link) if is_formula(link.value) else None
    if node.has("link") and leads is None:
        desk.complain("formula_wanted", link, value=str(link.value)[:60])
    return Notify(to, desk.phrase(node.get("text")), message, node.texts("via"), leads)  # type: ignore[arg-type]


def _call(node: Node, desk: Desk) -> Verb | None:
    connector, known = node.text("call"), desk.bench.names("connector")
    if connector not in known:
        desk.bench.unknown("connector", node.get("call"), connector, known)
    into = desk.field(node.get("into")) if node.has("into") else None
    if node.has("into") and not desk.waits:
        desk.complain("into_outside", node.get("into"))
    return CallConnector(
        connector, desk.free_values(node.get("with")), into.name if into else None, compile_retry(node.get("retry"))
    )


def compile_retry(node: Node) -> Retry | None:
    """Read how often a call is tried again; None when nothing is said."""
    if node.value is None:
        return None
    backoff = parse_duration(node.text("backoff", "PT1M"))
    return Retry(node.number("times", 10), backoff or Duration())


def _print(node: Node, desk: Desk) -> Verb | None:
    template = node.text("print")
    if not _of_kind("print", node.get("print"), None, desk):
        return None
    if not node.has("to") and not node.flag("attach"):
        desk.complain("one_of", node.get("print").key_span, where="print", known="to, attach")
    return PrintRecord(template, compile_people(node.get("to"), desk, contacts=True), node.flag("attach"))


_VERBS: Mapping[str, Callable[[Node, Desk], Verb | None]] = {
    "set": _set,
    "create": _create,
    "update": update_records,
    "remove": remove_records,
    "find": find_records,
    "number": _number,
    "evaluate": _evaluate,
    "start": _start,
    "transition": _transition,
    "assign": _assign,
    "withdraw": _withdraw,
    "schedule": _schedule,
    "run": _run,
    "convert": _convert,
    "refuse": _refuse,
    "emit": _emit,
    "notify": _notify,
    "call": _call,
    "print": _print,
}
