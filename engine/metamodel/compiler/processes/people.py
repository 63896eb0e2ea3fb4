"""Rules that name people, linked and typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import get_args

from engine.metamodel.compiler.actor_scope import USER
from engine.metamodel.compiler.processes.desk import Desk, is_formula
from engine.metamodel.compiler.processes.words import OF_ALL_PEOPLE, PEOPLE
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import People, PersonRule
from engine.metamodel.model.people import (
    Anchor,
    ByFormula,
    Decider,
    Head,
    Heads,
    Manager,
    Managers,
    Members,
    PeopleInFields,
    Picked,
    PlainPerson,
    PositionHolders,
    RoleHolders,
    Selector,
    Until,
    UserByLogin,
    Word,
)
from engine.rules import ANY, NULL, NUMBER, Expression, FeelType, ListType, RecordType

_WORDS = get_args(Word)


def compile_people(node: Node, desk: Desk, *, contacts: bool = False) -> People:
    """Compile a list of rules. ``contacts``: a formula may also yield records with an address."""
    return tuple(_rules(node, desk, contacts))


def _rules(node: Node, desk: Desk, contacts: bool) -> Iterator[PersonRule]:
    for part in node.elements():
        rule = _plain(part, desk, contacts) if isinstance(part.value, str) else _rule(part, desk, contacts)
        if rule is not None:
            yield rule


def _plain(node: Node, desk: Desk, contacts: bool) -> PersonRule | None:
    if is_formula(node.value):
        expression = _people(desk.given_formula(node), node, desk, contacts)
        return PersonRule(ByFormula(expression)) if expression else None
    word = _word(node, desk)
    return PersonRule(PlainPerson(word)) if word else None


def _word(node: Node, desk: Desk) -> Word | None:
    for word in _WORDS:
        if node.value == word:
            return word if _has(word, node, desk) else None
    desk.complain("unknown_person", node, person=str(node.value), guess=guess(str(node.value), _WORDS))
    return None


def _has(word: Word, node: Node, desk: Desk) -> bool:
    if word == "owner" and not desk.object.owned:
        desk.complain("not_owned", node, object=desk.object.name)
        return False
    if word == "assignee" and not desk.task:
        field = desk.object.fields.get("assignee")
        if field is None or field.type not in ("user", "users"):
            desk.complain("no_assignee", node, object=desk.object.name)
            return False
    if word == "submitter" and "submitter" not in desk.roots:
        desk.complain("no_submitter", node)
        return False
    return True


def _rule(node: Node, desk: Desk, contacts: bool) -> PersonRule | None:
    selector = next(iter(node.value))
    if selector not in PEOPLE:
        desk.complain("verb_first", node, key=selector, known=", ".join(PEOPLE), guess=guess(selector, PEOPLE))
        return None
    for key, part in node.items():
        if key != selector and key not in PEOPLE[selector] | OF_ALL_PEOPLE:
            desk.complain("not_a_setting", part.key_span, key=key, verb=selector)
    found = _SELECTORS[selector](node, desk) if selector != "feel" else _formula(node, desk, contacts)
    testing = desk.knowing(candidate=desk.person)
    when, where = desk.condition(node.get("when")), testing.condition(node.get("where"))
    if found is None:
        return None
    weight = Decimal(str(node.get("weight").value)) if node.has("weight") else Decimal(1)
    return PersonRule(found, when, where, weight, node.flag("veto"))


def _user(node: Node, desk: Desk) -> Selector | None:
    desk.warn("user_not_portable", node.get("user"), user=node.text("user"))
    return UserByLogin(node.text("user"))


def _role(node: Node, desk: Desk) -> Selector | None:
    role, roles = node.text("role"), desk.bench.names("role")
    if role not in roles:
        desk.bench.unknown("role", node.get("role"), role, roles)
        return None
    return RoleHolders(role, desk.given_formula(node.get("in")))


def _position(node: Node, desk: Desk) -> Selector | None:
    return PositionHolders(node.text("position"), desk.given_formula(node.get("in")))


def _manager(node: Node, desk: Desk) -> Selector | None:
    anchor = _anchor(node.get("manager"), desk)
    return Manager(anchor, node.number("level", 1)) if anchor is not None else None


def _managers(node: Node, desk: Desk) -> Selector | None:
    anchor = _anchor(node.get("managers"), desk)
    until = _until(node.get("until"), desk)
    return Managers(anchor, until, node.text("direction") == "down") if anchor is not None else None


def _head(node: Node, desk: Desk) -> Selector | None:
    unit = desk.given_formula(node.get("head"))
    return Head(unit, node.number("level", 0)) if unit is not None else None


def _heads(node: Node, desk: Desk) -> Selector | None:
    unit = desk.given_formula(node.get("heads"))
    until = _until(node.get("until"), desk)
    return Heads(unit, until, node.text("direction") == "down") if unit is not None else None


def _members(node: Node, desk: Desk) -> Selector | None:
    kind, _, code = node.text("members").partition(".")
    return Members(kind, code, node.text("depth") == "all")  # type: ignore[arg-type] # the shape has been checked


def _in_fields(node: Node, desk: Desk) -> Selector | None:
    names = []
    for part in node.get("field").elements():
        field = desk.field(part)
        if field is not None and not _is_people(desk.expressions.world.type_of_field(field), desk):
            desk.complain("not_people", part, what=field.name)
        elif field is not None:
            names.append(field.name)
    return PeopleInFields(tuple(names)) if names else None


def _decider(node: Node, desk: Desk) -> Selector | None:
    step = node.text("decider")
    if step not in desk.steps:
        desk.bench.unknown("step", node.get("decider"), step, desk.steps)
        return None
    return Decider(step)


def _picked(node: Node, desk: Desk) -> Selector | None:
    by = node.text("pick")
    if by != "submitter" and by not in desk.steps:
        desk.bench.unknown("step", node.get("pick"), by, ["submitter", *desk.steps])
        return None
    least, most = node.number("min", 1), node.get("max").value
    if most is not None and most < least:
        desk.complain("ends_before_it_begins", node.get("max"), begin=least, end=most)
    return Picked(by, compile_people(node.get("from"), desk), least, most)


def _formula(node: Node, desk: Desk, contacts: bool) -> Selector | None:
    expression = _people(desk.formula(node.get("feel")), node.get("feel"), desk, contacts)
    return ByFormula(expression) if expression else None


_SELECTORS: Mapping[str, Callable[[Node, Desk], Selector | None]] = {
    "user": _user,
    "role": _role,
    "position": _position,
    "manager": _manager,
    "managers": _managers,
    "head": _head,
    "heads": _heads,
    "members": _members,
    "field": _in_fields,
    "decider": _decider,
    "pick": _picked,
}


def _anchor(node: Node, desk: Desk) -> Anchor | None:
    if is_formula(node.value):
        return _people(desk.given_formula(node), node, desk, False)
    return _word(node, desk)


def _until(node: Node, desk: Desk) -> Until | None:
    if not node.has("covers") and node.has("authority"):
        desk.complain("missing_key", node.key_span, key="covers", where="until")
    given = [key for key in ("level", "position", "authority", "when") if node.has(key)]
    if node.value is None:
        return None
    if len(given) != 1:
        desk.complain("one_of", node, where="until", known="level, position, authority, when")
    return Until(
        level=node.get("level").value,
        position=node.maybe("position"),
        authority=node.maybe("authority"),
        covers=desk.given_formula(node.get("covers"), NUMBER),
        when=desk.knowing(candidate=desk.person).condition(node.get("when")),
    )


def _people(expression: Expression | None, node: Node, desk: Desk, contacts: bool) -> Expression | None:
    if expression is None:
        return None
    if contacts and isinstance(_element(expression.type), RecordType):
        return expression
    if not _is_people(expression.type, desk):
        desk.complain("not_people", node, what=str(expression.type))
        return None
    return expression


def _is_people(type: FeelType | None, desk: Desk) -> bool:
    element = _element(type) if type is not None else None
    if element is ANY or element is NULL:
        return True
    return isinstance(element, RecordType) and element.name in (USER, desk.bench.structure.person)


def _element(type: FeelType) -> FeelType:
    return type.element if isinstance(type, ListType) else type
