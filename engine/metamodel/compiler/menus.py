"""Menus: what stands where; without any, one that lists the objects."""

from __future__ import annotations

from typing import Literal

from engine.kernel.text import LocalText
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import MenuGroup, MenuItem, MenuModel

# pages of the engine that a menu may open
PAGES = ("home", "import", "dictionaries", "users", "roles", "packs", "settings", "search")
_ALL = LocalText({"en": "Records", "zh": "业务数据"})


def compile_menus(bench: Bench) -> None:
    """Build every menu, in their order."""
    for merged in bench.documents("menu"):
        bench.menus.append(_menu(merged, bench))
    if not bench.menus and bench.objects:
        bench.menus.append(_default(bench))
    bench.menus.sort(key=lambda menu: menu.order)


def _menu(merged: MergedDocument, bench: Bench) -> MenuModel:
    groups = tuple(_group(name, node, bench) for name, node in merged.node.get("groups").items())
    node = merged.node
    return MenuModel(merged.document.id, groups, node.number("order", 0), merged.layer, node.label("title"))


def _group(name: str, node: Node, bench: Bench) -> MenuGroup:
    roles = bench.names("role")
    for part in node.get("roles").elements():
        if part.value not in roles:
            bench.unknown("role", part, str(part.value), roles)
    items = (_item(key, part, bench) for key, part in node.get("items").items())
    found = tuple(filter(None, items))
    who = frozenset(node.texts("roles"))
    return MenuGroup(name, node.label("title"), found, who, node.text("icon"), node.flag("folded"))


def _item(name: str, node: Node, bench: Bench) -> MenuItem | None:
    targets = [key for key in ("object", "list", "page", "chart", "dashboard") if node.has(key)]
    if node.has("page"):
        return _page(name, node, targets, bench)
    if not targets or len(targets) > 1:
        bench.complain("one_target", node.key_span, item=name)
        return None
    if targets[0] in ("chart", "dashboard"):
        return _shown(name, node, targets[0], bench)
    return _list(name, node, bench)


def _shown(name: str, node: Node, target: str, bench: Bench) -> MenuItem | None:
    shown = node.text(target)
    found = bench.charts.get(shown) if target == "chart" else bench.dashboards.get(shown)
    if found is None:
        bench.unknown(target, node.get(target), shown, bench.charts if target == "chart" else bench.dashboards)
        return None
    title = node.label("title") or found.title
    kind: Literal["chart", "dashboard"] = "chart" if target == "chart" else "dashboard"
    return MenuItem(name, title, node.text("icon", found.icon), kind, shown=shown)


def _page(name: str, node: Node, targets: list[str], bench: Bench) -> MenuItem | None:
    page = node.text("page")
    if page not in PAGES:
        bench.unknown("page", node.get("page"), page, PAGES)
    # a page may be about one object: the import page, for one
    object = bench.object(node.get("object")) if node.has("object") else None
    if "list" in targets or node.has("view"):
        bench.complain("one_target", node.key_span, item=name)
    title = node.label("title") or LocalText({"en": page.capitalize()})
    return MenuItem(name, title, node.text("icon", "file"), "page", object.name if object else None, page=page)


def _list(name: str, node: Node, bench: Bench) -> MenuItem | None:
    if node.has("object") and bench.object(node.get("object")) is None:
        return None
    list_name = node.text("list") or node.text("object")
    found = bench.lists.get(list_name)
    if found is None:
        bench.unknown("list", node.get("list"), list_name, bench.lists)
        return None
    views = [view.name for view in found.views]
    if node.has("view") and node.text("view") not in views:
        bench.unknown("view", node.get("view"), node.text("view"), views)
    object = bench.objects[found.object]
    title = node.label("title") or found.title
    icon = node.text("icon", object.icon)
    return MenuItem(name, title, icon, "list", object.name, node.maybe("view"), list=list_name)


def _default(bench: Bench) -> MenuModel:
    items = tuple(
        MenuItem(object.name, object.plural, object.icon, "list", object.name, list=object.name)
        for object in bench.objects.values()
        if not object.parent
    )
    return MenuModel("main", (MenuGroup("all", _ALL, items),))
