"""Substitutions: somebody acts for somebody else for a while (O4 to O6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Refused, Rejected
from engine.kernel.names import new_record_id
from engine.records import Unit
from engine.records.entitled import finder_of
from engine.storage.process_flows import (
    Substitution,
    add_substitution,
    end_substitution,
    read_substitution,
    substitutions_of,
)
from engine.storage.process_lists import open_tasks_of
from engine.workflow.approvals.commands import happening
from engine.workflow.approvals.commands.case import directory_of
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.world import FLOW_ADMIN

MODES = ("exclusive", "shared")


class Substitutions:
    """A user arranges his own; administrators of flows those of everybody."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def list(self, ctx: Context) -> Sequence[Mapping[str, Any]]:
        """Return the substitutions that concern the user, or all for an administrator."""
        with self._kernel.records.opener.reading(ctx) as unit:
            return [_drawn(unit, one) for one in substitutions_of(unit.session, None if _admin(unit) else unit.user)]

    def create(self, ctx: Context, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arrange one; with ``open_tasks`` what is open now goes to the substitute at once."""
        kernel = self._kernel

        def act(unit: Unit) -> tuple[Substitution, list[str]]:
            made = _read(unit, given)
            add_substitution(unit.session, made)
            held = made.starts_at <= unit.now and bool(given.get("open_tasks"))
            return made, open_tasks_of(unit.session, made.principal, 10_000) if held else []

        made, instances = kernel.command(ctx, act)
        for id in instances:
            kernel.command(ctx, lambda unit, id=id: happening.hand_to_substitute(kernel, unit, id, made.principal))  # type: ignore[misc] # bound now
        with kernel.records.opener.reading(ctx) as unit:
            return _drawn(unit, made)

    def end(self, ctx: Context, id: str) -> None:
        """End a substitution now; what is open goes back."""

        def act(unit: Unit) -> None:
            found = read_substitution(unit.session, id)
            if found is None:
                raise Missing("not_found")
            if unit.user != found.principal and not _admin(unit):
                raise Refused("forbidden")
            end_substitution(unit.session, id, unit.now)

        self._kernel.command(ctx, act)


def _admin(unit: Unit) -> bool:
    return unit.policy.everything or finder_of(unit, {}).names(FLOW_ADMIN, unit.user)


def _read(unit: Unit, given: Mapping[str, Any]) -> Substitution:
    complaints: list[Complaint] = []
    directory = directory_of(unit)

    def person(name: str, default: str = "") -> str:
        value = str(given.get(name) or default)
        found = directory.user(value) or directory.by_login(value)
        if found is None or not found.active:
            complaints.append(Complaint(name, "no_active_user", {"person": value[:80]}))
            return ""
        return found.id

    def instant(name: str) -> datetime:
        try:
            at = datetime.fromisoformat(str(given.get(name)).replace("Z", "+00:00"))
        except ValueError:
            complaints.append(Complaint(name, "required"))
            return unit.now
        return at if at.tzinfo is not None else at.replace(tzinfo=unit.ctx.zone)

    principal, substitute = person("principal", unit.user), person("substitute")
    starts, ends = instant("from"), instant("to")
    mode = str(given.get("mode") or "exclusive")
    if ends <= starts or principal == substitute or mode not in MODES:
        complaints.append(Complaint("to", "bad_substitution"))
    if complaints:
        raise Rejected("invalid", complaints, count=len(complaints))
    if principal != unit.user and not _admin(unit):
        raise Refused("forbidden")
    flow, object = str(given.get("flow") or ""), str(given.get("object") or "")
    id = new_record_id()
    return Substitution(id, principal, substitute, starts, ends, flow, object, mode, False, unit.user, unit.now)


def _drawn(unit: Unit, one: Substitution) -> dict[str, Any]:
    people = {person.id: person.name for person in directory_of(unit).users([one.principal, one.substitute])}
    return {
        "id": one.id,
        "principal": {"id": one.principal, "name": people.get(one.principal)},
        "substitute": {"id": one.substitute, "name": people.get(one.substitute)},
        "from": one.starts_at,
        "to": one.ends_at,
        "flow": one.flow or None,
        "object": one.object or None,
        "mode": one.mode,
        "ended": one.ended,
    }
