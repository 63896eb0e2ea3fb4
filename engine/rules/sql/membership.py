"""Whether a value is among others: a list that is known, or one that a column holds."""

from __future__ import annotations

from sqlalchemy import Text, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import Grouping

from engine.rules.sql.binding import Binds
from engine.rules.sql.comparing import SECONDS, Operand, alike, equality, guarded, null_safe
from engine.rules.sql.dates import whole_second
from engine.rules.sql.givens import Known
from engine.rules.sql.terms import (
    SQLITE,
    Element,
    Term,
    all_of,
    any_of,
    constant,
    if_known,
    infix,
    is_known,
    is_null,
    truth,
)
from engine.rules.values import LIST, NULL, STRING, TIME


def in_list(binds: Binds, left: Term, right: Known, *, positive: bool) -> Term:
    """Return whether ``left`` is among the items of a list that is known: never null."""
    if right.kind == NULL:
        return truth(is_null(left.element), nullable=False)
    if right.kind != LIST:
        return equality(binds, left, right, positive=positive)
    parts: list[Element] = []
    if any(alike(left.kind, kind) for kind in right.shape.kinds) and left.constant is not None:
        found = _among(binds, guarded(left, binds.dialect), right)
        parts.append(null_safe(found, [left], positive=positive and not right.shape.holed).element)
    if right.shape.holed and left.nullable:
        parts.append(is_null(left.element))
    return truth(any_of(*parts), nullable=False) if parts else constant(False)


def _among(binds: Binds, left: Term, right: Known) -> Element:
    items = binds.items(left, right)
    element = whole_second(left, binds.dialect) if left.kind in SECONDS else left.element
    if binds.dialect == SQLITE:
        table = func.json_each(items).table_valued(column("value"))
        return Grouping(element.in_(select(table.c.value)))
    return infix("=", element.cast(Text()) if left.kind == TIME else element, func.any(items))


def among_codes(binds: Binds, codes: Term, one: Operand, *, listed: bool) -> Term:
    """Return whether a text is in a stored list of texts.

    ``listed``: as ``list contains`` has it, null for a list that is null; else as ``in``, never null, which finds null
    in a list that is null.
    """
    if not alike(one.kind, STRING):
        if one.kind == NULL and not listed:
            return truth(is_null(codes.element), nullable=False)
        return truth(if_known([codes], constant(False).element), nullable=True) if listed else constant(False)
    element = one.element if isinstance(one, Term) else binds.plain(one)
    found = _holds(binds, codes, element)
    unsure = [one] if isinstance(one, Term) and one.nullable else []
    if listed:
        found = all_of(found, *(is_known(term.element) for term in unsure))
        return truth(if_known([codes], found), nullable=codes.nullable)
    if codes.nullable:
        unsure.append(codes)
    found = all_of(found, *(is_known(term.element) for term in unsure))
    if len(unsure) == 2:
        found = any_of(found, all_of(*(is_null(term.element) for term in unsure)))
    return truth(found, nullable=False)


def _holds(binds: Binds, codes: Term, element: Element) -> Element:
    if binds.dialect == SQLITE:
        table = func.json_each(codes.element).table_valued(column("value"))
        return Grouping(element.in_(select(table.c.value)))
    return func.jsonb_exists(codes.element.cast(JSONB()), element.cast(Text()))
