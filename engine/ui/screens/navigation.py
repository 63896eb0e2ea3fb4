"""The frame around every page: tenant, menu, person, and where one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.analytics import may_see_chart, may_see_dashboard
from engine.metamodel.model import MenuGroup, MenuItem, ObjectModel
from engine.records.conditions import open_views
from engine.ui.desk import Desk
from engine.ui.widgets.references import initial_of, tone_of

_AT_MOST = 7
_ON_TABBAR = 3

# page -> (icon, words)
PAGES: dict[str, tuple[str, str]] = {
    "import": ("upload", "page.import"),
    "recycle": ("trash", "page.recycle"),
    "dictionaries": ("book", "page.dictionaries"),
    "rules": ("math-function", "page.rules"),
    "prints": ("printer", "page.prints"),
    "customise": ("edit-circle", "page.customise"),
    "users": ("users", "page.users"),
    "roles": ("lock", "page.roles"),
    "webforms": ("world", "page.webforms"),
    "packs": ("packages", "page.packs"),
    "jobs": ("robot", "page.jobs"),
    "messages": ("bell", "page.messages"),
    "profile": ("user", "page.profile"),
    "work": ("inbox", "page.work"),
}
_ADMINISTRATION = (
    "customise", "dictionaries", "rules", "prints", "webforms", "recycle", "users", "roles", "packs", "jobs",
)  # fmt: skip
# who may read what roles say
_RIGHTS_AREAS = frozenset({"roles", "assignments", "explain"})


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry of the menu."""

    title: str
    icon: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries under a heading; ``rest`` folds away under "more". ``usual``: whether it is open for whom it is new."""

    title: str
    links: tuple[NavLink, ...]
    rest: tuple[NavLink, ...] = ()
    name: str = ""
    usual: bool = True
    turned: bool = False

    @property
    def unfolded(self) -> bool:
        """Tell whether its entries show: as usual or as the reader turned it, and always around the present page."""
        return self.usual is not self.turned or self.open or any(link.current for link in self.links)

    @property
    def open(self) -> bool:
        """Tell whether the folded entries hold the present page."""
        return any(link.current for link in self.rest)


@dataclass(frozen=True, slots=True)
class Person:
    """The reader, as the frame shows him."""

    name: str
    login: str
    initial: str
    tone: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around a page."""

    tenant: str
    person: Person
    groups: tuple[NavGroup, ...]
    settings: tuple[NavLink, ...]
    tabbar: tuple[NavLink, ...]
    csrf: str
    theme: str
    density: str
    language: str
    work: NavLink | None = None
    viewing: bool = False


def build_frame(desk: Desk) -> Frame:
    """Return the frame of a page: the menu holds what the reader may see."""
    groups = tuple(_groups(desk))
    actor = desk.context.actor
    return Frame(
        desk.tenant_title,
        Person(actor.name, actor.login, initial_of(actor.name), tone_of(actor.user)),
        groups,
        tuple(_page_link(desk, page) for page in _ADMINISTRATION if may_open(desk, page)),
        tuple(_first_objects(groups))[:_ON_TABBAR],
        desk.csrf,
        desk.taste.theme,
        desk.taste.density,
        desk.words.language,
        _page_link(desk, "work") if desk.model.approvals else None,
        desk.viewing,
    )


def may_open(desk: Desk, page: str) -> bool:
    """Tell whether a page of the engine is for this reader."""
    match page:
        case "users" | "jobs":
            return desk.policy.administers(page)
        case "rules" | "prints" | "customise":
            return desk.policy.everything
        case "webforms":
            return any(desk.may(form.object, "create") for form in desk.model.webforms.values())
        case "roles":
            return any(desk.policy.administers(area) for area in _RIGHTS_AREAS)
        case "dictionaries":
            return bool(editable_dictionaries(desk))
        case "import":
            return any(desk.may(name, "import") for name in desk.model.objects)
        case "recycle":
            return any(desk.may(name, "restore") for name, found in desk.model.objects.items() if found.recycles)
        case _:
            return page in PAGES


def editable_dictionaries(desk: Desk) -> tuple[str, ...]:
    """Return the dictionaries whose items the reader may change."""
    return tuple(
        name for name, found in desk.model.dictionaries.items() if found.open and desk.policy.may_edit_dictionary(name)
    )


def listed_objects(desk: Desk) -> tuple[ObjectModel, ...]:
    """Return the objects that stand on their own and that the reader may see."""
    return tuple(found for found in desk.model.objects.values() if not found.parent and desk.may(found.name, "read"))


def _first_objects(groups: Sequence[NavGroup]) -> Iterator[NavLink]:
    """Yield the first list of each group that is open as a rule, then the others."""
    lists = [[link for link in group.links if link.href.startswith("/o/")] for group in groups if group.usual]
    yield from (links[0] for links in lists if links)
    yield from (link for links in lists for link in links[1:])


def _groups(desk: Desk) -> Iterator[NavGroup]:
    declared = [group for menu in desk.model.menus for group in menu.groups]
    if not declared:
        links = [_object_link(desk, found) for found in listed_objects(desk)]
        if links:
            yield NavGroup("", tuple(links))
        return
    for group in declared:
        links = [link for item in group.items if (link := _link(desk, item)) is not None]
        if links and _for_reader(desk, group):
            turned = group.name in desk.taste.turned
            yield NavGroup(desk.title(group.title), *_folded(links), group.name, not group.folded, turned)


def _for_reader(desk: Desk, group: MenuGroup) -> bool:
    actor = desk.context.actor
    return not group.roles or actor.administrator or bool(group.roles & actor.roles)


def _folded(links: Sequence[NavLink]) -> tuple[tuple[NavLink, ...], tuple[NavLink, ...]]:
    if len(links) <= _AT_MOST:
        return tuple(links), ()
    return tuple(links[: _AT_MOST - 1]), tuple(links[_AT_MOST - 1 :])


def _link(desk: Desk, item: MenuItem) -> NavLink | None:
    if item.target == "page":
        page = item.page or ""
        if not may_open(desk, page):
            return None
        link = _page_link(desk, page)
        return NavLink(desk.title(item.title) or link.title, item.icon or link.icon, link.href, link.current)
    if item.target in ("chart", "dashboard"):
        return _shown_link(desk, item)
    if item.object is None or item.object not in desk.model.objects or not desk.may(item.object, "read"):
        return None
    found = desk.model.objects[item.object]
    views = open_views(desk.policy, desk.model.lists.get(item.list or found.name)) if item.view else ()
    if item.view and all(view.name != item.view for view in views):
        return None
    query = f"?view={item.view}" if item.view else ""
    link = _object_link(desk, found)
    return NavLink(desk.title(item.title) or link.title, item.icon or link.icon, link.href + query, link.current)


def _shown_link(desk: Desk, item: MenuItem) -> NavLink | None:
    model, name = desk.model, item.shown or ""
    if item.target == "chart":
        seen = may_see_chart(desk.policy, model, model.charts[name])
    else:
        seen = may_see_dashboard(desk.policy, model, model.dashboards[name])
    href = f"/{item.target}s/{name}"
    return NavLink(desk.title(item.title), item.icon, href, desk.path == href) if seen else None


def _object_link(desk: Desk, found: ObjectModel) -> NavLink:
    href = f"/o/{found.name}"
    current = desk.path == href or desk.path.startswith(f"{href}/")
    return NavLink(desk.title(found.title), found.icon, href, current)


def _page_link(desk: Desk, page: str) -> NavLink:
    icon, words = PAGES[page]
    href = f"/{page}"
    return NavLink(desk.say(words), icon, href, desk.path == href or desk.path.startswith(f"{href}/"))
