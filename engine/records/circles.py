"""References that may not run in a circle: a record is never above itself, a thing never a part of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.records.draft import Draft
from engine.records.results import identity
from engine.records.unit import Unit
from engine.storage.fetching import Want, fetch

Edges = Mapping[str, set[str]]


def look_for_circles(drafts: Sequence[Draft], unit: Unit) -> None:
    """Complain about every reference by which a record would come to stand above itself."""
    by_object: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.plan.object.acyclic:
            by_object.setdefault(draft.plan.name, []).append(draft)
    for several in by_object.values():
        for edge in several[0].plan.object.acyclic:
            if any(name in draft.changed for draft in several for name in edge):
                _Graph(edge, several, unit).check()


class _Graph:
    """The edges of one kind, as they would be: those of drafts in place of what is stored of them."""

    def __init__(self, edge: tuple[str, ...], drafts: Sequence[Draft], unit: Unit) -> None:
        self.edge, self.drafts, self.unit = edge, drafts, unit
        self.object = drafts[0].plan.object
        self.own = {draft.id for draft in drafts}
        self.drawn: dict[str, set[str]] = {}
        for draft in drafts:
            start, end = self._ends(draft)
            if start is not None and end is not None:
                self.drawn.setdefault(start, set()).add(end)

    def check(self) -> None:
        name = self.edge[-1]
        changed = [draft for draft in self.drafts if any(field in draft.changed for field in self.edge)]
        self._lock(changed)
        for draft in changed:
            if any(complaint.path == draft.place + name for complaint in draft.top().complaints):
                # an end that the actor may not choose is refused already; where it leads is not his to know
                continue
            start, end = self._ends(draft)
            if start is not None and end is not None and start in self._reached({end}):
                draft.complain(name, "runs_in_circle", field=name)

    def _ends(self, draft: Draft) -> tuple[str | None, str | None]:
        start = draft.id if len(self.edge) == 1 else identity(draft.after.get(self.edge[0]))
        return start, identity(draft.after.get(self.edge[-1]))

    def _lock(self, changed: Iterable[Draft]) -> None:
        """Hold all that a new edge leads to, so that nobody closes a circle from the other side at the same time."""
        if self.unit.previewing or self.unit.session.dialect == "sqlite":
            return
        ends = [self._ends(draft) for draft in changed]
        nodes = {start for start, _ in ends if start is not None}
        nodes |= self._reached({end for _, end in ends if end is not None})
        target = self.object.name if len(self.edge) == 1 else self.object.fields[self.edge[0]].targets[0]
        fetch(self.unit.session, self.unit.catalog, Want(target, (("id",),), for_update=True), sorted(nodes))

    def _reached(self, start: set[str]) -> set[str]:
        found, edge = set(start), set(start)
        while edge:
            edge = self._next(edge) - found
            found |= edge
        return found

    def _next(self, nodes: set[str]) -> set[str]:
        begin, end = ("id", self.edge[0]) if len(self.edge) == 1 else self.edge
        found = {id for node in nodes for id in self.drawn.get(node, ())}
        paths = ((begin,), (end,), ("deleted_at",)) if self.object.recycles else ((begin,), (end,))
        for tree in fetch(self.unit.session, self.unit.catalog, Want(self.object.name, paths, begin), nodes):
            id = identity(tree[end])
            if tree["id"] not in self.own and id is not None and tree.get("deleted_at") is None:
                found.add(id)
        return found
