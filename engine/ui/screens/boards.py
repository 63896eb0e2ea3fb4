"""The board of an object: columns with their sums, cards, and where each card may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote

from engine.metamodel.model import AlertModel, BoardModel, FieldModel, ObjectModel
from engine.storage import Tally
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal, currency_sign, grouped
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.alerts import Alert, first_alert
from engine.ui.screens.columns import ColumnSpec, Row, resolve
from engine.ui.screens.grids import draw_column
from engine.ui.screens.heads import Head, build_head
from engine.ui.screens.ways import Way
from engine.ui.widgets.base import Cell, plain_cell
from engine.ui.widgets.choices import PHASE_TONES


@dataclass(frozen=True, slots=True)
class Place:
    """A column as such: the value it stands for, its title, and how a state or an item is drawn."""

    value: str
    title: str
    tone: str = "gray"
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A record as a card: title, the figure, further cells; ``moves`` are the columns it may be put into."""

    id: str
    key: str
    title: str
    href: str
    figure: str
    cells: tuple[Cell, ...]
    alert: Alert | None
    moves: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its first cards; ``more`` leads to the rest."""

    place: Place
    count: str
    sum: str
    cards: tuple[Card, ...]
    rest: str = ""
    more: str = ""
    add: str = ""


@dataclass(frozen=True, slots=True)
class BoardScreen:
    """A board ready to be drawn."""

    head: Head
    per: tuple[Way, ...]
    columns: tuple[Column, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Hand:
    """What the cards of one board are drawn with; ``chosen`` is the record it is about where it is one of several."""

    desk: Desk
    board: BoardModel
    specs: tuple[ColumnSpec, ...]
    places: tuple[Place, ...]
    chosen: str = ""

    @property
    def found(self) -> ObjectModel:
        """Return the object on the board."""
        return self.desk.model.objects[self.board.object]

    @property
    def columns(self) -> FieldModel:
        """Return the field whose values are the columns."""
        return self.found.fields[self.board.columns]

    @property
    def sums(self) -> tuple[str, ...]:
        """Return the summed field, and the currency that it is in where records have several."""
        return (self.board.sum,) if self.board.sum in self.desk.policy.usable(self.board.object) else ()

    @property
    def currency(self) -> str:
        """Return the field that holds the currency of the summed one; empty where all are in the same."""
        currency = self.found.fields[self.board.sum or ""].currency if self.board.sum else None
        return currency if currency in self.found.fields else ""  # type: ignore[return-value] # a key of the fields

    @property
    def alerts(self) -> tuple[AlertModel, ...]:
        """Return the alerts whose fields the reader may see."""
        readable = self.desk.policy.usable(self.board.object)
        return tuple(alert for alert in self.board.alerts if all(path[0] in readable for path in alert.when.reads))


def card_specs(desk: Desk, board: BoardModel) -> tuple[ColumnSpec, ...]:
    """Return what the cards tell, as far as the reader may read it."""
    found = (resolve(desk, board.object, ".".join(column.path)) for column in board.card)
    return tuple(spec for spec in found if spec is not None)


def places_of(desk: Desk, board: BoardModel) -> tuple[Place, ...]:
    """Return the columns of a board over states or items; those over records are read by the view."""
    field = desk.model.objects[board.object].fields[board.columns]
    life = desk.model.lifecycle_of(board.object)
    if life is not None and life.field == field.name:
        return tuple(
            Place(state.name, desk.title(state.title) or state.name, PHASE_TONES[state.phase], state.phase)
            for state in life.states.values()
            if state.name not in board.hide
        )
    items = desk.items(field.dictionary) if field.dictionary else {}
    return tuple(
        Place(code, desk.title(item.title) or code, item.tone or "gray")
        for code, item in items.items()
        if code not in board.hide and item.active
    )


def fields_read(hand: Hand) -> tuple[str, ...]:
    """Return the paths that the cards need."""
    found = hand.found
    money = (hand.currency,) if hand.currency in hand.desk.policy.readable(found.name) else ()
    alerts = [".".join(path) for alert in hand.alerts for path in alert.when.reads if path[0] != "actor"]
    own = [spec.path for spec in hand.specs]
    needed = [*hand.desk.called(found.name), hand.board.columns, *own, *hand.sums, *money, *alerts]
    return tuple(dict.fromkeys([*needed, "id", "version"]))


def draw_cards(hand: Hand, rows: Sequence[Row]) -> tuple[Card, ...]:
    """Return the cards of some records, cell by cell drawn column by column."""
    desk, found = hand.desk, hand.found
    drawn = [
        draw_column(spec.field, replace(desk.look(spec.object), near=True), [row.values.get(spec.path) for row in rows])
        for spec in hand.specs
    ]
    cells = list(zip(*drawn, strict=True)) if drawn else [() for _ in rows]
    return tuple(
        Card(
            row.id,
            f"{row.id}@{row.version}",
            str(desk.title_of(found.name, row.values) or row.id[-8:]),
            f"/o/{found.name}/{row.id}",
            _figure(hand, row),
            tuple(plain_cell(cell) for cell in line if cell.kind != "none"),
            first_alert(desk, hand.alerts, row.values),
            _moves(hand, row),
        )
        for row, line in zip(rows, cells, strict=True)
    )


def draw_column_of(hand: Hand, place: Place, tallies: Sequence[Tally], page: tuple[tuple[Card, ...], str]) -> Column:
    """Return a column: how many, the sum, its first cards."""
    cards, more = page
    count = sum(tally.count for tally in tallies)
    may_add = hand.desk.may(hand.board.object, "create") and hand.columns.name in hand.desk.policy.writable(
        hand.board.object, "create"
    )
    add = f"/o/{hand.board.object}/new?{hand.columns.name}={quote(place.value, safe='')}" if may_add else ""
    rest = hand.desk.say("board.more", n=count - len(cards)) if more else ""
    return Column(place, f"{count:,}", sum_text(hand, tallies), cards, rest, more, add)


def build_board(
    hand: Hand, address: ListAddress, columns: Sequence[Column], summary: str, per: tuple[Way, ...]
) -> BoardScreen:
    """Return the board page."""
    head = build_head(hand.desk, hand.desk.title(hand.board.title), address, "board")
    return BoardScreen(head, per, tuple(columns), summary)


def sum_text(hand: Hand, tallies: Sequence[Tally]) -> str:
    """Return the sum of some groups, short; sums of several currencies stand side by side."""
    if not hand.sums:
        return ""
    totals: dict[str, Decimal] = {}
    for tally in tallies:
        value = as_decimal(tally.sums[0])
        if value is not None:
            currency = str(tally.group[1]) if len(tally.group) > 1 and tally.group[1] else ""
            totals[currency] = totals.get(currency, Decimal(0)) + value
    field = hand.found.fields[hand.sums[0]]
    fixed = "" if hand.currency else field.currency or ""
    return ", ".join(money_text(hand.desk, field, value, currency or fixed) for currency, value in totals.items())


def money_text(desk: Desk, field: FieldModel, value: Decimal, currency: str) -> str:
    """Return a large figure in few characters: 万 in Chinese, K and M in English."""
    sign = f"{currency_sign(currency, desk.words.language)} " if field.type == "money" and currency else ""
    for unit, size in (("万", 10_000),) if desk.words.language == "zh" else (("M", 1_000_000), ("K", 1_000)):
        if abs(value) >= size:
            return f"{sign}{grouped(value / size, 1)}{' ' if unit == '万' else ''}{unit}"
    return f"{sign}{grouped(value, 0 if value == value.to_integral_value() else 2)}"


# ----------------------------------------------------------------------------------------------------------------------


def _figure(hand: Hand, row: Row) -> str:
    value = as_decimal(row.values.get(hand.sums[0])) if hand.sums else None
    if value is None:
        return ""
    field = hand.found.fields[hand.sums[0]]
    currency = str(row.values.get(hand.currency) or "") if hand.currency else field.currency or ""
    return money_text(hand.desk, field, value, currency)


def _moves(hand: Hand, row: Row) -> tuple[Place, ...]:
    desk, object = hand.desk, hand.board.object
    value = row.values.get(hand.board.columns)
    here = getattr(value, "id", value)
    others = tuple(place for place in hand.places if place.value != here)
    life = desk.model.lifecycle_of(object)
    if life is not None and life.field == hand.board.columns:
        granted = desk.policy.actions(object)
        open_now = {t.to for t in life.transitions.values() if here in t.sources and t.name in granted}
        return tuple(place for place in others if place.value in open_now)
    return others if hand.board.columns in desk.policy.writable(object, "update") else ()


def place_of(places: Sequence[Place], value: str) -> Place | None:
    """Return the column of a value."""
    return next((place for place in places if place.value == value), None)


def grouped_by(tallies: Sequence[Tally]) -> Mapping[str, list[Tally]]:
    """Return the tallies of each column."""
    found: dict[str, list[Tally]] = {}
    for tally in tallies:
        value = tally.group[0]
        found.setdefault(str(getattr(value, "id", value) or ""), []).append(tally)
    return found
