"""Groups become the lines of a sheet: in order, with what was before, the smaller ones put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.analytics.asking import Ask
from engine.analytics.figures import Figures, Part, Raw, When, based, complete, merged
from engine.analytics.sheets import Cell, Line, Sheet, Spot, both
from engine.analytics.spots import Scale, spots_of
from engine.kernel.text import EMPTY
from engine.metamodel.model.analysis import ChartModel, DatasetModel, MeasureModel
from engine.metamodel.periods import Span, next_of
from engine.records import Unit

Keys = tuple[Any, ...]
OTHERS = "\0others"
_YEAR = {"day": 364, "week": 52, "month": 12, "quarter": 4, "year": 1}


class Read(Protocol):
    """What is known of the question that was asked."""

    unit: Unit
    dataset: DatasetModel
    chart: ChartModel
    ask: Ask
    measures: tuple[MeasureModel, ...]
    scales: list[Scale]
    span: Span | None
    earlier: tuple[When, ...]
    dated: int | None
    parts: tuple[Part, ...]

    @property
    def nothing(self) -> Raw: ...
    def base(self) -> str: ...
    def whole(self) -> Raw | None: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure of another dataset: what the database told of it, by the same keys."""

    parts: tuple[Part, ...]
    models: Mapping[str, MeasureModel]
    measure: str
    groups: Mapping[Keys, Raw]

    def of(self, members: Sequence[Keys]) -> Any:
        """Return the measure of some groups together."""
        rows = [self.groups[keys] for keys in members if keys in self.groups]
        if not rows:
            return None
        return based(self.parts, self.models, merged(self.parts, rows), "now").get(self.measure)


class Assembly:
    """Groups become lines: in order, with what was before, the smaller ones put together."""

    def __init__(
        self,
        reading: Read,
        found: Mapping[Keys, Raw],
        shown: Mapping[Keys, Raw],
        spots: Sequence[Mapping[Any, Spot]],
        taken: Mapping[str, Taken],
    ) -> None:
        self.taken = taken
        self.reading, self.found, self.shown, self.spots = reading, found, shown, spots
        self.chart, self.models = reading.chart, reading.dataset.measures
        self.base = reading.base()
        self.width = len(reading.chart.rows)
        self.columns = list(spots[self.width].values()) if reading.chart.columns is not None else []
        self.members: dict[Keys, list[Keys]] = {}
        for keys in shown:
            self.members.setdefault(keys[: self.width], []).append(keys)

    def sheet(self) -> Sheet:
        reading = self.reading
        rows = self._rows()
        keyed = {keys: self._figures(self.members.get(keys, ())) for keys in rows}
        total = self._total()
        complete(reading.measures, [list(keyed.values())], total, reading.unit.run)
        ordered, rest = self._top(self._sorted(rows, keyed))
        lines = [(keys, keyed[keys]) for keys in ordered]
        if rest:
            members = [member for keys in rest for member in self.members.get(keys, ())]
            lines.append(((OTHERS,) * max(self.width, 1), self._figures(members)))
        elif (OTHERS,) in self.shown:
            lines.append(((OTHERS,), self._figures([(OTHERS,)])))
        cells = [[self._cell(keys, rest, column) for column in self.columns] for keys, _ in lines]
        tracks = [[figures for _, figures in lines], *(list(track) for track in zip(*cells, strict=True))]
        complete(reading.measures, tracks, total, reading.unit.run)
        foot = [self._figures([keys for keys in self.shown if keys[self.width] == one.value]) for one in self.columns]
        complete(reading.measures, [[figures] for figures in foot], total, reading.unit.run)
        return Sheet(
            chart=self.chart,
            dataset=reading.dataset,
            rows=self.chart.rows,
            columns=tuple(self.columns),
            lines=tuple(self._line(keys, whole, own) for (keys, whole), own in zip(lines, cells, strict=True)),
            total=Cell(total.now, self.base),
            foot=tuple(
                Cell(figures.now, both(self.base, column.term))
                for figures, column in zip(foot, self.columns, strict=True)
            ),
            span=reading.span,
            trail=tuple(self._trail()),
        )

    def _rows(self) -> list[Keys]:
        """Return the keys of the rows in the order of their values; spans without records are rows too."""
        if not self.width:
            return [()]
        if self.width == 1:
            return [(value,) for value in self.spots[0]]
        places = [{value: n for n, value in enumerate(spots)} for spots in self.spots[: self.width]]
        return sorted(self.members, key=lambda keys: [places[n][value] for n, value in enumerate(keys)])

    def _figures(self, members: Sequence[Keys]) -> Figures:
        parts, reading = self.reading.parts, self.reading
        raw = merged(parts, [self.shown[keys] for keys in members] or [reading.nothing])
        found = Figures(based(parts, self.models, raw, "now"))
        found.now.update({name: taken.of(members) for name, taken in self.taken.items()})
        for when in reading.earlier:
            if reading.dated is None:
                found.earlier[when] = based(parts, self.models, raw, when)
            else:
                before = [
                    self.found[key]
                    for key in dict.fromkeys(self._before(keys, when) for keys in members)
                    if key in self.found
                ]
                found.earlier[when] = based(parts, self.models, merged(parts, before), "now") if before else {}
        return found

    def _before(self, keys: Keys, when: When) -> Keys:
        place = self.reading.dated
        assert place is not None
        grain, first = self.reading.scales[place].axis.grain, keys[place]
        if first is None or grain is None:
            return ()
        steps = _YEAR[grain] if when == "previous_year" else 1
        return (*keys[:place], next_of(first, grain, -steps), *keys[place + 1 :])

    def _total(self) -> Figures:
        found = self._figures(list(self.shown))
        whole = self.reading.whole()
        if whole is not None:
            found.now.update(based(self.reading.parts, self.models, whole, "now"))
        return found

    def _sorted(self, rows: list[Keys], keyed: Mapping[Keys, Figures]) -> list[Keys]:
        sort = self.chart.sort
        if not sort:
            return rows
        name, falling = sort.removeprefix("-"), sort.startswith("-")
        there = [keys for keys in rows if keyed[keys].now.get(name) is not None]
        absent = [keys for keys in rows if keyed[keys].now.get(name) is None]
        return [*sorted(there, key=lambda keys: keyed[keys].now[name], reverse=falling), *absent]

    def _top(self, rows: list[Keys]) -> tuple[list[Keys], list[Keys]]:
        most = self.chart.top
        return (rows, []) if most is None or len(rows) <= most else (rows[:most], rows[most:])

    def _cell(self, keys: Keys, rest: Sequence[Keys], column: Spot) -> Figures:
        rows = rest if keys and keys[0] == OTHERS else [keys]
        members = [one for row in rows for one in self.members.get(row, ())]
        return self._figures([member for member in members if member[self.width] == column.value])

    def _line(self, keys: Keys, whole: Figures, cells: Sequence[Figures]) -> Line:
        spots = tuple(
            Spot(None, others=True) if value == OTHERS else self.spots[place][value] for place, value in enumerate(keys)
        )
        where = None if any(spot.term is None for spot in spots) else both(self.base, *(spot.term for spot in spots))
        own = tuple(
            Cell(figures.now, None if where is None else both(where, column.term))
            for figures, column in zip(cells, self.columns, strict=True)
        )
        return Line(spots, Cell(whole.now, where), own)

    def _trail(self) -> Iterator[tuple[str, Spot]]:
        for scale in self.reading.scales:
            asked = self.reading.ask.opened.get(scale.dimension.name)
            if scale.tree is not None and asked:
                above = Scale(scale.axis, scale.dimension)
                way = scale.tree.above(asked)
                named = spots_of(self.reading.unit, above, way)
                yield from ((scale.dimension.name, named.get(node, Spot(node, EMPTY))) for node in way)
