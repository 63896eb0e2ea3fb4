"""What the map of a record's lines shows: read under the reader's own permission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.metamodel.model import NetworkModel
from engine.records import Listing
from engine.storage import Reference
from engine.ui.desk import Desk
from engine.ui.door import Call
from engine.ui.screens.networks import NetworkScreen, Node, Tie, draw_network

_MOST = 60


def networks_of(call: Call, object: str, values: Mapping[str, Any]) -> Iterator[tuple[str, NetworkScreen]]:
    """Yield the maps of a record by the lines that they show; there is none without a line."""
    desk = call.desk
    for network in desk.model.networks.values():
        lines = values.get(network.nodes) if network.object == object else None
        if lines and network.nodes in desk.policy.readable(object):
            yield network.nodes, _drawn(call, network, lines[:_MOST])


def _drawn(call: Call, network: NetworkModel, lines: Sequence[Mapping[str, Any]]) -> NetworkScreen:
    desk = call.desk
    child = desk.model.objects[network.object].fields[network.nodes].lines_of or ""
    target = desk.model.objects[child].fields[network.behind].targets[0]
    behind = {ref.id: line for line in lines if isinstance(ref := line.get(network.behind), Reference)}
    above = _above(call, network, target, tuple(behind))
    nodes = [replace(_node(desk, network, child, line), above=above.get(id, "")) for id, line in behind.items()]
    return draw_network(desk.title(network.title), nodes, tuple(_ties(call, network, target, tuple(behind))))


def _node(desk: Desk, network: NetworkModel, child: str, line: Mapping[str, Any]) -> Node:
    target = desk.model.objects[child].fields[network.behind].targets[0]
    ref = line[network.behind]
    label, _, _ = _item(desk, child, network.label, line)
    tone_title, tone, _ = _item(desk, child, network.tone, line)
    weight_title, _, place = _item(desk, child, network.weight, line)
    href = f"/o/{target}/{ref.id}"
    return Node(ref.id, ref.title or ref.id[-8:], href, label, tone, tone_title, place, weight_title)


def _item(desk: Desk, object: str, field: str | None, line: Mapping[str, Any]) -> tuple[str, str, int]:
    """Return title, tone and place of the item that a line holds, as far as the reader may see it."""
    if field is None or field not in desk.policy.readable(object) or line.get(field) is None:
        return "", "gray", 0
    items = desk.items(desk.model.objects[object].fields[field].dictionary or "")
    code = str(line[field])
    if code not in items:
        return code, "gray", 0
    return desk.title(items[code].title), items[code].tone or "gray", 1 + list(items).index(code)


def _above(call: Call, network: NetworkModel, target: str, ids: Sequence[str]) -> dict[str, str]:
    desk, field = call.desk, network.above
    if field is None or not ids or not desk.may(target, "read") or field not in desk.policy.readable(target):
        return {}
    asked = ", ".join(f'"{id}"' for id in ids)
    listing = Listing(target, f"id in ({asked})", fields=("id", field), limit=_MOST)
    rows = call.services.records.list(call.context, listing).records
    return {row.id: ref.id for row in rows if isinstance(ref := row.values.get(field), Reference)}


def _ties(call: Call, network: NetworkModel, target: str, ids: Sequence[str]) -> Iterator[Tie]:
    desk, ties = call.desk, network.ties
    if ties is None or not ids:
        return
    field = desk.model.objects[target].fields[ties.lines]
    child, by = field.lines_of or "", field.lines_by or ""
    usable = desk.policy.usable(child) if desk.may(child, "read") else frozenset()
    if not {by, ties.to} <= usable:
        return
    where = " or ".join(f'{by} = "{id}"' for id in ids)
    fields = tuple(one for one in (by, ties.to, ties.label) if one is not None and one in usable)
    rows = call.services.records.list(call.context, Listing(child, where, fields=fields, limit=200)).records
    for row in rows:
        source, other = row.values.get(by), row.values.get(ties.to)
        if isinstance(source, Reference) and isinstance(other, Reference):
            label, tone, _ = _item(desk, child, ties.label, row.values)
            yield Tie(source.id, other.id, label, tone)
