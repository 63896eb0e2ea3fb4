"""Boards, calendars and timelines, checked; objects with a life-cycle get a board without one being written."""

from __future__ import annotations

from collections.abc import Iterator

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.default_screens import default_list
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.screens import allowed_column, field_at, object_of, sort_keys
from engine.metamodel.compiler.stepping import shared_reference
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import (
    AlertModel,
    BoardModel,
    CalendarModel,
    ColumnModel,
    DictionaryModel,
    FieldModel,
    ObjectModel,
    RepeatModel,
    TimelineModel,
    TimelineSource,
)
from engine.metamodel.model.views import PERIODS, BarsModel, title_of

_COLUMNS = ("choice", "reference")
_SUMS = ("money", "decimal", "integer")
_DAYS = ("date", "datetime")
_PERSONS = ("user", "reference")
_ON_A_CARD = 3


def compile_boards(bench: Bench, expressions: Expressions) -> None:
    """Build every board; each object with a life-cycle has one of its own name."""
    for merged in bench.documents("board"):
        object = object_of(merged, bench)
        board = _View(merged, object, bench, expressions).board() if object else None
        if board is not None:
            bench.boards[board.name] = board
    for object in bench.objects.values():
        if object.lifecycle and object.name not in bench.boards and not object.parent:
            bench.boards[object.name] = _default_board(object, bench)


def compile_calendars(bench: Bench, expressions: Expressions) -> None:
    """Build every calendar."""
    for merged in bench.documents("calendar"):
        object = object_of(merged, bench)
        calendar = _View(merged, object, bench, expressions).calendar() if object else None
        if calendar is not None:
            bench.calendars[calendar.name] = calendar


def compile_timelines(bench: Bench, expressions: Expressions) -> None:
    """Build every timeline."""
    for merged in bench.documents("timeline"):
        object = object_of(merged, bench)
        if object:
            sources = (
                _source(name, part, object, bench, expressions) for name, part in merged.node.get("sources").items()
            )
            found = tuple(source for source in sources if source is not None)
            bench.timelines[merged.document.id] = TimelineModel(
                merged.document.id, object.name, found, merged.node.flag("changes"), merged.layer
            )


def _source(
    name: str, node: Node, object: ObjectModel, bench: Bench, expressions: Expressions
) -> TimelineSource | None:
    other = bench.object(node.get("object"))
    if other is None:
        return None
    by, at = bench.field_path(other, node.get("by")), bench.field(other, node.get("at"))
    if by is None or at is None:
        return None
    if at.type not in _DAYS:
        types = ", ".join(_DAYS)
        bench.complain("not_for_this_view", node.get("at"), field=at.name, type=at.type, types=types)
    if object.name not in field_at(by, other, bench).targets:
        bench.complain("wrong_target", node.get("by"), field=".".join(by), object=object.name)
        return None
    paths = ((bench.field_path(other, part), part) for part in node.get("columns").elements())
    columns = tuple(ColumnModel(path) for path, part in paths if path and allowed_column(path, other, part, bench))
    where = expressions.row_condition(node.get("where"), expressions.inside(other.name))
    return TimelineSource(name, title_of(node.label("title"), other.plural), other.name, by, at.name, columns, where)


def _default_board(object: ObjectModel, bench: Bench) -> BoardModel:
    life = bench.lifecycles[object.lifecycle or ""]
    sums = [field.name for field in object.fields.values() if field.type == "money"]
    computed = [name for name in sums if object.fields[name].computed]
    return BoardModel(
        name=object.name,
        object=object.name,
        title=object.plural,
        columns=life.field,
        sum=next(iter([*computed[::-1], *sums]), None),
        card=_default_card(object, {life.field, *sums}),
        layer=object.layer,
    )


def _default_card(object: ObjectModel, but: set[str]) -> tuple[ColumnModel, ...]:
    shown = [column for column in default_list(object).columns if column.path[-1] not in {*but, object.display}]
    return tuple(column for column in shown if column.path[-1] != "updated_at")[:_ON_A_CARD]


class _View:
    """One board or calendar."""

    def __init__(self, merged: MergedDocument, object: ObjectModel, bench: Bench, expressions: Expressions) -> None:
        self.merged, self.node, self.object = merged, merged.node, object
        self.bench, self.expressions = bench, expressions
        self.scope = expressions.inside(object.name)

    def board(self) -> BoardModel | None:
        node, object = self.node, self.object
        columns = self._field("columns", _COLUMNS)
        if columns is None:
            return None
        total = self._field("sum", _SUMS)
        but = {columns.name, *([total.name] if total else [])}
        self._check_hidden(columns)
        return BoardModel(
            name=self.merged.document.id,
            object=object.name,
            title=title_of(node.label("title"), object.plural),
            columns=columns.name,
            sum=total.name if total else None,
            card=tuple(self._card()) if node.has("card") else _default_card(object, but),
            where=self.expressions.row_condition(node.get("where"), self.scope),
            sort=sort_keys(node.get("sort"), object, self.bench),
            hide=frozenset(node.texts("hide")),
            per=self._per(columns),
            alerts=self._alerts(),
            layer=self.merged.layer,
        )

    def calendar(self) -> CalendarModel | None:
        node = self.node
        start, end = self._field("start", _DAYS), self._field("end", _DAYS)
        color, person = self._field("color", ("choice",)), self._field("person", _PERSONS)
        if start is None:
            return None
        if end is not None and end.type != start.type:
            self.bench.complain("not_the_same_type", node.get("end"), field=end.name, type=end.type, wanted=start.type)
        return CalendarModel(
            name=self.merged.document.id,
            object=self.object.name,
            title=title_of(node.label("title"), self.object.plural),
            start=start.name,
            end=end.name if end else None,
            color=color.name if color else None,
            person=person.name if person else None,
            card=tuple(self._card()),
            where=self.expressions.row_condition(node.get("where"), self.scope),
            repeat=self._repeat(),
            bars=self._bars(),
            alerts=self._alerts(),
            layer=self.merged.layer,
        )

    def _field(self, key: str, types: tuple[str, ...], node: Node | None = None) -> FieldModel | None:
        part = (node or self.node).get(key)
        if part.value is None:
            return None
        field = self.bench.field(self.object, part)
        if field is not None and field.type not in types:
            self.bench.complain("not_for_this_view", part, field=field.name, type=field.type, types=", ".join(types))
            return None
        return field

    def _card(self) -> Iterator[ColumnModel]:
        for part in self.node.get("card").elements():
            path = self.bench.field_path(self.object, part)
            if path and allowed_column(path, self.object, part, self.bench):
                yield ColumnModel(path)

    def _check_hidden(self, columns: FieldModel) -> None:
        dictionary = self.bench.dictionaries.get(columns.dictionary or "")
        if isinstance(dictionary, DictionaryModel):
            for part in self.node.get("hide").elements():
                if part.value not in dictionary.items:
                    self.bench.unknown("item", part, str(part.value), dictionary.items, dictionary=dictionary.name)

    def _per(self, columns: FieldModel) -> str | None:
        per = self._field("per", ("reference",))
        if per is None:
            return None
        behind = self.bench.objects.get(columns.targets[0]) if columns.targets else None
        if shared_reference(behind, per) is None:
            self.bench.complain("no_common_reference", self.node.get("per"), field=per.name, columns=columns.name)
            return None
        return per.name

    def _repeat(self) -> RepeatModel | None:
        node = self.node.get("repeat")
        if node.value is None:
            return None
        every, until = self._field("every", ("choice",), node), self._field("until", ("date",), node)
        if every is None:
            return None
        dictionary = self.bench.dictionaries.get(every.dictionary or "")
        for code in dictionary.items if dictionary else ():
            if code not in PERIODS and code != "none":
                self.bench.unknown("period", node.get("every"), code, PERIODS)
        return RepeatModel(every.name, until.name if until else None)

    def _bars(self) -> BarsModel | None:
        if not self.node.has("bars"):
            return None
        node = self.node.get("bars")
        group, progress = self._field("group", ("reference",), node), self._field("progress", ("percent",), node)
        return BarsModel(group.name if group else None, progress.name if progress else None)

    def _alerts(self) -> tuple[AlertModel, ...]:
        found = []
        for name, part in self.node.get("alerts").items():
            when = self.expressions.row_condition(part.get("when"), self.scope)
            if when is not None:
                tone = "red" if part.text("tone") == "red" else "amber"
                found.append(AlertModel(name, when, part.label("say"), tone))  # type: ignore[arg-type] # one of two
        return tuple(found)
