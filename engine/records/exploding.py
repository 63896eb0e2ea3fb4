"""Exploding: lines that stand for several others get them beside them, and keep them in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.errors import LimitExceeded
from engine.kernel.names import new_record_id
from engine.metamodel.model.explosion import ExplosionModel
from engine.records.completing import Completion
from engine.records.draft import Draft
from engine.records.results import DoesNotFit, identity, result_of
from engine.records.unit import Unit
from engine.storage.fetching import Tree, Want, fetch
from engine.storage.share_scope import SHARES

DEEPEST = 8
MOST_LINES = 1_000


def explode(draft: Draft, unit: Unit) -> list[Draft]:
    """Give the lines of a draft those of their parts, level by level; return the lines that are new or changed."""
    made: list[Draft] = []
    for name in draft.plan.lines:
        child = draft.plan.object.fields[name].lines_of or ""
        explosion = unit.model.explosion_of(child)
        if explosion is not None and draft.lines.get(name):
            made += _Exploded(draft, name, explosion, unit).lines()
    return made


class _Exploded:
    """The lines of one field while they are exploded."""

    def __init__(self, parent: Draft, name: str, explosion: ExplosionModel, unit: Unit) -> None:
        self.parent, self.name, self.explosion, self.unit = parent, name, explosion, unit
        self.made: list[Draft] = []
        self.moved: list[Draft] = []
        self.known: dict[str, list[Tree]] = {}

    def lines(self) -> list[Draft]:
        level = [line for line in self.parent.lines[self.name] if line.after.get(self.explosion.link) is None]
        for _ in range(DEEPEST):
            level = [one for line in self._with_parts(level) for one in self._below(line)]
            if not level:
                break
        if len(self.parent.lines[self.name]) > MOST_LINES:
            raise LimitExceeded("lines", len(self.parent.lines[self.name]), MOST_LINES)
        if self.made:
            self._put_in_order()
        return [*self.made, *self.moved]

    def _with_parts(self, level: Sequence[Draft]) -> Sequence[Draft]:
        """Look up the parts of what lines point to, for all of them at once; return those that may be exploded."""
        explosion, unit = self.explosion, self.unit
        wanted = {id for line in level if (id := line.after.get(explosion.reference)) and id not in self.known}
        if wanted:
            paths = tuple(sorted({*explosion.looks, (explosion.part_by,)}))
            self.known.update({id: [] for id in wanted})
            for tree in fetch(unit.session, unit.catalog, Want(explosion.part, paths, explosion.part_by), wanted):
                self.known[identity(tree[explosion.part_by]) or ""].append(tree)
        return level

    def _below(self, line: Draft) -> list[Draft]:
        """Bring the lines of a line's parts in step; return those that there are now."""
        explosion = self.explosion
        there = {
            identity(one.after.get(explosion.origin)): one
            for one in self.parent.lines[self.name]
            if one.after.get(explosion.link) == line.id
        }
        if line.action == "delete":
            for one in there.values():
                one.action = "delete"
            return list(there.values())
        if not self._is_open(line):
            return []
        wanted = {part["id"]: part for part in self._parts(line)}
        kept = []
        for id, part in wanted.items():
            one = there.pop(id) if id in there else self._new(line, part)
            one.action = "create" if one.before is None else "update"
            self._set(one, line, part)
            kept.append(one)
        for one in there.values():
            self._take_out(one)
            kept += [one] if one.action == "delete" else []
        return kept

    def _is_open(self, line: Draft) -> bool:
        when = self.explosion.when
        self.unit.run.restart()
        return when is None or when.evaluate(line.facts, self.unit.run) is True

    def _parts(self, line: Draft) -> list[Tree]:
        explosion, unit = self.explosion, self.unit
        found = self.known.get(line.after.get(explosion.reference) or "", [])
        if explosion.where is None or not found:
            return found
        item = self._item(line)
        chosen = []
        for part in found:
            unit.run.restart()
            if explosion.where.evaluate(self._names(item, part), unit.run) is True:
                chosen.append(part)
        return chosen

    def _item(self, line: Draft) -> Mapping[str, Any]:
        item = dict(line.facts)
        Completion(self.unit.session, self.unit.catalog, {}).complete(line.plan.name, [item], self.explosion.reads)
        return item

    def _names(self, item: Mapping[str, Any], part: Tree) -> Mapping[str, Any]:
        return {**self.unit.around(item), "item": item, "part": part}

    def _new(self, line: Draft, part: Tree) -> Draft:
        made = Draft(line.plan, "create", new_record_id(), {}, place=f"{self.name}.", parent=self.parent)
        by = line.plan.object.parent or ""
        made.facts.update({"actor": self.unit.policy.facts, SHARES: []})
        for name, value in (("id", made.id), (by, self.parent.id)):
            made.put(name, value)
        made.facts[by] = self.parent.facts
        made.put(self.explosion.origin, part["id"])
        self.parent.lines[self.name].append(made)
        self.made.append(made)
        return made

    def _set(self, one: Draft, line: Draft, part: Tree) -> None:
        """Give the line of a part its values; what was given with it of these does not count."""
        self._tie(one, line)
        names = self._names(line.facts, part)
        for name, given in self.explosion.set.items():
            value = given.value
            if given.expression is not None:
                try:
                    value = result_of(given.expression, one.plan.object.fields[name], names, self.unit.run)
                except DoesNotFit:
                    one.complain(name, "formula_too_large", field=name)
                    continue
            # it stands, whatever a default would say
            one.touched.add(name)
            if one.before is None or value != one.after.get(name):
                one.put(name, value)
                self.moved += [one] if one.before is not None and one not in self.moved else []

    def _tie(self, one: Draft, line: Draft) -> None:
        one.put(self.explosion.link, line.id)
        # its formulas see the line as it becomes
        one.facts[self.explosion.link] = line.facts

    def _take_out(self, one: Draft) -> None:
        if one.before is not None:
            one.action = "delete"
            return
        self.parent.lines[self.name].remove(one)

    def _put_in_order(self) -> None:
        """Let each line be followed by those of its parts; new lines get ids that keep this order."""
        lines, link = self.parent.lines[self.name], self.explosion.link
        below: dict[str | None, list[Draft]] = {}
        for line in lines:
            below.setdefault(identity(line.after.get(link)), []).append(line)
        ordered: list[Draft] = []
        waiting = list(reversed(below.get(None, [])))
        while waiting:
            line = waiting.pop()
            ordered.append(line)
            waiting += reversed(below.get(line.id, []))
        self.parent.lines[self.name] = [*ordered, *(line for line in lines if line not in ordered)]
        fresh = [line for line in ordered if line.before is None]
        ids = sorted(new_record_id() for _ in fresh)
        for line, id in zip(fresh, ids, strict=True):
            parts = below.get(line.id, [])
            line.id = id
            line.put("id", id)
            for part in parts:
                self._tie(part, line)
        self.parent.facts[self.name] = [line.facts for line in self.parent.lines[self.name] if line.action != "delete"]
