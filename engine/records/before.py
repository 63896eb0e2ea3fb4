"""Reading records as they are before a change: the records themselves, and their lines where these matter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from engine.metamodel.model import FieldModel
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.shares import put_shares
from engine.records.unit import Unit
from engine.storage.fetching import Tree, Want, fetch


def read_before(plan: ObjectPlan, unit: Unit, ids: Iterable[str], *, for_update: bool = False) -> Mapping[str, Tree]:
    """Return the records by id, with what expressions and permission look at behind their references."""
    want = plan.want(unit.policy.needs(plan.name))
    if for_update:
        want = Want(want.object, want.paths, want.key, for_update=True)
    trees = fetch(unit.session, unit.catalog, want, ids)
    put_shares(unit, plan.name, trees)
    return {tree["id"]: tree for tree in trees}


def load_lines(drafts: Sequence[Draft], unit: Unit, needs: Collection[tuple[str, ...]] = ()) -> None:
    """Give each draft the drafts of its lines, where they are sent or an expression looks at them.

    ``needs`` are further paths from the drafts that somebody looks at, behind references of the lines.
    """
    if not drafts:
        return
    plan = drafts[0].plan
    if not plan.lines:
        return
    looked = plan.needs_lines | plan.lines_follow | {path[0] for path in unit.policy.needs(plan.name)}
    for name, field in plan.lines.items():
        asking = [draft for draft in drafts if name in looked or name in draft.given]
        if asking:
            _load(asking, name, field, unit, frozenset(path[1:] for path in needs if len(path) > 1 and path[0] == name))


def _load(drafts: Sequence[Draft], name: str, field: FieldModel, unit: Unit, needs: frozenset[tuple[str, ...]]) -> None:
    child = unit.plans.of(field.lines_of or "")
    by = field.lines_by or ""
    parents = {draft.id: draft for draft in drafts}
    for draft in drafts:
        draft.lines[name] = []
    existing = [draft.id for draft in drafts if draft.action != "create"]
    whole = child.want(unit.policy.needs(child.name) | needs)
    # the parent is at hand already
    paths = tuple(path for path in whole.paths if path[0] != by or len(path) == 1)
    living = [] if not existing else fetch(unit.session, unit.catalog, Want(child.name, paths, by), existing)
    put_shares(unit, child.name, living)
    for tree in living:
        if tree.get("deleted_at") is None:
            parent = parents[tree[by]]
            line = Draft(child, "update", tree["id"], {}, expected=tree["version"], parent=parent)
            line.start_from(tree, unit.policy.facts)
            line.facts[by] = parent.facts
            parent.lines[name].append(line)
    for draft in drafts:
        draft.facts[name] = [line.facts for line in draft.lines[name]]
