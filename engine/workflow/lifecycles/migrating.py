"""States that a new version dropped: records in them go where the version says, or it is not published (L11)."""

from __future__ import annotations

from engine.kernel.errors import Complaint, Rejected
from engine.kernel.names import new_record_id
from engine.metamodel.model import LifecycleModel
from engine.records import Unit
from engine.records.ordering import Order, change_ordered
from engine.records.reading import facts_of
from engine.storage import Query, every_row, select_page
from engine.storage.life_rows import StepRow, add_step
from engine.storage.query import Match
from engine.storage.state_counts import states_held

_CHUNK = 500


def migrate_states(unit: Unit) -> None:
    """Lead every record in a state that is gone to the one that the life-cycle names."""
    lost: list[Complaint] = []
    for life in unit.model.lifecycles.values():
        for state, count in states_held(unit.session, unit.catalog, life.object, life.field).items():
            if state in life.states:
                continue
            target = life.migrate.get(state)
            if target is None:
                lost.append(Complaint(life.object, "states_in_use", _told(life, state, count)))
            else:
                _lead(unit, life, state, target)
    if lost:
        raise Rejected("states_in_use", lost, **dict(lost[0].params))


def _told(life: LifecycleModel, state: str, count: int) -> dict[str, object]:
    return {"object": life.object, "state": state, "count": count}


def _lead(unit: Unit, life: LifecycleModel, state: str, target: str) -> None:
    while True:
        query = Query(life.object, (("id",),), limit=_CHUNK, deleted=None, match=(Match(life.field, state),))
        page = select_page(unit.session, unit.catalog, query, every_row, {}, unit.run)
        if not page.rows:
            return
        for row in page.rows:
            id = facts_of(row)["id"]
            change_ordered(unit, life.object, id, Order({life.field: target}, free=True))
            step = StepRow(
                str(new_record_id()), life.object, id, "migrate", state, target, unit.user, unit.now, cause="migrate"
            )
            add_step(unit.session, step)
