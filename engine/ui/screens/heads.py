"""What stands above an object's records, whichever way they are shown: title, ways, views, filter."""

from __future__ import annotations

from dataclasses import dataclass

from engine.metamodel.model import ListModel
from engine.records.conditions import open_views
from engine.ui.desk import Desk
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.filtering import FilterPanel, build_filter_panel
from engine.ui.screens.ways import Way, ways_of


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the list."""

    title: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a page of an object's records."""

    object: str
    title: str
    singular: str
    icon: str
    address: ListAddress
    ways: tuple[Way, ...]
    tabs: tuple[Tab, ...]
    panel: FilterPanel
    may_create: bool


def build_head(desk: Desk, title: str, address: ListAddress, way: str) -> Head:
    """Return the head of the page that shows the records of an address in a way: ``list``, ``board`` and so on."""
    found = desk.model.objects[address.object]
    model = desk.model.lists[found.name]
    return Head(
        object=found.name,
        title=title,
        singular=desk.title(found.title),
        icon=found.icon,
        address=address,
        ways=ways_of(desk, address, way),
        tabs=_tabs(desk, model, address),
        panel=build_filter_panel(desk, model, address),
        may_create=desk.may(found.name, "create") and not address.deleted,
    )


def _tabs(desk: Desk, model: ListModel, address: ListAddress) -> tuple[Tab, ...]:
    bare = ListAddress(address.object, way=address.way, place=address.place)
    everything = Tab(desk.say("list.all"), bare.url(), not address.view and not address.deleted)
    shown = open_views(desk.policy, model)
    views = (Tab(desk.title(view.title), bare.url(view=view.name), address.view == view.name) for view in shown)
    tabs = [everything, *views]
    if address.deleted:
        tabs.append(Tab(desk.say("list.deleted"), bare.url(deleted=True), True))
    return tuple(tabs)
