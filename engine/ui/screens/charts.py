"""Charts ready to be drawn: their figures in words, their picture, and where each figure leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import urlencode

from engine.analytics import Cell, Line, Sheet, Spot
from engine.metamodel.model.analysis import ChartKind, MeasureModel
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal
from engine.ui.screens.chart_addresses import ChartAddress
from engine.ui.screens.chart_pictures import (
    Plot,
    Point,
    Shape,
    Slice,
    centred,
    columns_plot,
    lines_plot,
    ring,
    scale_of,
    storey,
)
from engine.ui.screens.chart_words import Mark, figure, short_figure, spot_title, tick_titles, tone_of
from engine.ui.screens.ways import Way

_TONES = frozenset({"blue", "green", "amber", "red", "violet", "teal"})
_SERIES = 6


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row: its titles, its figures, and its bar where it has one. ``opens`` looks into it."""

    titles: tuple[str, ...]
    marks: tuple[Mark, ...]
    tone: str = ""
    opens: str = ""
    shapes: tuple[Shape, ...] = ()
    storey: str = ""


@dataclass(frozen=True, slots=True)
class ChartScreen:
    """A chart ready to be drawn. ``shape`` names the picture: bars, plot, ring, funnel, pyramid, table, figure."""

    name: str
    title: str
    icon: str
    help: str
    note: str
    shape: str
    address: ChartAddress
    heads: tuple[str, ...]
    rows: tuple[ChartRow, ...]
    total: ChartRow | None
    sentence: str
    row_heads: tuple[str, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    plot: Plot | None = None
    slices: tuple[Slice, ...] = ()
    trail: tuple[Way, ...] = ()
    more: tuple[tuple[str, Mark], ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not self.rows


def build_chart(desk: Desk, sheet: Sheet, address: ChartAddress) -> ChartScreen:
    """Return a chart ready to be drawn."""
    return _Drawing(desk, sheet, address).screen()


class _Drawing:
    """One chart on its way to the page."""

    def __init__(self, desk: Desk, sheet: Sheet, address: ChartAddress) -> None:
        self.desk, self.sheet, self.address = desk, sheet, address
        self.chart, self.measures = sheet.chart, list(sheet.measures)
        self.split = sheet.chart.columns is not None
        self.lead = self.measures[0]
        spots = sheet.columns if self.split else [line.spots[0] for line in sheet.lines if line.spots]
        # where some values have tones of their own, the others are gray
        self.toned = any(spot.tone in _TONES for spot in spots)

    def screen(self) -> ChartScreen:
        desk, sheet, chart = self.desk, self.sheet, self.chart
        title = desk.title(chart.title)
        shape = self._shape(chart.kind)
        lines = sheet.lines if chart.kind != "number" else ()
        rows = [self._row(line, shape) for line in lines]
        total = ChartRow((desk.say("chart.total"),), self._marks(sheet.total, sheet.foot, title)) if rows else None
        screen = ChartScreen(
            name=chart.name,
            title=title,
            icon=chart.icon,
            help=desk.title(chart.help),
            note=self._note(),
            shape=shape,
            address=self.address,
            heads=self._heads(),
            rows=tuple(self._with_shapes(rows, shape)),
            total=total,
            sentence=self._sentence(title, rows),
            row_heads=tuple(desk.title(sheet.dataset.dimensions[axis.dimension].title) for axis in sheet.rows),
            legend=self._legend(shape),
            trail=self._trail(),
        )
        if shape == "figure":
            whole = self._marks(sheet.total, (), title, short=True)
            more = tuple((desk.title(m.title), mark) for m, mark in zip(self.measures[1:], whole[1:], strict=False))
            return replace(screen, total=ChartRow((title,), whole), more=more)
        if shape == "plot" and rows:
            return replace(screen, plot=self._plot())
        if shape == "ring":
            return replace(screen, slices=ring(self._slices()))
        return screen

    # -- words -----------------------------------------------------------------------------------------------------

    def _shape(self, kind: ChartKind) -> str:
        dated = bool(self.sheet.rows) and self.sheet.rows[0].grain is not None
        if kind == "bar":
            return "plot" if dated else "bars"
        return {"line": "plot", "pie": "ring", "number": "figure"}.get(kind, kind)

    def _note(self) -> str:
        span = self.sheet.span
        return "" if span is None else f"{span.first.isoformat()} – {span.last.isoformat()}"

    def _heads(self) -> tuple[str, ...]:
        if self.split:
            axis = self.chart.columns
            assert axis is not None
            columns = (spot_title(self.desk, axis, spot) for spot in self.sheet.columns)
            return (*columns, self.desk.title(self.lead.title))
        return tuple(self.desk.title(measure.title) for measure in self.measures)

    def _sentence(self, title: str, rows: Sequence[ChartRow]) -> str:
        """Return the chart in one sentence, for those who do not see it."""
        if not rows:
            return f"{title}: {self.desk.say('chart.empty')}"
        told = "; ".join(f"{' '.join(row.titles)} {row.marks[-1 if self.split else 0].text}" for row in rows[:12])
        return f"{title}: {told}"

    def _marks(self, whole: Cell, cells: Sequence[Cell], told: str, *, short: bool = False) -> tuple[Mark, ...]:
        if self.split:
            return tuple(self._mark(self.lead, cell, told, short) for cell in (*cells, whole))
        return tuple(self._mark(measure, whole, told, short) for measure in self.measures)

    def _mark(self, measure: MeasureModel, cell: Cell, told: str, short: bool) -> Mark:
        value = cell.values.get(measure.name)
        text = (short_figure if short else figure)(self.desk, measure, value)
        tone = tone_of(measure, value) if value else "3"
        return Mark(text, self._records(cell, measure, told) if value else "", tone)

    def _records(self, cell: Cell, measure: MeasureModel, told: str) -> str:
        where = self.sheet.drill(cell, measure)
        if where is None:
            return ""
        query = urlencode([("where", where), ("say", told[:80])] if where else [("say", "")])
        return f"/o/{self.sheet.dataset.object}?{query}" if where else f"/o/{self.sheet.dataset.object}"

    def _told(self, line: Line) -> str:
        joint = "，" if self.desk.words.language == "zh" else ", "
        return joint.join([self.desk.title(self.chart.title), *self._titles(line)])

    def _titles(self, line: Line) -> tuple[str, ...]:
        pairs = zip(self.sheet.rows, line.spots, strict=True)
        return tuple(spot_title(self.desk, axis, spot) for axis, spot in pairs)

    def _trail(self) -> tuple[Way, ...]:
        if not self.sheet.trail:
            return ()
        name = self.sheet.trail[0][0]
        ways = [Way(self.desk.say("chart.top"), "", self.address.url(opened=()), False)]
        for place, (_, spot) in enumerate(self.sheet.trail):
            href = self.address.url(opened=((name, str(spot.value)),))
            ways.append(Way(self.desk.title(spot.title), "", href, place == len(self.sheet.trail) - 1))
        return tuple(ways)

    # -- rows and pictures -----------------------------------------------------------------------------------------

    def _row(self, line: Line, shape: str) -> ChartRow:
        opens = ""
        for axis, spot in zip(self.sheet.rows, line.spots, strict=True):
            if spot.opens:
                opens = self.address.url(opened=((axis.dimension, str(spot.value)),))
        short = shape in ("bars", "funnel", "pyramid")
        marks = self._marks(line.whole, line.cells, self._told(line), short=short)
        return ChartRow(self._titles(line), marks, self._tone(line.spots, 0) if line.spots else "", opens)

    def _with_shapes(self, rows: Sequence[ChartRow], shape: str) -> Sequence[ChartRow]:
        lines = self.sheet.lines
        values = [as_decimal(line.whole.values.get(self.lead.name)) or Decimal(0) for line in lines]
        most = max((abs(value) for value in values), default=Decimal(0)) or Decimal(1)
        if shape == "funnel":
            return [
                replace(row, shapes=(self._bar(*centred(float(abs(value) / most)), row, "c1"),))
                for row, value in zip(rows, values, strict=True)
            ]
        if shape == "pyramid":
            return [
                replace(row, storey=storey(n, len(rows)), tone=self._tone(lines[n].spots, n))
                for n, row in enumerate(rows)
            ]
        if shape == "ring":
            return [
                replace(row, tone=self._tone(line.spots, n))
                for n, (row, line) in enumerate(zip(rows, lines, strict=True))
            ]
        if shape == "bars":
            return [
                replace(row, shapes=self._segments(row, line, value, most))
                for row, line, value in zip(rows, lines, values, strict=True)
            ]
        return rows

    def _segments(self, row: ChartRow, line: Line, value: Decimal, most: Decimal) -> tuple[Shape, ...]:
        if not self.split:
            return (self._bar(0, max(float(abs(value) / most) * 100, 0.4) if value else 0, row, "c1"),)
        shapes, at = [], 0.0
        for n, (spot, cell) in enumerate(zip(self.sheet.columns, line.cells, strict=True)):
            part = as_decimal(cell.values.get(self.lead.name)) or Decimal(0)
            width = float(abs(part) / most) * 100
            if width:
                href = self._records(cell, self.lead, self._told(line))
                label = f"{row.titles[0]} {self._column(spot)} {short_figure(self.desk, self.lead, part)}"
                shapes.append(Shape(round(at, 2), 0, round(width, 2), 0, self._tone((spot,), n), label, href))
                at += width
        return tuple(shapes)

    def _bar(self, x: float, width: float, row: ChartRow, tone: str) -> Shape:
        mark = row.marks[0]
        return Shape(round(x, 2), 0, round(width, 2), 0, tone, f"{' '.join(row.titles)} {mark.text}", mark.href)

    def _column(self, spot: Spot) -> str:
        assert self.chart.columns is not None
        return spot_title(self.desk, self.chart.columns, spot)

    def _tone(self, spots: Sequence[Spot], place: int) -> str:
        tone = spots[0].tone if spots else ""
        if tone in _TONES:
            return f"t-{tone}"
        return "c6" if self.toned else f"c{place % _SERIES + 1}"

    def _legend(self, shape: str) -> tuple[tuple[str, str], ...]:
        if self.split and shape in ("bars", "plot"):
            return tuple((self._tone((spot,), n), self._column(spot)) for n, spot in enumerate(self.sheet.columns))
        drawn = self._drawn() if shape == "plot" else []
        return tuple((f"c{n + 1}", self.desk.title(m.title)) for n, m in enumerate(drawn)) if len(drawn) > 1 else ()

    def _drawn(self) -> list[MeasureModel]:
        """Return the measures that stand on the scale of the leading one; the others are told in the table."""
        alike = [m for m in self.measures if (m.format, m.currency) == (self.lead.format, self.lead.currency)]
        return alike[:1] if self.chart.kind == "bar" else alike[:_SERIES]

    def _plot(self) -> Plot:
        axis, lines = self.sheet.rows[0], self.sheet.lines
        titles = tick_titles(self.desk, axis, [line.spots[0] for line in lines])
        if self.split:
            series = [
                (
                    self._tone((spot,), n),
                    [self._point(line, line.cells[n], self.lead, self._column(spot)) for line in lines],
                )
                for n, spot in enumerate(self.sheet.columns)
            ]
        else:
            drawn = self._drawn()
            named = len(drawn) > 1
            series = [
                (
                    f"c{n + 1}",
                    [self._point(line, line.whole, m, self.desk.title(m.title) if named else "") for line in lines],
                )
                for n, m in enumerate(drawn)
            ]
        values = [point.value for _, points in series for point in points if point.value is not None]
        if self.split and self.chart.kind == "bar":
            values += [as_decimal(line.whole.values.get(self.lead.name)) or Decimal(0) for line in lines]
        begin, end, levels = scale_of(max(values, default=Decimal(0)), min(values, default=Decimal(0)))
        whole = all(level == level.to_integral_value() for level in levels)
        plain = replace(self.lead, comparison=None, scale=0 if whole else self.lead.scale)
        texts = [short_figure(self.desk, plain, level) for level in levels]
        draw = columns_plot if self.chart.kind == "bar" else lines_plot
        return draw(titles, series, texts, (begin, end))

    def _point(self, line: Line, cell: Cell, measure: MeasureModel, name: str) -> Point:
        value = cell.values.get(measure.name)
        title = spot_title(self.desk, self.sheet.rows[0], line.spots[0])
        text = short_figure(self.desk, measure, value)
        label = " ".join(part for part in (title, name, text) if part)
        return Point(as_decimal(value), label, self._records(cell, measure, self._told(line)) if value else "")

    def _slices(self) -> list[tuple[str, Point]]:
        found = []
        for n, line in enumerate(self.sheet.lines):
            point = self._point(line, line.whole, self.lead, "")
            found.append((self._tone(line.spots, n), point))
        return found
