"""Nothing is given that separation of duties forbids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.access.duties import Breach, breaches
from engine.access.holding import all_held
from engine.kernel.errors import Complaint, Rejected
from engine.records import Unit


def require_apart(unit: Unit, users: Iterable[str], at: datetime | None = None) -> None:
    """Return when these users, as they stand now in the transaction, hold nothing that must be apart; else Rejected."""
    if not unit.model.nevers:
        return
    concerned = frozenset(users)
    everybody = all_held(unit.session, unit.directory, at or unit.now)
    found = breaches(unit.model, (held for held in everybody if held.user in concerned), counted=False)
    found += [one for one in breaches(unit.model, everybody) if not one.login and ">" in "".join(one.what)]
    if found:
        raise Rejected("rights_invalid", [_told(one) for one in found], count=len(found))


def _told(one: Breach) -> Complaint:
    return Complaint("roles", "duties_apart", {"login": one.login, "what": ", ".join(one.what), "rule": one.rule})
