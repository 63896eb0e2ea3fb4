"""Datasets, checked: what records are grouped by and what is measured of them."""

from __future__ import annotations

from collections.abc import Callable

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.screens import field_at
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import FieldModel, ObjectModel
from engine.metamodel.model.analysis import (
    GRAINS,
    Comparison,
    DatasetModel,
    DimensionModel,
    Format,
    Function,
    MeasureModel,
)
from engine.rules import NUMBER, Expression, Names

_GROUPED = frozenset(
    {"choice", "reference", "department", "user", "boolean", "date", "datetime", "text", "integer", "rating"}
)
_DAYS = frozenset({"date", "datetime"})
_FIGURES = frozenset({"money", "decimal", "integer", "percent", "rating"})
_ORDERED = _FIGURES | {"date"}
_WAYS = ("count", "count_distinct", "sum", "average", "min", "max", "as", "compare", "share", "cumulate", "take")
_FUNCTIONS: tuple[Function, ...] = ("count", "count_distinct", "sum", "average", "min", "max")


def compile_datasets(bench: Bench, expressions: Expressions) -> None:
    """Build every dataset, those that others take measures from before them."""
    waiting = {merged.document.id: merged for merged in bench.documents("dataset")}

    def build(name: str) -> DatasetModel | None:
        merged = waiting.pop(name, None)
        object = bench.object(merged.node.get("of")) if merged is not None else None
        if merged is not None and object is not None:
            bench.datasets[name] = _Dataset(merged, object, bench, expressions, build).built()
        return bench.datasets.get(name)

    while waiting:
        build(next(iter(waiting)))


def has_tree(field: FieldModel, bench: Bench) -> bool:
    """Tell whether the values of a field stand in a tree."""
    if field.type == "choice":
        dictionary = bench.dictionaries.get(field.dictionary or "")
        return dictionary is not None and dictionary.depends_on == dictionary.name
    if not field.references or field.targets[0] not in bench.objects:
        return False
    return len(parents_of(bench.objects[field.targets[0]])) == 1


def parents_of(object: ObjectModel) -> tuple[str, ...]:
    """Return the references of an object to itself."""
    return tuple(field.name for field in object.fields.values() if field.references and field.targets == (object.name,))


class _Dataset:
    """One dataset."""

    def __init__(
        self,
        merged: MergedDocument,
        object: ObjectModel,
        bench: Bench,
        expressions: Expressions,
        other: Callable[[str], DatasetModel | None],
    ) -> None:
        self.merged, self.node, self.object, self.other = merged, merged.node, object, other
        self.bench, self.expressions = bench, expressions
        self.scope = expressions.inside(object.name)
        self.name = merged.document.id
        self.where = expressions.row_condition(self.node.get("where"), self.scope)
        self.dimensions: dict[str, DimensionModel] = {}
        self.measures: dict[str, MeasureModel] = {}

    def built(self) -> DatasetModel:
        node = self.node
        for name, part in node.get("dimensions").items():
            dimension = self._dimension(name, part)
            if dimension is not None:
                self.dimensions[name] = dimension
        period = self._period()
        for name, part in node.get("measures").items():
            measure = self._measure(name, part, period)
            if measure is not None:
                self.measures[name] = measure
        return DatasetModel(
            name=self.name,
            object=self.object.name,
            title=node.label("title") or self.object.plural,
            dimensions=self.dimensions,
            measures=self.measures,
            where=self.where,
            period=period,
            layer=self.merged.layer,
        )

    def _dimension(self, name: str, node: Node) -> DimensionModel | None:
        long = isinstance(node.value, dict)
        part = node.get("as") if long else node
        path = self.bench.field_path(self.object, part)
        if path is None:
            return None
        field = field_at(path, self.object, self.bench)
        if field.type not in _GROUPED or not field.stored:
            types = ", ".join(sorted(_GROUPED))
            self.bench.complain("not_for_this_view", part, field=field.name, type=field.type, types=types)
            return None
        grains = node.texts("grain") if long else ()
        if grains and field.type not in _DAYS:
            self.bench.complain("grain_not_for_type", node.get("grain"), field=field.name, type=field.type)
        if field.type in _DAYS and not grains:
            grains = ("month", *(grain for grain in GRAINS if grain != "month"))
        tree = long and node.has("tree") and node.get("tree").value is not False
        if tree and not has_tree(field, self.bench):
            self.bench.complain("no_tree", node.get("tree"), field=field.name)
            tree = False
        title = (node.label("title") if long else field.title) or field.title
        owner = self._owner(path)
        return DimensionModel(name, title, path, owner, field, grains, tree, self._parent(field) if tree else None)  # type: ignore[arg-type] # the schema's

    def _parent(self, field: FieldModel) -> str | None:
        return parents_of(self.bench.objects[field.targets[0]])[0] if field.references else None

    def _owner(self, path: tuple[str, ...]) -> str:
        object = self.object
        for step in path[:-1]:
            object = self.bench.objects[object.fields[step].targets[0]]
        return object.name

    def _period(self) -> str | None:
        part = self.node.get("period")
        if part.value is not None:
            found = self.dimensions.get(str(part.value))
            if found is None:
                self.bench.unknown("dimension", part, str(part.value), self.dimensions, dataset=self.name)
            elif found.field.type not in _DAYS:
                self.bench.complain("grain_not_for_type", part, field=found.field.name, type=found.field.type)
            else:
                return found.name
        return next((name for name, found in self.dimensions.items() if found.field.type in _DAYS), None)

    # -- measures --------------------------------------------------------------------------------------------------

    def _measure(self, name: str, node: Node, period: str | None) -> MeasureModel | None:
        ways = [way for way in _WAYS if node.has(way)]
        if len(ways) != 1:
            self.bench.complain("one_measure", node.key_span, measure=name, ways=", ".join(_WAYS))
            return None
        way = ways[0]
        if way in _FUNCTIONS:
            return self._counted(name, node, way)
        part = node.get(way)
        if way == "as":
            formula = self._formula(part)
            return None if formula is None else self._derived(name, node, None, formula=formula)
        if way == "take":
            return self._taken(name, node, part)
        of = self.measures.get(str(part.value))
        if of is None:
            self.bench.unknown("measure", part, str(part.value), self.measures, dataset=self.name)
            return None
        if way == "share":
            return self._derived(name, node, None, share=of.name)
        if way == "cumulate":
            return self._derived(name, node, of, cumulate=of.name, backwards=node.text("from") == "end")
        return self._compared(name, node, of, period)

    def _taken(self, name: str, node: Node, part: Node) -> MeasureModel | None:
        dataset, _, measure = str(part.value).partition(".")
        other = self.other(dataset)
        if other is None:
            self.bench.unknown("dataset", part, dataset, self.bench.datasets)
            return None
        of = other.measures.get(measure)
        if of is None or of.function in (None, "count_distinct"):
            known = [one.name for one in other.measures.values() if one.function not in (None, "count_distinct")]
            self.bench.unknown("measure", part, measure, known, dataset=dataset)
            return None
        return self._derived(name, node, of, taken=(dataset, measure), better=of.better)

    def _compared(self, name: str, node: Node, of: MeasureModel, period: str | None) -> MeasureModel:
        to = node.text("with", "previous_period")
        gives = node.text("gives", "growth")
        if to != "previous_row" and period is None:
            self.bench.complain("comparison_needs_period", node.key_span, measure=name)
        like = of if gives in ("value", "difference") else None
        comparison = Comparison(of.name, to, gives)  # type: ignore[arg-type] # the schema's words
        return self._derived(name, node, like, comparison=comparison, better=of.better)

    def _counted(self, name: str, node: Node, function: Function) -> MeasureModel | None:
        part = node.get(function)
        where = self.expressions.row_condition(node.get("where"), self.scope)
        path: tuple[str, ...] = ()
        field: FieldModel | None = None
        if function != "count" or part.value is not True:
            found = self.bench.field_path(self.object, part)
            if found is None:
                return None
            path, field = found, field_at(found, self.object, self.bench)
            allowed = self._allowed(function)
            if field.type not in allowed or not field.stored:
                types = ", ".join(sorted(allowed))
                self.bench.complain("not_for_this_view", part, field=field.name, type=field.type, types=types)
                return None
        counts = function in ("count", "count_distinct")
        if field is not None and field.type == "money" and not counts:
            self._check_currency(path, field, part, where)
        return self._made(name, node, None if counts else field, function=function, path=path, field=field, where=where)

    def _allowed(self, function: Function) -> frozenset[str]:
        if function in ("count", "count_distinct"):
            return _GROUPED | _FIGURES
        return _FIGURES if function in ("sum", "average") else _ORDERED

    def _check_currency(self, path: tuple[str, ...], field: FieldModel, node: Node, where: Expression | None) -> None:
        owner = self.bench.objects[self._owner(path)]
        code = field.currency or owner.currency or ""
        if code not in owner.fields:
            return
        told = (*path[:-1], code)
        said = [condition.reads for condition in (self.where, where) if condition is not None]
        if not any(told in reads for reads in said):
            self.bench.complain("mixed_currencies", node, field=field.name, currency=".".join(told))

    def _formula(self, node: Node) -> Expression | None:
        return self.expressions.formula(node, Names(dict.fromkeys(self.measures, NUMBER)), NUMBER)

    def _made(self, name: str, node: Node, like: FieldModel | None, **how: object) -> MeasureModel:
        format: Format = "number"
        scale = 0
        currency = None
        if like is not None:
            format = like.type if like.type in ("money", "percent", "date") else "number"
            scale = min(like.scale, 2) if like.type in ("money", "percent", "decimal") else 0
            currency = self._currency_of(like) if format == "money" else None
        title = node.label("title") or (like.title if like is not None else self.object.plural)
        return self._finished(name, node, title, (format, scale, currency), how)

    def _derived(self, name: str, node: Node, like: MeasureModel | None, **how: object) -> MeasureModel:
        shown: tuple[Format, int, str | None] = ("percent", 1, None)
        if like is not None:
            shown = (like.format, like.scale, like.currency)
        elif how.get("formula") is not None:
            shown = ("number", 2, None)
        title = node.label("title") or (like.title if like is not None else self.object.plural)
        return self._finished(name, node, title, shown, how)

    def _finished(
        self, name: str, node: Node, title: object, shown: tuple[Format, int, str | None], how: dict[str, object]
    ) -> MeasureModel:
        format, scale, currency = shown
        if node.has("format"):
            format = node.text("format")  # type: ignore[assignment] # the schema's words
            if format == "money" and currency is None:
                currency = next((one.currency for one in self.measures.values() if one.currency), None)
            scale = 2 if format == "money" else 1 if format == "percent" else scale
        if node.has("currency"):
            currency = node.text("currency")
        if node.has("better"):
            how["better"] = node.text("better")
        scale = node.number("scale", scale)
        return MeasureModel(name, title, format=format, scale=scale, currency=currency, **how)  # type: ignore[arg-type]

    def _currency_of(self, field: FieldModel) -> str | None:
        code = field.currency or self.object.currency or ""
        return code if len(code) == 3 and code.isupper() else None
