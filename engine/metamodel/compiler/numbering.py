"""Numbering rules: segments parsed, and checked against every object that uses them."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import NumberingModel, ObjectModel, Segment
from engine.rules import Expression

_KINDS = ("text", "date", "field", "counter", "check")
_WITH = {
    "text": frozenset({"text"}),
    "date": frozenset({"date", "of"}),
    "field": frozenset({"field", "map", "width"}),
    "counter": frozenset({"counter"}),
    "check": frozenset({"check"}),
}
_DATE_PARTS = re.compile(r"(?:yyyy|yy|MM|dd|Q|ww|[-/._ ])+\Z")
# the parts of a date that a number must show so that a period's counter cannot repeat one
_PERIOD = {"day": ("dd",), "month": ("MM", "dd"), "quarter": ("Q", "MM", "dd"), "year": ("yy", "yyyy")}


def compile_numberings(bench: Bench, expressions: Expressions) -> None:
    """Build every rule and tie it to the fields that it numbers."""
    users: dict[str, list[ObjectModel]] = {}
    for merged in bench.documents("object"):
        object = bench.objects[merged.document.id]
        for node in merged.node.get("numbering").elements():
            _check_use(node, object, bench)
            users.setdefault(node.text("rule"), []).append(object)
    for merged in bench.documents("numbering"):
        objects = users.get(merged.document.id, [])
        bench.numberings[merged.document.id] = _Rule(merged, objects, bench, expressions).built()


def _check_use(node: Node, object: ObjectModel, bench: Bench) -> None:
    rules = bench.names("numbering")
    if node.text("rule") not in rules:
        rule = node.text("rule")
        bench.unknown("numbering", node.get("rule"), rule, rules)
    field = bench.field(object, node.get("field"))
    if field is None:
        return
    if field.type not in ("text", "code") or field.computed:
        bench.complain("wrong_field_type", node.get("field"), field=field.name, type=field.type, wanted="text")
        return
    # two records with the same number would be the very thing that numbering is to prevent
    numbered = replace(field, unique=True, indexed=True)
    known = bench.objects[object.name]
    bench.objects[object.name] = replace(known, fields={**known.fields, field.name: numbered})


class _Rule:
    """One rule on its way into a model."""

    def __init__(
        self, merged: MergedDocument, objects: list[ObjectModel], bench: Bench, expressions: Expressions
    ) -> None:
        self.merged, self.node, self.objects = merged, merged.node, objects
        self.bench, self.expressions = bench, expressions

    def built(self) -> NumberingModel:
        node = self.node
        if not self.objects:
            self.bench.findings.warn("numbering_not_used", self.merged.document.span, rule=self.merged.document.id)
        segments = tuple(filter(None, (self._segment(part) for part in node.get("segments").elements())))
        counters = sum(segment.kind == "counter" for segment in segments)
        if counters != 1:
            self.bench.complain("one_counter", node.get("segments").key_span, count=counters)
        self._check_order(segments)
        self._check_period(segments)
        scope = self._expression(node.get("scope"))
        self._check_scope(scope, segments)
        return NumberingModel(
            name=self.merged.document.id,
            segments=segments,
            title=node.label("title"),
            scope=scope,
            reset=node.text("reset", "never"),  # type: ignore[arg-type] # the shape has been checked
            start=node.number("start", 1),
            mode=node.text("mode", "dense"),  # type: ignore[arg-type] # the shape has been checked
            layer=self.merged.layer,
        )

    def _segment(self, node: Node) -> Segment | None:
        kinds = [kind for kind in _KINDS if node.has(kind)]
        if len(kinds) != 1:
            self.bench.complain("one_part", node, parts=", ".join(_KINDS))
            return None
        kind = kinds[0]
        for key, part in node.items():
            if key not in _WITH[kind]:
                self.bench.findings.add("unknown_key", part.key_span, key=key, where=kind, guess="")
        if kind == "date":
            self._check_date(node)
        return Segment(
            kind=kind,  # type: ignore[arg-type] # one of _KINDS
            text=node.text("text"),
            pattern=node.text("date"),
            of=node.maybe("of"),
            path=self._expression(node.get("field")) if kind == "field" else None,
            mapping=tuple((value, str(part.value)) for value, part in node.get("map").items()),
            width=node.number("counter", node.number("width", 0)),
            method=node.text("check"),  # type: ignore[arg-type] # the shape has been checked
        )

    def _check_date(self, node: Node) -> None:
        if not _DATE_PARTS.match(node.text("date")):
            self.bench.complain("bad_date_pattern", node.get("date"), pattern=node.text("date"))
        if node.has("of"):
            for object in self.objects:
                field = self.bench.field(object, node.get("of"))
                if field and field.type not in ("date", "datetime"):
                    self.bench.complain(
                        "wrong_field_type", node.get("of"), field=field.name, type=field.type, wanted="date, datetime"
                    )

    def _expression(self, node: Node) -> Expression | None:
        first = None
        for object in self.objects:
            found = self.expressions.formula(node, self.expressions.inside(object.name), None)
            first = first or found
        return first

    def _check_order(self, segments: tuple[Segment, ...]) -> None:
        for index, segment in enumerate(segments[:-1]):
            if segment.kind == "check":
                self.bench.complain("check_not_last", self.node.get("segments").get(index))

    def _check_scope(self, scope: Expression | None, segments: tuple[Segment, ...]) -> None:
        shown = {path[:1] for segment in segments if segment.path for path in segment.path.reads}
        if scope is not None and not shown & {path[:1] for path in scope.reads}:
            self.bench.findings.warn("scope_not_shown", self.node.get("scope").span)

    def _check_period(self, segments: tuple[Segment, ...]) -> None:
        reset = self.node.text("reset", "never")
        shown = "".join(segment.pattern for segment in segments if segment.kind == "date")
        if reset == "never":
            return
        if "yy" not in shown or not any(part in shown for part in _PERIOD[reset]):
            self.bench.complain("period_not_shown", self.node.get("reset"), reset=reset)
