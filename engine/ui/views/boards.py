"""Boards: cards in columns, drawn on and moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response

from engine.kernel.errors import Malformed, Missing, Rejected
from engine.metamodel.model import BoardModel, TenantModel, TransitionModel
from engine.records import Listing, Record
from engine.storage import Tally
from engine.ui.door import Call, Route, Toast, own_address
from engine.ui.screens.addresses import ListAddress, read_address
from engine.ui.screens.boards import (
    Column,
    Hand,
    Place,
    build_board,
    card_specs,
    draw_cards,
    draw_column_of,
    fields_read,
    grouped_by,
    place_of,
    places_of,
    sum_text,
)
from engine.ui.screens.moving import build_move
from engine.ui.screens.ways import Way, may_see_board
from engine.ui.views.finding import found_object
from engine.ui.views.lists import condition_of

_CARDS = 20
_COLUMNS = 30


def show_board(call: Call) -> Response:
    """Draw a board."""
    return _drawn(call, _board(call), _address(call))


def more_cards(call: Call) -> Response:
    """Draw the further cards of a column."""
    board, address = _board(call), _address(call)
    hand, _ = _hand(call, board)
    place = place_of(hand.places, call.argument("column"))
    if place is None:
        raise Missing("no_such_page")
    cards, more = _cards(call, hand, address, place, call.argument("from") or None)
    rest = call.desk.say("board.still_more") if more else ""
    column = Column(place, "", "", cards, rest, more)
    return call.fragment("fragments/cards", column=column, object=board.object)


def move_card(call: Call) -> Response:
    """Put a card into another column: by a transition, or by changing the field."""
    board = _board(call)
    desk = call.desk
    id, _, version = (call.form.one("row") or "").partition("@")
    to = call.form.one("column") or ""
    record = call.services.records.get(call.context, board.object, id)
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 16 else record.version
    life = desk.model.lifecycle_of(board.object)
    back = own_address(call.form.one("_back") or f"/o/{board.object}/board")
    if life is None or life.field != board.columns:
        call.services.records.update(call.context, board.object, id, known, {board.columns: to or None})
        return _after(call, back)
    transition = _way(record, life.transitions.values(), life.field, to)
    if transition.ask or transition.confirm:
        return _ask(call, record, transition, back)
    try:
        call.services.workflow.perform(call.context, board.object, id, known, transition.name, {})
    except Rejected as error:
        return _ask(call, record, transition, back, error)
    return _after(call, back)


# ----------------------------------------------------------------------------------------------------------------------


def _board(call: Call) -> BoardModel:
    found = found_object(call)
    board = call.desk.model.boards.get(found.name)
    if board is None or not may_see_board(call.desk, board):
        raise Missing("no_such_page")
    return board


def _address(call: Call) -> ListAddress:
    return replace(read_address(found_object(call).name, list(call.request.args.items(multi=True))), way="board")


def _drawn(call: Call, board: BoardModel, address: ListAddress, status: int = 200) -> Response:
    hand, chosen = _hand(call, board)
    tallies = _tallies(call, hand, address, chosen)
    groups = grouped_by(tallies)
    columns = []
    for place in hand.places:
        own = groups.get(place.value, [])
        page = _cards(call, hand, address, place, None) if own else ((), "")
        columns.append(draw_column_of(hand, place, own, page))
    shown = [tally for place in hand.places for tally in groups.get(place.value, [])]
    text = call.desk.say("board.summary", n=sum(tally.count for tally in shown), sum=sum_text(hand, shown))
    screen = build_board(hand, address, columns, text.rstrip(", ，"), _choices(call, board, address, chosen))
    if call.by_htmx:
        return call.fragment("fragments/board", status, s=screen)
    return call.page("board", screen, status)


def _hand(call: Call, board: BoardModel) -> tuple[Hand, str]:
    """Return what cards are drawn with, and the record that the board is about where it is one of several."""
    desk = call.desk
    field = desk.model.objects[board.object].fields[board.columns]
    if field.type != "reference":
        return Hand(desk, board, card_specs(desk, board), places_of(desk, board)), ""
    chosen = _chosen(call, board)
    where = None
    if chosen:
        where = f'{_shared(desk.model, board)} = "{chosen}"'
    target = desk.model.objects[field.targets[0]]
    listing = Listing(target.name, where=where, fields=desk.called(target.name), limit=_COLUMNS)
    rows = call.services.records.list(call.context, listing).records if desk.may(target.name, "read") else ()
    places = tuple(Place(row.id, desk.name_of(row)) for row in rows)
    return Hand(desk, board, card_specs(desk, board), places, chosen), chosen


def _shared(model: TenantModel, board: BoardModel) -> str:
    """Return the field of the records behind the columns that says which board they stand on."""
    fields = model.objects[board.object].fields
    behind = model.objects[fields[board.columns].targets[0]]
    targets = fields[board.per or ""].targets
    same = (one.name for one in behind.fields.values() if one.type == "reference" and one.targets == targets)
    return next(same)


def _per_records(call: Call, board: BoardModel) -> Sequence[Record]:
    if board.per is None:
        return ()
    target = call.desk.model.objects[board.object].fields[board.per or ""].targets[0]
    listing = Listing(target, fields=call.desk.called(target), limit=_COLUMNS)
    return call.services.records.list(call.context, listing).records if call.desk.may(target, "read") else ()


def _chosen(call: Call, board: BoardModel) -> str:
    ids = [record.id for record in _per_records(call, board)]
    asked = call.argument("per") or (call.form.one("per") or "" if call.request.method == "POST" else "")
    return asked if asked in ids else (ids[0] if ids else "")


def _choices(call: Call, board: BoardModel, address: ListAddress, chosen: str) -> tuple[Way, ...]:
    records = _per_records(call, board)
    if len(records) < 2:
        return ()
    return tuple(
        Way(
            call.desk.name_of(one),
            "",
            address.url(place=(("per", one.id),)),
            one.id == chosen,
        )
        for one in records
    )


def _condition(call: Call, board: BoardModel, address: ListAddress, chosen: str) -> str | None:
    parts = [condition_of(call, call.desk.model.lists[board.object], address)]
    if chosen and board.per is not None:
        parts.append(f'{board.per} = "{chosen}"')
    return " and ".join(f"({part})" for part in parts if part) or None


def _listing(call: Call, hand: Hand, address: ListAddress, where: str | None) -> Listing:
    return Listing(
        hand.board.object,
        where=where,
        quick=address.quick,
        view=address.view or None,
        within=hand.board.where,
        sort=address.sort or tuple(("-" if key.descending else "") + ".".join(key.path) for key in hand.board.sort),
    )


def _tallies(call: Call, hand: Hand, address: ListAddress, chosen: str) -> Sequence[Tally]:
    by = [hand.board.columns]
    if hand.sums and hand.currency in call.desk.policy.usable(hand.board.object):
        by.append(hand.currency)
    listing = _listing(call, hand, address, _condition(call, hand.board, address, chosen))
    return call.services.records.tally(call.context, listing, by, hand.sums)


def _cards(
    call: Call, hand: Hand, address: ListAddress, place: Place, after: str | None
) -> tuple[tuple[Any, ...], str]:
    escaped = place.value.replace("\\", "\\\\").replace('"', '\\"')
    own = f'{hand.board.columns} = "{escaped}"'
    where = " and ".join(part for part in (_condition(call, hand.board, address, hand.chosen), own) if part)
    listing = _listing(call, hand, address, where)
    listing = replace(listing, fields=fields_read(hand), limit=_CARDS, after=after)
    page = call.services.records.list(call.context, listing)
    more = ""
    if page.after:
        pairs = [*address.parameters(), ("column", place.value), ("from", page.after)]
        more = f"/o/{hand.board.object}/board/cards?{urlencode(pairs)}"
    return draw_cards(hand, page.records), more


def _way(record: Record, transitions: Iterable[TransitionModel], field: str, to: str) -> TransitionModel:
    here = record.values.get(field)
    found = [t for t in transitions if t.to == to and here in t.sources]
    allowed = [t for t in found if t.name in record.allowed]
    if not allowed:
        raise Malformed("no_way_there")
    return next((t for t in allowed if t.primary), allowed[0])


def _ask(call: Call, record: Record, transition: TransitionModel, back: str, error: Rejected | None = None) -> Response:
    said = error.message(call.desk.words.language) if error else ""
    screen = build_move(call.desk, record, transition, {}, error.complaints if error else (), said)
    if call.by_htmx:
        return call.fragment("fragments/ask", s=screen, back_to=back)
    return call.page("ask", screen, back_to=back)


def _after(call: Call, back: str) -> Response:
    if not call.by_htmx:
        return call.go(back, Toast(call.desk.say("board.moved")))
    return Response(status=204)


ROUTES = (
    Route("GET", "/o/<object>/board", show_board),
    Route("GET", "/o/<object>/board/cards", more_cards),
    Route("POST", "/o/<object>/board/move", move_card),
)
