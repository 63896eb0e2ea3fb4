"""A field as written becomes a FieldModel; its expressions follow in a later pass, when all types are known."""

from __future__ import annotations

from typing import Any

from engine.kernel.source import Span
from engine.metamodel import limits
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.options import LENGTHS, NEEDED, OPTIONS, RESERVED_FIELDS, RESERVED_PREFIXES, SCALES
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import FieldModel, FieldType

_SORTED_AS_TEXT = frozenset({"text", "phone", "email", "url", "code"})


def build_field(name: str, node: Node, object: str, layer: str, bench: Bench) -> FieldModel:
    """Build a field without its expressions; links to other definitions are checked when all are known."""
    type: FieldType = node.text("type")  # type: ignore[assignment] # the shape has been checked
    if name in RESERVED_FIELDS or name.startswith(RESERVED_PREFIXES):
        bench.findings.add("reserved_name", node.key_span, name=name)
    _check_options(name, type, node, bench)
    digits, scale = _size(type, node, bench)
    return FieldModel(
        name=name,
        type=type,
        title=node.label("title"),
        help=node.label("help"),
        related=node.label("related"),
        required=node.flag("required"),
        readonly=node.flag("readonly"),
        unique=node.flag("unique"),
        indexed=node.flag("index") or node.flag("unique"),
        searchable=node.flag("search"),
        sort_key=type in _SORTED_AS_TEXT,
        length=node.number("length", LENGTHS.get(type, 200)),
        digits=digits,
        scale=scale,
        grouped=node.get("grouped").value is not False,
        pattern=node.maybe("pattern"),
        dictionary=node.maybe("of") if type in ("choice", "choices") else None,
        depends_on=node.maybe("depends_on"),
        targets=_targets(type, node),
        on_delete=node.text("on_delete", "restrict"),  # type: ignore[arg-type] # the shape has been checked
        lines_of=node.maybe("of") if type == "lines" else None,
        currency=node.maybe("currency"),
        over=node.maybe("over"),
        gives=node.text("gives", ""),
        layer=layer,
        span=node.key_span,
    )


def _targets(type: FieldType, node: Node) -> tuple[str, ...]:
    return node.texts("to") if type in ("reference", "references", "any_reference") else ()


def _check_options(name: str, type: FieldType, node: Node, bench: Bench) -> None:
    allowed = OPTIONS[type]
    for key, part in node.items():
        if key not in allowed:
            bench.findings.add("option_not_for_type", part.key_span, option=key, type=type, guess=guess(key, allowed))
    for key in NEEDED.get(type, ()):
        if not node.has(key):
            bench.findings.add("missing_option", node.key_span, option=key, type=type, field=name)
    if type in ("reference", "references") and isinstance(node.get("to").value, list):
        bench.complain("several_targets", node.get("to"), field=name)
    if node.has("as") and node.has("rollup"):
        bench.complain("two_sources", node.get("rollup"), field=name)
    if node.has("as") or node.has("rollup"):
        for key in ("default", "required"):
            if node.has(key) and node.get(key).value is not False:
                bench.findings.add("not_for_computed", node.get(key).key_span, option=key, field=name)
    if node.flag("required") and node.get("on_delete").value == "clear":
        bench.complain("clear_required", node.get("on_delete"), field=name)
    if node.flag("readonly") and node.flag("required") and not node.has("default") and type != "text":
        bench.findings.warn("required_but_readonly", node.key_span, field=name)


def _size(type: FieldType, node: Node, bench: Bench) -> tuple[int, int]:
    scale = node.number("scale", SCALES.get(type, 0))
    usual = 15 if type == "integer" else 3 if type == "rating" else 18
    digits = node.number("digits", usual)
    if digits > limits.DIGITS or scale > limits.SCALE or scale > digits:
        part = node.get("scale") if node.has("scale") else node.get("digits")
        bench.complain("bad_size", part, digits=digits, scale=scale)
    return digits, scale


def literal_span(node: Node) -> Span:
    """Return the place at which a literal's complaint stands."""
    return node.span if node.value is not None else node.key_span


def is_formula(value: Any) -> bool:
    """Tell whether a value position holds a formula."""
    return isinstance(value, str) and value.startswith("=")
