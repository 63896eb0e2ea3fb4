"""What the palette finds: places to go, and records."""

from __future__ import annotations

from dataclasses import dataclass

from engine.ui.desk import Desk
from engine.ui.screens.navigation import Frame, NavLink

_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A record that fits."""

    title: str
    href: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The records of one object that fit."""

    title: str
    icon: str
    hits: tuple[Found, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class SearchScreen:
    """Places and records for a text."""

    text: str
    places: tuple[NavLink, ...]
    groups: tuple[FoundGroup, ...]


def jumps(desk: Desk, frame: Frame, text: str) -> tuple[NavLink, ...]:
    """Return the places whose name holds the text, and the forms for new records."""
    links = [link for group in frame.groups for link in (*group.links, *group.rest)]
    links += frame.settings
    new = [
        NavLink(desk.say("list.new", object=link.title), "plus", f"{link.href.partition('?')[0]}/new")
        for link in links
        if link.href.startswith("/o/") and desk.may(link.href.removeprefix("/o/").partition("?")[0], "create")
    ]
    folded = text.casefold()
    fitting = [link for link in (*links, *new) if folded in link.title.casefold()]
    return tuple(fitting if text else links)[:_AT_MOST]
