"""Equality, order and membership, with the same three-valued result as in Python.

In *filter position* (``positive``) only true counts, so null and false may be exchanged: that keeps equality in the
plain form ``x = c``, which indexes serve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import BigInteger, Boolean, Text, case, collate, func, null
from sqlalchemy.sql.elements import Grouping, literal_column

from engine.rules.sql.binding import Binds
from engine.rules.sql.dates import day_number, whole_second
from engine.rules.sql.givens import Known
from engine.rules.sql.terms import (
    RECORD,
    ROOM,
    SQLITE,
    Element,
    Term,
    all_of,
    any_of,
    as_numeric,
    choose,
    constant,
    if_known,
    infix,
    is_known,
    is_null,
    negated,
    rescaled,
    truth,
    wrapped,
)
from engine.rules.values import BOOLEAN, DATE, DATE_TIME, DAYS, NULL, NUMBER, STRING, TIME

Operand = Term | Known

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
SECONDS = frozenset((TIME, DATE_TIME))
# whole seconds are compared: x <= 10:30:00 says x < 10:30:01
_BY_SECONDS = {"<": ("<", 0), "<=": ("<", 1), ">": (">=", 1), ">=": (">=", 0)}
_ORDERED = frozenset((NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS))


def comparison(binds: Binds, operator: str, left: Operand, right: Operand, *, positive: bool) -> Term:
    """Return ``left operator right``. At least one of the two depends on the row."""
    if isinstance(left, Known):
        left, right, operator = right, left, _TURNED.get(operator, operator)
    assert isinstance(left, Term)
    if operator in ("=", "!="):
        found = equality(binds, left, right, positive=positive and operator == "=")
        return opposite(found) if operator == "!=" else found
    return order(binds, operator, left, right)


def opposite(term: Term) -> Term:
    """Return NOT of a boolean."""
    if isinstance(term.constant, bool) or term.constant is None:
        return constant(None if term.constant is None else not term.constant)
    return replace(term, element=negated(term.element))


def alike(left: str, right: str) -> bool:
    """Tell whether values of these kinds can be equal."""
    return left == right or {left, right} == {RECORD, STRING}


# -- equality --------------------------------------------------------------------------------------------------


def equality(binds: Binds, left: Term, right: Operand, *, positive: bool) -> Term:
    """Return ``left = right``: two-valued on null, null for values of different kinds."""
    if right.kind == NULL or (isinstance(right, Term) and right.constant is None):
        return truth(is_null(left.element), nullable=False)
    if left.constant is None:
        return _is_null(right)
    if not alike(left.kind, right.kind):
        return _two_kinds(left, right, positive=positive)
    if isinstance(right, Term):
        return _equal_terms(binds, left, right, positive=positive)
    if left.kind == BOOLEAN:
        other = constant(right.shape.truth).element
        return null_safe(infix("=", left.element, _truth_word(other, binds, right)), [left], positive=positive)
    if not _can_be_equal(right):
        return constant(False)
    if left.kind in SECONDS:
        within = [infix(">=", left.element, binds.second(right)), infix("<", left.element, binds.second(right, 1))]
        return null_safe(all_of(*within), [left], positive=positive)
    element = guarded(left, binds.dialect).element
    return null_safe(infix("=", element, binds.like(left, right, "=")), [left], positive=positive)


def _truth_word(_: Element, binds: Binds, known: Known) -> Element:
    word = ("1" if known.shape.truth else "0") if binds.dialect == SQLITE else str(known.shape.truth).lower()
    return literal_column(word, Boolean())


def _is_null(operand: Operand) -> Term:
    return truth(is_null(operand.element), nullable=False) if isinstance(operand, Term) else constant(False)


def _can_be_equal(known: Known) -> bool:
    shape = known.shape
    if shape.far:
        return False
    if known.kind == DATE_TIME:
        return shape.zoned  # columns hold instants
    return not (known.kind == TIME and shape.zoned)  # and times of no zone


def null_safe(element: Element, terms: Sequence[Term], *, positive: bool) -> Term:
    """Return an equality that is false, not null, where one side is null; at most one side may be."""
    unsure = [term for term in terms if term.nullable]
    if not unsure or positive:
        return truth(element, nullable=False)
    return truth(all_of(element, *(is_known(term.element) for term in unsure)), nullable=False)


def _equal_terms(binds: Binds, left: Term, right: Term, *, positive: bool) -> Term:
    one, other = comparable("=", left, right, binds.dialect)
    if left.nullable and right.nullable:
        word = "IS" if binds.dialect == SQLITE else "IS NOT DISTINCT FROM"
        return truth(infix(word, one, other), nullable=False)
    return null_safe(infix("=", one, other), [left, right], positive=positive)


def _two_kinds(left: Term, right: Operand, *, positive: bool) -> Term:
    # equality with null is known; with anything else it is not
    if positive or not left.nullable:
        return constant(False if positive else None)
    if isinstance(right, Term) and right.nullable:
        both = all_of(is_null(left.element), is_null(right.element))
        one = any_of(is_null(left.element), is_null(right.element))
        return truth(_cases(both, True, one, False), nullable=True)
    return truth(choose(is_null(left.element), constant(False).element, null()), nullable=True)


def _cases(first: Element, then: bool, second: Element, other: bool) -> Element:
    return case((first, constant(then).element), (second, constant(other).element), else_=null())


# -- order -----------------------------------------------------------------------------------------------------


def order(binds: Binds, operator: str, left: Term, right: Operand) -> Term:
    """Return ``left < right`` and its like: null where one side is null or the kinds differ."""
    if left.kind != right.kind or left.kind not in _ORDERED or left.constant is None:
        return constant(None)
    if isinstance(right, Term):
        if right.constant is None:
            return constant(None)
        one, other = comparable(operator, left, right, binds.dialect)
        return truth(infix(operator, one, _collated(other, left.kind, binds)), nullable=left.nullable or right.nullable)
    shape = right.shape
    if (right.kind == DATE_TIME and not shape.zoned) or (right.kind == TIME and shape.zoned):
        return constant(None)
    if shape.far:
        answer = constant((operator in ("<", "<=")) == (shape.far > 0))
        return replace(truth(if_known([left], answer.element), nullable=left.nullable))
    if left.kind in SECONDS:
        operator, later = _BY_SECONDS[operator]
        return truth(infix(operator, left.element, binds.second(right, later)), nullable=left.nullable)
    bound = binds.like(left, right, operator)
    element = guarded(left, binds.dialect).element
    return truth(infix(operator, element, _collated(bound, left.kind, binds)), nullable=left.nullable)


def _collated(element: Element, kind: str, binds: Binds) -> Element:
    # order by code points; SQLite has it so already
    if kind != STRING or binds.dialect == SQLITE:
        return element
    return wrapped(collate(wrapped(element), "C"))


def between(binds: Binds, operand: Term, ends: Sequence[tuple[str, Operand]]) -> Term:
    """Return whether all of ``operand >= low`` and its like hold, as AND has it."""
    return joined([order(binds, operator, operand, end) for operator, end in ends], decisive=False)


def joined(parts: Sequence[Term], *, decisive: bool) -> Term:
    """Join by OR when true decides, by AND when false does; constants fall out."""
    if any(part.constant is decisive for part in parts):
        return constant(decisive)
    left = [part for part in parts if part.constant is not (not decisive)]
    if all(part.constant is None for part in left):
        return constant(None) if left else constant(not decisive)
    join = any_of if decisive else all_of
    return truth(join(*(part.element for part in left)), nullable=any(part.nullable for part in left))


# -- two values in one form ------------------------------------------------------------------------------------


def aligned(left: Term, right: Term, dialect: str) -> tuple[Element, Element]:
    """Return both sides in one form: numbers with as many digits behind the point, dates both as days or as dates."""
    if left.kind in SECONDS:
        return whole_second(left, dialect), whole_second(right, dialect)
    if left.kind == DATE and (left.scale is None) != (right.scale is None):
        return day_number(left), day_number(right)
    if left.kind not in (NUMBER, DAYS):
        return left.element, right.element
    if left.scale is not None and right.scale is not None:
        scale = max(left.scale, right.scale)
        left, right = rescaled(left, scale), rescaled(right, scale)
        return guarded(left, dialect).element, guarded(right, dialect).element
    return as_numeric(left, dialect), as_numeric(right, dialect)


def chosen(condition: Element, then: Term, otherwise: Term, dialect: str) -> Term:
    """Return one of two values of one kind."""
    scales = (then.scale, otherwise.scale)
    scale, limit = None, 0
    if then.kind == DATE:
        scale = None if scales == (None, None) else 0
    elif then.scale is not None and otherwise.scale is not None:
        scale = max(then.scale, otherwise.scale)
        limit = min(max(rescaled(then, scale).limit, rescaled(otherwise, scale).limit), ROOM)
    else:
        limit = max(then.limit, otherwise.limit)
    one, other = (then.element, otherwise.element) if then.kind in SECONDS else aligned(then, otherwise, dialect)
    nullable = then.nullable or otherwise.nullable
    return Term(choose(condition, one, other), then.kind, nullable=nullable, scale=scale, limit=limit)


def comparable(operator: str, left: Term, right: Term, dialect: str) -> tuple[Element, Element]:
    """Return both sides ready for ``operator``. Where more digits would not fit, the other side gives up some."""
    if dialect == SQLITE and left.kind in (NUMBER, DAYS) and left.scale != right.scale:
        assert left.scale is not None
        assert right.scale is not None
        scale = max(left.scale, right.scale)
        if rescaled(left, scale).wide or rescaled(right, scale).wide:
            one, other = guarded(left, dialect), guarded(right, dialect)
            if left.scale < right.scale:
                return one.element, _shortened(_TURNED.get(operator, operator), other, left.scale)
            return _shortened(operator, one, right.scale), other.element
    return aligned(left, right, dialect)


def _shortened(operator: str, term: Term, scale: int) -> Element:
    """Return the whole number with fewer digits that stands on the same side: 2.5 < x is 2 < x, x < 2.5 is 3 > x."""
    assert term.scale is not None
    factor = literal_column(str(10 ** (term.scale - scale)), BigInteger())
    whole = infix("/", term.element, factor, BigInteger())
    rest = infix("%", term.element, factor, BigInteger())
    nothing = literal_column("0", BigInteger())
    if operator in ("<", ">="):
        return infix("-", whole, infix("<", rest, nothing), BigInteger())
    if operator in (">", "<="):
        return infix("+", whole, infix(">", rest, nothing), BigInteger())
    # one half is equal to no whole number
    return Grouping(case((infix("=", rest, nothing), whole), (infix("<>", rest, nothing), literal_column("0.5"))))


def guarded(term: Term, dialect: str) -> Term:
    """Return a number that is an error when it overflowed: SQLite would go on with a rounded one, and be wrong."""
    if dialect != SQLITE or not term.wide:
        return term
    # there is no raising in SQLite; the absolute value of the smallest number is an overflow for certain
    error = func.abs(literal_column("(-9223372036854775807 - 1)", BigInteger()))
    kept = choose(infix("=", func.typeof(term.element), literal_column("'real'", Text())), error, term.element)
    return replace(term, element=kept, limit=ROOM)
