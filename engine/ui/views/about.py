"""What is installed, and what was deleted."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from engine.kernel.errors import Missing
from engine.ui.door import Call, Route
from engine.ui.screens.navigation import NavLink, may_open


@dataclass(frozen=True, slots=True)
class PackRow:
    """An installed pack with what it brings."""

    name: str
    title: str
    version: str
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PacksScreen:
    """Installed packs and the fingerprint of the whole."""

    packs: tuple[PackRow, ...]
    fingerprint: str


def show_packs(call: Call) -> Response:
    """Draw the installed packs, with those of their objects that the reader knows."""
    desk = call.desk
    rows = tuple(
        PackRow(
            one.name,
            desk.title(one.title),
            one.version,
            tuple(
                desk.title(found.title)
                for found in desk.model.objects.values()
                if found.layer == one.name and desk.may(found.name, "read")
            ),
        )
        for one in desk.model.packs
    )
    return call.page("packs", PacksScreen(rows, desk.model.fingerprint[:16]))


def show_bin(call: Call) -> Response:
    """Draw the objects whose deleted records the reader may bring back."""
    desk = call.desk
    if not may_open(desk, "recycle"):
        raise Missing("no_such_page")
    links = tuple(
        NavLink(desk.title(found.plural) or desk.title(found.title), found.icon, f"/o/{found.name}?deleted=1")
        for found in desk.model.objects.values()
        if found.recycles and not found.parent and desk.may(found.name, "restore")
    )
    return call.page("bin", links)


ROUTES = (
    Route("GET", "/packs", show_packs),
    Route("GET", "/recycle", show_bin),
)
