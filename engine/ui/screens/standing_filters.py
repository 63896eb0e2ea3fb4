"""Conditions of definitions as rows of the filter builder: written in FEEL, and read back where rows say them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as parts_of
from dataclasses import replace
from datetime import date
from typing import Any

from engine.kernel.errors import BadDefinition
from engine.metamodel.model import FieldModel, ListModel
from engine.rules import BOOLEAN, compile_expression
from engine.rules.nodes import (
    And,
    BooleanLiteral,
    Call,
    Comparison,
    InTests,
    Name,
    Node,
    NullLiteral,
    NumberLiteral,
    Or,
    Path,
    StringLiteral,
)
from engine.rules.walking import walk
from engine.ui.desk import Desk
from engine.ui.screens.filtering import RuleRow, build_rule_row, filterable
from engine.ui.screens.filters import PERIOD, Rule, feel_of

_RECORD = "record."
_PLACES = frozenset({"start", "end", "name_start"})
_SIGNS = {">": "above", ">=": "from", "<": "below", "<=": "to"}
_NAMED = frozenset({"choice", "reference", "department", "user"})
Fields = Mapping[str, FieldModel]


def standing_text(rules: Iterable[Rule], fields: Fields, together: bool, today: date) -> str:
    """Return the condition over ``record`` that rows of the builder come to.

    A named period is left out: what stands in a definition would keep the days on which it was written.
    """
    named = [(replace(one, path=_RECORD + one.path), fields[one.path]) for one in rules if one.path in fields]
    return feel_of([(rule, field) for rule, field in named if rule.operator != PERIOD], together, today)


def read_back(desk: Desk, object: str, text: str) -> tuple[tuple[Rule, ...], bool] | None:
    """Return the rows that a condition is the same as, and whether all must hold; None when no rows say it."""
    tree = _tree(desk, object, text)
    if tree is None:
        return None
    fields = dict(filterable(desk, desk.model.lists[object]))
    for terms, together in _readings(tree):
        guessed = [_guess(term, fields) for term in terms]
        rules = tuple(rule for rule in guessed if rule is not None)
        if len(rules) != len(terms):
            continue
        # whatever was guessed is right if it says the same
        again = _tree(desk, object, standing_text(rules, fields, together, desk.dates.today))
        if again is not None and _shape(again) == _shape(tree):
            return rules, together
    return None


def standing_rows(
    desk: Desk, model: ListModel, rules: Sequence[Rule], titles: Mapping[str, str]
) -> tuple[RuleRow, ...]:
    """Return rows of the builder, records and people among their values with titles."""
    shown = []
    for rule in rules:
        values = tuple(f"{value} {titles[value]}" if value in titles else value for value in rule.values)
        shown.append(replace(rule, values=values))
    if not shown:
        first = next(iter(dict(filterable(desk, model))), None)
        shown = [] if first is None else [Rule(first, "")]
    return tuple(build_rule_row(desk, model, rule, str(n), standing=True) for n, rule in enumerate(shown))


def _tree(desk: Desk, object: str, text: str) -> Node | None:
    if not text.strip():
        return None
    try:
        return compile_expression(text, desk.policy.rules.world.granted(object), expect=BOOLEAN).tree
    except BadDefinition:
        return None


def _readings(tree: Node) -> Iterator[tuple[Sequence[Node], bool]]:
    yield (tree,), True
    if isinstance(tree, And):
        yield tree.operands, True
    if isinstance(tree, Or):
        yield tree.operands, False


def _guess(term: Node, fields: Fields) -> Rule | None:
    paths = [node for node in walk(term) if isinstance(node, Path)]
    found = next((one.name for one in paths if isinstance(one.source, Name) and one.source.name == "record"), None)
    field = fields.get(found or "")
    if found is None or field is None:
        return None
    if isinstance(term, Comparison):
        return _compared(term, found, field)
    texts = tuple(node.value for node in walk(term) if isinstance(node, StringLiteral))
    if isinstance(term, InTests):
        return Rule(found, "in", texts)
    calls = [node.function.name for node in walk(term) if isinstance(node, Call) and isinstance(node.function, Name)]
    if calls[:1] == ["not"]:
        return Rule(found, "out", texts)
    if calls[:1] in (["contains"], ["starts with"]) and texts:
        return Rule(found, "has" if calls[0] == "contains" else "starts", texts[:1])
    if isinstance(term, And):
        literals = tuple(
            value for one in term.operands if isinstance(one, Comparison) and (value := _literal(one.right))
        )
        return Rule(found, "between", literals)
    return None


def _compared(term: Comparison, name: str, field: FieldModel) -> Rule | None:
    right, equal = term.right, term.operator == "="
    match right:
        case NullLiteral():
            return Rule(name, "empty" if equal else "filled")
        case BooleanLiteral():
            return Rule(name, "yes" if right.value else "no")
        case Name(name="actor"):
            return Rule(name, "me")
        case Path(name="department"):
            return Rule(name, "my_unit")
    value = _literal(right)
    if not value:
        return None
    if field.type in _NAMED:
        return Rule(name, "in" if equal else "out", (value,))
    return Rule(name, "is" if equal else _SIGNS.get(term.operator, ""), (value,))


def _literal(node: Node) -> str:
    if isinstance(node, NumberLiteral):
        return f"{node.value:f}"
    texts = [one.value for one in walk(node) if isinstance(one, StringLiteral)]
    return texts[0].partition("T")[0] if len(texts) == 1 and isinstance(node, Call) else texts[0] if texts else ""


def _shape(value: Any) -> Any:
    """Return a tree without the places at which its parts are written."""
    if isinstance(value, tuple):
        return tuple(_shape(one) for one in value)
    if not isinstance(value, Node):
        return value
    told = [_shape(getattr(value, part.name)) for part in parts_of(value) if part.name not in _PLACES]
    return (type(value).__name__, *told)
