"""The first key of a YAML document is its kind, the value its id; what follows is its body."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.kernel.diagnostics import Findings
from engine.kernel.names import NAME_PATTERN, is_name
from engine.metamodel.definitions import KINDS, Document, Place
from engine.metamodel.definitions.guess import guess
from engine.metamodel.packs.reader import Composed

_TARGET = re.compile(r"[a-z]+ [a-z][a-z0-9_]{0,47}\Z")


def documents_of(composed: Iterable[Composed], findings: Findings) -> list[Document]:
    """Tell the kind and the id of each YAML document; those that have none are complained about."""
    return [document for one in composed if (document := _document(one, findings))]


def _document(one: Composed, findings: Findings) -> Document | None:
    if one.value is None:
        return None
    if not isinstance(one.value, dict) or not one.value:
        findings.add("not_a_definition", one.place.span)
        return None
    kind, *_ = one.value
    place = one.place.child(kind)
    known = KINDS.get(kind)
    if known is None:
        written = next((key for key in one.value if key in KINDS), "")
        if written:
            findings.add("kind_not_first", one.place.child(written).key_span, kind=written)
        else:
            findings.add("unknown_kind", place.key_span, kind=kind, guess=guess(kind, KINDS))
        return None
    if not known.available:
        findings.add("kind_not_available", place.key_span, kind=kind)
        return None
    return _named(one, kind, place, findings)


def _named(one: Composed, kind: str, place: Place, findings: Findings) -> Document | None:
    id = one.value[kind]
    if kind == "change":
        if not isinstance(id, str) or not _TARGET.match(id):
            findings.add("bad_target", place.span, value=id)
            return None
    elif not isinstance(id, str) or not is_name(id):
        findings.add("bad_name", place.span, name=id, pattern=NAME_PATTERN)
        return None
    body = {key: value for key, value in one.value.items() if key != kind}
    children = {key: child for key, child in (one.place.children or {}).items() if key != kind}
    top = Place(place.file, place.line, place.column, place.key_line, place.key_column, children)
    return Document(kind, id, body, top)
