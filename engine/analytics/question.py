"""A chart becomes one question to the counter, and the answer a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from engine.analytics.asking import Ask
from engine.analytics.assembly import OTHERS, Assembly, Taken
from engine.analytics.figures import Raw, When, asked_of, merged, parts_of, without
from engine.analytics.sheets import Sheet, both
from engine.analytics.sight import alike, axes_of
from engine.analytics.spots import Scale, spots_of
from engine.analytics.terms import among, span_term
from engine.analytics.trees import require_node, tree_of
from engine.kernel.errors import Malformed
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model.analysis import Axis, ChartModel, DatasetModel, DimensionModel, needed
from engine.metamodel.periods import ALL_TIMES, RELATIVE, Span, first_of, next_of, span_of
from engine.records import Listing, Unit
from engine.records.conditions import Conditions
from engine.records.measuring import First, Group, KeyAsked, Question, measure

Keys = tuple[Any, ...]
_MOST_SPANS = 400


class Reading:
    """One chart, read once for one reader."""

    def __init__(self, unit: Unit, dataset: DatasetModel, chart: ChartModel, ask: Ask, conditions: Conditions) -> None:
        self.unit, self.dataset, self.chart, self.ask, self.conditions = unit, dataset, chart, ask, conditions
        self.zone = unit.run.zone.key
        self.measures = needed(dataset, (*chart.values, *([chart.sort.removeprefix("-")] if chart.sort else [])))
        self.scales = [self._scale(axis) for axis in axes_of(chart)]
        self.span = self._span()
        self.earlier: tuple[When, ...] = tuple(
            dict.fromkeys(
                one.comparison.to for one in self.measures if one.comparison and one.comparison.to != "previous_row"
            )
        )
        # the place of the axis whose spans are compared with each other, where there is one
        self.dated = next(
            (place for place, scale in enumerate(self.scales) if scale.dimension.name == dataset.period), None
        )
        self.parts = parts_of(self.measures, self._whens())

    def sheet(self) -> Sheet:
        """Return the chart with its figures."""
        first = self._first()
        groups = self._groups(tuple(self._key(scale) for scale in self.scales), first=first)
        if first is not None:
            return self._of_first(groups)
        while (deeper := self._deeper(groups)) is not None:
            self.scales = deeper
            groups = self._groups(tuple(self._key(scale) for scale in self.scales))
        found = {group.keys: group.figures for group in groups}
        taken = {measure.name: self._taken(*measure.taken) for measure in self.measures if measure.taken is not None}
        for other in taken.values():
            # a plan without a deed is a row as well
            found.update({keys: self.nothing for keys in other.groups if keys not in found})
        shown = {keys: raw for keys, raw in found.items() if self._is_shown(keys)}
        if not self.scales:
            shown = found
        spots = [
            spots_of(self.unit, scale, self._filled(place, {keys[place] for keys in shown}))
            for place, scale in enumerate(self.scales)
        ]
        return Assembly(self, found, shown, spots, taken).sheet()

    def _first(self) -> First | None:
        """Return how many groups to ask for, one more than are shown, where the database can tell which come first."""
        chart, sort = self.chart, self.chart.sort
        plain = len(self.scales) == 1 and self.dated is None and chart.columns is None and self.scales[0].tree is None
        if chart.top is None or not plain or any(measure.taken or measure.cumulate for measure in self.measures):
            return None
        name = sort.removeprefix("-")
        for place, part in enumerate(self.parts):
            if part.measure == name and part.when == "now" and self.dataset.measures[name].function in ("sum", "count"):
                return First(place, sort.startswith("-"), chart.top + 1)
        return None

    def _of_first(self, groups: Sequence[Group]) -> Sheet:
        """Return the sheet of the first groups; what the others come to is the whole without them."""
        top = self.chart.top or 0
        shown = {group.keys: group.figures for group in groups[:top]}
        if len(groups) > top:
            whole = self._groups(())[0].figures
            shown[(OTHERS,)] = without(self.parts, whole, list(shown.values()))
        values = {keys[0] for keys in shown} - {OTHERS}
        return Assembly(self, shown, shown, [spots_of(self.unit, self.scales[0], values)], {}).sheet()

    def _deeper(self, groups: Sequence[Group]) -> list[Scale] | None:
        """Return the scales with a tree opened further, where a single node holds everything and nobody chose it."""
        for place, scale in enumerate(self.scales):
            values = {group.keys[place] for group in groups}
            if scale.tree is None or len(values) != 1 or self.ask.opened.get(scale.dimension.name):
                continue
            (node,) = values
            if node not in (None, scale.opened) and scale.tree.below.get(node):
                return [replace(one, opened=node) if one is scale else one for one in self.scales]
        return None

    @property
    def nothing(self) -> Raw:
        """Return the parts of a group without records."""
        return tuple(0 if part.function in ("count", "count_distinct") else None for part in self.parts)

    def _taken(self, dataset: str, measure: str) -> Taken:
        """Return a measure of another dataset by the same groups."""
        model = self.unit.model.datasets[dataset]
        for axis in axes_of(self.chart):
            other_dimension = model.dimensions.get(axis.dimension)
            if other_dimension is None or (axis.grain is not None and axis.grain not in other_dimension.grains):
                raise Malformed("not_in_both", measure=measure, dataset=dataset, dimension=axis.dimension)
        narrowed = [name for name, value in self.ask.filters.items() if value and name in self.dataset.dimensions]
        if self.ask.where or any(name not in model.dimensions for name in narrowed):
            # of a part there is nothing to compare with
            return Taken((), model.measures, measure, {})
        ask = replace(self.ask, where="")
        other = Reading(self.unit, model, alike(self.chart, dataset, (measure,)), ask, self.conditions)
        groups = other._groups(tuple(other._key(scale) for scale in other.scales))
        return Taken(other.parts, model.measures, measure, {group.keys: group.figures for group in groups})

    # -- what is asked ---------------------------------------------------------------------------------------------

    def _scale(self, axis: Axis) -> Scale:
        dimension = self.dataset.dimensions[axis.dimension]
        if not dimension.tree:
            return Scale(axis, dimension)
        tree = tree_of(self.unit, dimension)
        asked = self.ask.opened.get(dimension.name)
        return Scale(axis, dimension, tree, require_node(tree, dimension, asked) if asked else tree.start())

    def _span(self) -> Span | None:
        period = self.chart.period if self.ask.period is None else self.ask.period
        if not period or period == ALL_TIMES or self.dataset.period is None:
            return None
        span = span_of(period, self.unit.ctx.today())
        if span is None:
            raise Malformed(
                "unknown_span", period=period[:40], known=", ".join(RELATIVE), guess=guess(period, RELATIVE)
            )
        return span

    def _whens(self) -> tuple[When, ...]:
        by_figure = self.dated is None and self.span is not None
        return ("now", *self.earlier) if by_figure else ("now",)

    def _moved(self, when: When) -> Span | None:
        if self.span is None:
            return None
        # a period that still goes on is compared with as much of the other one
        span = self.span if self.dated is not None else self.span.until(self.unit.ctx.today())
        if when == "now":
            return self.span
        return span.year_before() if when == "previous_year" else span.before()

    @property
    def period(self) -> DimensionModel | None:
        """Return the dimension that periods go by."""
        return self.dataset.dimensions.get(self.dataset.period or "")

    def base(self) -> str:
        """Return the condition of all records that the chart is about now, but for its rows."""
        return both(self._standing(), self._at("now"))

    def _at(self, when: When) -> str:
        span, period = self._moved(when), self.period
        return "" if span is None or period is None else span_term(self.zone, period, span)

    def _standing(self) -> str:
        own = [condition.text for condition in (self.dataset.where, self.chart.where) if condition is not None]
        return both(*own, self.ask.where.strip(), *self._filters(), *self._opened())

    def _filters(self) -> Iterator[str]:
        for name, values in self.ask.filters.items():
            dimension = self.dataset.dimensions.get(name)
            if dimension is None or not values or dimension.grains:
                continue
            wanted = list(dict.fromkeys(values))
            if dimension.tree:
                tree = tree_of(self.unit, dimension)
                nodes = [tree.under(require_node(tree, dimension, value)) for value in wanted]
                wanted = list(dict.fromkeys(node for several in nodes for node in several))
            yield among(self.unit.policy, dimension, wanted)

    def _opened(self) -> Iterator[str]:
        for scale in self.scales:
            if scale.tree is not None and scale.opened is not None and self.ask.opened.get(scale.dimension.name):
                yield among(self.unit.policy, scale.dimension, scale.tree.under(scale.opened))

    def _key(self, scale: Scale) -> KeyAsked:
        return KeyAsked(scale.dimension.path, scale.axis.grain, scale.places)

    def _groups(
        self, keys: tuple[KeyAsked, ...], *, now_only: bool = False, first: First | None = None
    ) -> tuple[Group, ...]:
        times = dict.fromkeys(self._at(when) for when in (("now",) if now_only else ("now", *self.earlier)))
        where = both(self._standing(), " or ".join(f"({time})" for time in times) if all(times) else "")
        whens = self._whens()
        figures = []
        for part in self.parts:
            model = self.dataset.measures[part.measure]
            own = "" if model.where is None else model.where.text
            figures.append(asked_of(part, model, both(own, self._at(part.when) if len(whens) > 1 else "")))
        listing = Listing(self.dataset.object, where=where or None)
        places = keys[0].places if len(keys) == 1 else None
        if places is None or any(part.function == "count_distinct" for part in self.parts):
            return measure(self.unit, Question(listing, keys, tuple(figures), first), self.conditions)
        # by the values themselves, which are few; looking up the place of each row would take longer than adding up
        plain = Question(listing, (replace(keys[0], places=None),), tuple(figures))
        rows: dict[Keys, list[Raw]] = {}
        for group in measure(self.unit, plain, self.conditions):
            rows.setdefault((places.get(group.keys[0]),), []).append(group.figures)
        return tuple(Group(key, merged(self.parts, several)) for key, several in rows.items())

    def whole(self) -> Raw | None:
        """Return the parts of all records, asked for by themselves where they cannot be put together."""
        if not self.scales or not any(part.function == "count_distinct" for part in self.parts):
            return None
        return self._groups((), now_only=True)[0].figures

    # -- what came out ---------------------------------------------------------------------------------------------

    def _is_shown(self, keys: Keys) -> bool:
        if self.dated is None or self.span is None or not self.earlier:
            return True
        grain, first = self.scales[self.dated].axis.grain, keys[self.dated]
        assert grain is not None
        return first is not None and first_of(self.span.first, grain) <= first <= self.span.last

    def _filled(self, place: int, values: set[Any]) -> set[Any]:
        """Return the spans of days without holes; other values as they are."""
        grain = self.scales[place].axis.grain
        days = sorted(value for value in values if isinstance(value, date))
        if grain is None or len(days) < 2 or self.chart.kind not in ("bar", "line"):
            return values
        at, found = days[0], set(values)
        for _ in range(_MOST_SPANS):
            at = next_of(at, grain)
            if at >= days[-1]:
                break
            found.add(at)
        return found
