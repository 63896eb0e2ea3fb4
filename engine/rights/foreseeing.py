"""What another set of definitions would change for the users, and what separation of duties says, now or then."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from engine.access.duties import Breach, breaches
from engine.access.holding import all_held
from engine.access.impact import Impact, Moment, impact_of
from engine.access.tables.shares import remove_ended
from engine.kernel.context import Context
from engine.metamodel.model import TenantModel
from engine.records import RecordService, Unit
from engine.rights.areas import note, require_area


class Foreseeing:
    """Impact of a change of roles and rules, and the check of every night."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def require(self, ctx: Context) -> None:
        """Return when the caller administers roles; raises Refused otherwise."""
        with self._records.opener.reading(ctx) as unit:
            require_area(unit, "roles")

    def impact(self, ctx: Context, model: TenantModel) -> tuple[Impact, Sequence[Breach]]:
        """Return what a model would change for users, and what would be held that must be apart."""
        with self._records.opener.reading(ctx) as unit:
            require_area(unit, "roles")
            found = impact_of(unit.session, unit.catalog, model, Moment(unit.now, ZoneInfo(str(ctx.zone))))
            held = all_held(unit.session, unit.directory, unit.now)
            return found, breaches(model, held)

    def nightly(self, ctx: Context) -> int:
        """Put on record what separation of duties forbids and yet is so, and forget shares that have ended."""

        def act(unit: Unit) -> int:
            found = breaches(unit.model, all_held(unit.session, unit.directory, unit.now))
            for one in found:
                told: dict[str, object] = {"rule": one.rule, "what": list(one.what), "count": one.count}
                person = unit.directory.by_login(one.login) if one.login else None
                note(unit, unit.user if person is None else person.id, "duties_held_together", told)
            remove_ended(unit.session, unit.now)
            return len(found)

        return self._records.opener.within(ctx, act)

    def check(self, ctx: Context) -> Sequence[Breach]:
        """Return everything that separation of duties forbids and yet is so."""
        with self._records.opener.reading(ctx) as unit:
            require_area(unit, "assignments")
            return breaches(unit.model, all_held(unit.session, unit.directory, unit.now))
