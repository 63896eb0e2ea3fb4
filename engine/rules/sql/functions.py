"""Built-in functions that mean the same in SQL, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Integer, Text, func
from sqlalchemy.sql.elements import literal_column

from engine.rules.nodes import Node
from engine.rules.sql.arithmetic import as_term
from engine.rules.sql.binding import Binds
from engine.rules.sql.comparing import Operand, order
from engine.rules.sql.dates import date_of
from engine.rules.sql.givens import Known
from engine.rules.sql.refusals import Unsayable
from engine.rules.sql.terms import SQLITE, Element, Term, all_of, choose, infix, truth, unknown
from engine.rules.values import BOOLEAN, DATE, DATE_TIME, NULL, NUMBER, STRING

Said = Callable[[Binds, Node, Sequence[Operand]], Term]
_LONGEST = 10**9


def _number(value: int) -> Element:
    return literal_column(str(value), Integer())


def _texts(binds: Binds, node: Node, arguments: Sequence[Operand]) -> list[Term]:
    terms = [as_term(binds, argument, node, STRING) for argument in arguments]
    for term in terms:
        if term.kind != STRING:
            raise Unsayable(node, "only texts fit here in SQL")
    return terms


def _length(binds: Binds, node: Node, arguments: Sequence[Operand]) -> Term:
    (text,) = _texts(binds, node, arguments)
    return Term(func.length(text.element), NUMBER, nullable=text.nullable, scale=0, limit=_LONGEST)


def _contains(binds: Binds, node: Node, arguments: Sequence[Operand]) -> Term:
    text, match = _texts(binds, node, arguments)
    find = func.instr if binds.dialect == SQLITE else func.strpos
    element = infix(">", find(text.element, match.element), _number(0))
    return truth(element, nullable=text.nullable or match.nullable)


def _starts_with(binds: Binds, node: Node, arguments: Sequence[Operand]) -> Term:
    text, match = _texts(binds, node, arguments)
    start = func.substr(text.element, _number(1), func.length(match.element), type_=Text())
    element = infix("=", start, match.element)
    if isinstance(arguments[1], Known):
        # the same once more in the form that an index serves
        behind = Term(binds.behind(arguments[1]), STRING, nullable=False)
        within = [order(binds, ">=", text, match).element, order(binds, "<", text, behind).element]
        element = all_of(*within, element)
    return truth(element, nullable=text.nullable or match.nullable)


def _ends_with(binds: Binds, node: Node, arguments: Sequence[Operand]) -> Term:
    text, match = _texts(binds, node, arguments)
    whole, part = func.length(text.element), func.length(match.element)
    first = infix("+", infix("-", whole, part, Integer()), _number(1), Integer())
    end = infix("=", func.substr(text.element, first, type_=Text()), match.element)
    return truth(all_of(infix(">=", whole, part), end), nullable=text.nullable or match.nullable)


def _substring(binds: Binds, node: Node, arguments: Sequence[Operand]) -> Term:
    (text,) = _texts(binds, node, arguments[:1])
    positions = []
    for argument in arguments[1:]:
        if not isinstance(argument, Known):
            raise Unsayable(node, "start and length must be known beforehand")
        shape = argument.shape
        if shape.kind != NUMBER:
            return unknown(STRING, binds.dialect)
        if shape.scale or shape.negative:
            raise Unsayable(node, "start and length must be whole and at least 1")
        positions.append(binds.position(argument))
    # a start behind the end, or a length of nothing, gives null
    within = [infix("<=", positions[0], func.length(text.element))]
    within += [infix(">=", position, _number(1)) for position in positions]
    element = func.substr(text.element, *positions, type_=Text())
    return Term(choose(all_of(*within), element, None), STRING, nullable=True)


def _date(binds: Binds, node: Node, arguments: Sequence[Operand]) -> Term:
    (moment,) = arguments
    if not isinstance(moment, Term) or moment.kind not in (DATE, DATE_TIME):
        raise Unsayable(node, "only the date of a date and time can be taken in SQL")
    return date_of(moment, binds.dialect)


FUNCTIONS: Mapping[str, tuple[int, int, Said, str]] = {
    "string length": (1, 1, _length, NUMBER),
    "contains": (2, 2, _contains, BOOLEAN),
    "starts with": (2, 2, _starts_with, BOOLEAN),
    "ends with": (2, 2, _ends_with, BOOLEAN),
    "substring": (2, 3, _substring, STRING),
    "date": (1, 1, _date, DATE),
}

WHY_NOT: Mapping[str, str] = {
    "upper case": "the databases know capitals of some alphabets only",
    "lower case": "the databases know capitals of some alphabets only",
    "matches": "patterns differ between the databases",
    "replace": "patterns differ between the databases",
    "split": "patterns differ between the databases",
    "mean": "it divides; compare the sum with a product of the count",
    "evaluate": "a stored rule is worked out record by record",
    "years and months duration": "months differ in length; compare the date with one that is known beforehand",
}


def said(binds: Binds, name: str, node: Node, arguments: Sequence[Operand]) -> Term:
    """Return the call of a built-in function."""
    found = FUNCTIONS.get(name)
    if found is None or not found[0] <= len(arguments) <= found[1]:
        raise Unsayable(node, WHY_NOT.get(name, f"'{name}' has no exact counterpart in both databases"))
    if any(argument.kind == NULL for argument in arguments):
        return unknown(found[3], binds.dialect)
    return found[2](binds, node, arguments)
