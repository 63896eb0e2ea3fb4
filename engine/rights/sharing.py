"""Sharing by hand: a record given to somebody, for reading or changing, until a moment or without end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.access.tables.shares import Share, find_share, list_shares, put_share, remove_share
from engine.kernel.context import Context
from engine.kernel.errors import Malformed, Missing, Refused
from engine.kernel.names import is_record_id, new_record_id
from engine.metamodel.compiler.controls import LEVELS
from engine.records import RecordService, Unit
from engine.records.before import read_before
from engine.rights.areas import may_administer, person_of
from engine.storage import AuditEntry, append_audit


@dataclass(frozen=True, slots=True)
class NewShare:
    """What is asked for: a receiver such as ``user:login``, ``read`` or ``update``, until when (None: no end)."""

    receiver: str
    level: str = "read"
    until: datetime | None = None
    note: str = ""


class Sharing:
    """Gives, lists and ends the shares of a record."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def of(self, ctx: Context, object: str, id: str) -> Sequence[Share]:
        """Return the shares of a record, to those who may share it or administer sharing."""
        with self._records.opener.reading(ctx) as unit:
            _require(unit, object, id, 1)
            return list_shares(unit.session, object, id)

    def share(self, ctx: Context, object: str, id: str, new: NewShare) -> Share:
        """Share a record; the same receiver's share is replaced."""
        if new.level not in LEVELS:
            raise Malformed("bad_level")
        level = LEVELS[new.level]

        def act(unit: Unit) -> Share:
            version = _require(unit, object, id, level)
            if new.until is not None and new.until <= unit.now:
                raise Malformed("in_the_past")
            named = receiver_of(unit, new.receiver)
            made = Share(new_record_id(), object, id, named, level, new.until, new.note[:400], unit.now, unit.user)
            put_share(unit.session, made)
            _note(unit, made, version, "share")
            return made

        return self._records.opener.within(ctx, act)

    def end(self, ctx: Context, share: str) -> None:
        """End a share; who may share the record may end it, and who gave it."""

        def act(unit: Unit) -> None:
            found = find_share(unit.session, share) if is_record_id(share) else None
            if found is None:
                raise Missing("unknown_share")
            try:
                version = _require(unit, found.object, found.record, 1)
            except (Missing, Refused):
                if found.by != unit.user:
                    raise Missing("unknown_share") from None
                version = 0
            remove_share(unit.session, share)
            _note(unit, replace(found, level=0), version, "unshare")

        self._records.opener.within(ctx, act)


def receiver_of(unit: Unit, text: str) -> str:
    """Return a receiver by ids, as it is kept; raises Malformed when there is nobody of that name."""
    kind, _, name = text.partition(":")
    chart, model = unit.directory.chart, unit.model
    if kind == "user":
        return f"user:{person_of(unit, name).id}"
    if kind == "role" and name in model.roles:
        return text
    trees = {"position": chart.positions, "unit": chart.units, "branch": chart.units, "team": chart.teams}
    found = trees[kind].find(name) if kind in trees else None
    if found is None:
        raise Malformed("bad_receiver", receiver=text[:80])
    return f"{kind}:{found}"


def _require(unit: Unit, object: str, id: str, level: int) -> int:
    """Return the version of a record that the actor may share at a level; raises what stands against it."""
    unit.require_object(object)
    tree = read_before(unit.plans.of(object), unit, [id]).get(id) if is_record_id(id) else None
    facts = None if tree is None else {**tree, "actor": unit.policy.facts}
    policy, run = unit.policy, unit.run
    if facts is None or not policy.may(object, "read") or not policy.covers(object, "read", facts, run):
        raise Missing("not_found")
    administers = may_administer(unit, "sharing")
    if not administers and not (policy.may(object, "share") and policy.covers(object, "share", facts, run)):
        raise Refused("not_allowed", object=object, action="share")
    if level > 1 and not (policy.may(object, "update") and policy.covers(object, "update", facts, run)):
        raise Refused("not_allowed", object=object, action="update")
    return int(facts["version"])


def _note(unit: Unit, share: Share, version: int, action: str) -> None:
    levels = {value: key for key, value in LEVELS.items()}
    was: dict[str, object] | None = {"to": share.receiver}
    now: dict[str, object] | None = None
    if share.level:
        until = None if share.until is None else share.until.isoformat()
        was, now = None, {"to": share.receiver, "level": levels[share.level], "until": until}
    entry = AuditEntry(
        unit.now, unit.user, share.object, share.record, version, action, {"_shares": [was, now]}, unit.ctx.request_id
    )
    append_audit(unit.session, entry)
