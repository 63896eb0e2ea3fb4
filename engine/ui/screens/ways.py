"""The ways to show an object's records: list, board, calendar, bars; with the filters of the list kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.metamodel.model import BoardModel
from engine.records.calendars import may_see_calendar
from engine.records.conditions import may_be_asked
from engine.ui.desk import Desk
from engine.ui.screens.addresses import ListAddress


@dataclass(frozen=True, slots=True)
class Way:
    """One way, as it stands in the bar of a page."""

    title: str
    icon: str
    href: str
    current: bool


def may_see_board(desk: Desk, board: BoardModel) -> bool:
    """Tell whether a board is for the reader: he may use what its columns are made by and what its condition reads."""
    usable = desk.policy.usable(board.object)
    return board.columns in usable and may_be_asked(desk.policy, board.object, board.where)


def ways_of(desk: Desk, address: ListAddress, current: str) -> tuple[Way, ...]:
    """Return the ways that an object's records can be shown in; none where there is only the list."""
    name = address.object
    ways = [Way(desk.say("way.list"), "list", replace(address, way="", place=()).url(), current == "list")]
    board, calendar = desk.model.boards.get(name), desk.model.calendars.get(name)
    if board is not None and may_see_board(desk, board):
        ways.append(Way(desk.say("way.board"), "layout-columns", address.action("board"), current == "board"))
    if calendar is not None and may_see_calendar(desk.policy, calendar):
        ways.append(Way(desk.say("way.calendar"), "calendar", address.action("calendar"), current == "calendar"))
        if calendar.bars is not None:
            ways.append(Way(desk.say("way.bars"), "align-left", address.action("bars"), current == "bars"))
    return tuple(ways) if len(ways) > 1 else ()
