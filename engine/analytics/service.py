"""Charts and datasets under the reader's own permission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.analytics.asking import Ask
from engine.analytics.question import Reading
from engine.analytics.sheets import Sheet, Spot
from engine.analytics.sight import may_see_chart, may_see_dashboard
from engine.analytics.spots import titles_of
from engine.analytics.trees import tree_of
from engine.kernel.context import Context
from engine.kernel.errors import LimitExceeded, Malformed, Missing
from engine.kernel.text import plain
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model.analysis import (
    Axis,
    ChartModel,
    DashboardModel,
    DatasetModel,
    DimensionModel,
    Grain,
    needed,
)
from engine.records import Listing, RecordService, Unit
from engine.records.conditions import Conditions
from engine.records.measuring import KeyAsked, Question, measure
from engine.records.reading import list_records

_OFFERED, _PEOPLE = 50, 200


class AnalyticsService:
    """All verbs take the caller's Context first."""

    def __init__(self, records: RecordService) -> None:
        self._records = records
        self._conditions = Conditions()

    def charts(self, ctx: Context) -> Sequence[ChartModel]:
        """Return the charts that are for the actor."""
        with self._records.opener.reading(ctx) as unit:
            return [chart for chart in unit.model.charts.values() if may_see_chart(unit.policy, unit.model, chart)]

    def dashboard(self, ctx: Context, name: str) -> DashboardModel:
        """Return a dashboard; Missing when there is none or it is not for the actor."""
        with self._records.opener.reading(ctx) as unit:
            found = unit.model.dashboards.get(name)
            if found is None or not may_see_dashboard(unit.policy, unit.model, found):
                raise Missing("no_such_dashboard", dashboard=name[:60])
            return found

    def chart(self, ctx: Context, name: str, ask: Ask) -> Sheet:
        """Return a chart with its figures; Missing when there is none or it is not for the actor."""
        with self._records.opener.reading(ctx) as unit:
            found = unit.model.charts.get(name)
            if found is None or not may_see_chart(unit.policy, unit.model, found):
                raise Missing("no_such_chart", chart=name[:60])
            return Reading(unit, unit.model.datasets[found.dataset], found, ask, self._conditions).sheet()

    def figures(
        self, ctx: Context, dataset: str, rows: Sequence[str], columns: str, values: Sequence[str], ask: Ask
    ) -> Sheet:
        """Return figures of a dataset as a table. A dimension over days may say its grain: ``day:quarter``."""
        with self._records.opener.reading(ctx) as unit:
            found = unit.model.datasets.get(dataset)
            if found is None or not unit.policy.may(found.object, "read"):
                raise Missing("no_such_dataset", dataset=dataset[:60])
            if not values:
                raise Malformed("nothing_measured")
            for name in values:
                if name not in found.measures:
                    raise Malformed("no_such_measure", measure=name[:60], guess=guess(name, found.measures))
            for measure in needed(found, values):
                if measure.taken and not unit.policy.may(unit.model.datasets[measure.taken[0]].object, "read"):
                    raise Malformed("no_such_measure", measure=measure.name, guess="")
            chart = ChartModel(
                name=found.name,
                title=found.title,
                dataset=found.name,
                kind="table",
                rows=tuple(_axis(found, row) for row in rows),
                values=tuple(values),
                columns=_axis(found, columns) if columns else None,
            )
            return Reading(unit, found, chart, ask, self._conditions).sheet()

    def choices(self, ctx: Context, charts: Sequence[str], name: str) -> Sequence[Spot]:
        """Return what a filter over a dimension of some charts offers: the values of a choice, the top of a tree,
        the people whose records are counted, or the first records behind a reference."""
        with self._records.opener.reading(ctx) as unit:
            return _choices(unit, charts, name, self._conditions)

    def named(self, ctx: Context, charts: Sequence[str], name: str, values: Sequence[str]) -> Sequence[Spot]:
        """Return values of a dimension of some charts with their titles, as far as the reader may know them."""
        with self._records.opener.reading(ctx) as unit:
            for _, dimension in _dimensions(unit, charts, name):
                titles = titles_of(unit, dimension, set(values))
                return [Spot(value, title, tone) for value, (title, tone) in titles.items()]
            return ()


def _dimensions(unit: Unit, charts: Sequence[str], name: str) -> Iterator[tuple[DatasetModel, DimensionModel]]:
    for chart in charts:
        model = unit.model.charts.get(chart)
        dataset = unit.model.datasets[model.dataset] if model is not None else None
        if dataset is not None and name in dataset.dimensions and unit.policy.may(dataset.object, "read"):
            yield dataset, dataset.dimensions[name]


def _choices(unit: Unit, charts: Sequence[str], name: str, conditions: Conditions) -> Sequence[Spot]:
    for dataset, dimension in _dimensions(unit, charts, name):
        field = dimension.field
        if field.type == "user":
            return _people(unit, dataset, dimension, conditions)
        if field.references and not dimension.tree:
            return _records(unit, field.targets[0])
        values: Sequence[str]
        if dimension.tree:
            tree = tree_of(unit, dimension)
            values = tree.below.get(tree.start(), [])
        elif field.type == "choice" and field.dictionary:
            values = list(unit.books[field.dictionary].entries)
        else:
            continue
        titles = titles_of(unit, dimension, set(values))
        return [Spot(value, *titles[value]) for value in (values if dimension.tree else titles) if value in titles]
    return ()


def _people(unit: Unit, dataset: DatasetModel, dimension: DimensionModel, conditions: Conditions) -> Sequence[Spot]:
    """Return those whose records the reader sees among what is counted."""
    where = "" if dataset.where is None else dataset.where.text
    question = Question(Listing(dataset.object, where=where or None), (KeyAsked(dimension.path),))
    try:
        groups = measure(unit, question, conditions)
    except (LimitExceeded, Malformed):
        return ()
    titles = titles_of(unit, dimension, {group.keys[0] for group in groups} - {None})
    return [Spot(value, title) for value, (title, _) in list(titles.items())[:_PEOPLE]]


def _records(unit: Unit, object: str) -> Sequence[Spot]:
    model, language = unit.model.objects[object], unit.ctx.language
    if not unit.policy.may(object, "read") or not unit.policy.titled(object):
        return ()
    page = list_records(unit, Listing(object, fields=model.called_in(language), limit=_OFFERED), Conditions())
    return [
        Spot(record.id, plain(str(model.title_of(record.values, language) or record.id[-8:])))
        for record in page.records
    ]


def _axis(dataset: DatasetModel, text: str) -> Axis:
    name, _, grain = text.partition(":")
    dimension = dataset.dimensions.get(name)
    if dimension is None:
        raise Malformed("no_such_dimension", dimension=name[:60], guess=guess(name, dataset.dimensions))
    if not dimension.grains:
        return Axis(name)
    found: Grain | None = next((one for one in dimension.grains if one == grain), None)
    if grain and found is None:
        raise Malformed("no_such_dimension", dimension=text[:60], guess=guess(grain, dimension.grains))
    return Axis(name, found or dimension.grains[0])
