"""Charts and datasets under the reader's own permission."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analytics.asking import Ask
from engine.analytics.question import Reading
from engine.analytics.sheets import Sheet, Spot
from engine.analytics.sight import may_see_chart, may_see_dashboard
from engine.analytics.spots import titles_of
from engine.kernel.context import Context
from engine.kernel.errors import Malformed, Missing
from engine.kernel.text import plain
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model.analysis import Axis, ChartModel, DashboardModel, DatasetModel, Grain, needed
from engine.records import Listing, RecordService, Unit
from engine.records.conditions import Conditions
from engine.records.reading import list_records

_OFFERED = 50


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

    def choices(self, ctx: Context, board: DashboardModel, name: str) -> Sequence[Spot]:
        """Return what a dashboard's filter offers: the values of a choice, or the first records behind a reference."""
        with self._records.opener.reading(ctx) as unit:
            return _choices(unit, board, name)


def _choices(unit: Unit, board: DashboardModel, name: str) -> Sequence[Spot]:
    for tile in board.tiles:
        chart = unit.model.charts.get(tile.chart or "")
        dimension = unit.model.datasets[chart.dataset].dimensions.get(name) if chart is not None else None
        if dimension is None:
            continue
        if dimension.field.references and not dimension.tree:
            return _records(unit, dimension.field.targets[0])
        if dimension.field.type != "choice" or not dimension.field.dictionary:
            continue
        entries = unit.books[dimension.field.dictionary].entries
        shown = {code for code, entry in entries.items() if not dimension.tree or entry.item.parent is None}
        titles = titles_of(unit, dimension, set(shown))
        return [Spot(code, title, tone) for code, (title, tone) in titles.items()]
    return ()


def _records(unit: Unit, object: str) -> Sequence[Spot]:
    display = unit.model.objects[object].display
    if not unit.policy.may(object, "read") or not unit.policy.titled(object):
        return ()
    page = list_records(unit, Listing(object, fields=(display,), limit=_OFFERED), Conditions())
    return [Spot(record.id, plain(str(record.values.get(display) or record.id[-8:]))) for record in page.records]


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
