"""Nothing is given that separation of duties forbids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.access.directory import Directory
from engine.access.duties import Breach, breaches
from engine.access.holding import all_held
from engine.kernel.errors import Complaint, Rejected
from engine.storage import Session


def require_apart(session: Session, directory: Directory, users: Iterable[str], at: datetime) -> None:
    """Return when these users hold nothing that must be apart, as the transaction has it; raises Rejected otherwise."""
    model = directory.model
    if not model.nevers:
        return
    concerned = frozenset(users)
    everybody = all_held(session, directory, at)
    found = breaches(model, (held for held in everybody if held.user in concerned), counted=False)
    # too few of a role is reported and never refused, too many is refused
    found += [one for one in breaches(model, everybody) if not one.login and one.most]
    if found:
        raise Rejected("rights_invalid", [told(one) for one in found], count=len(found))


def told(one: Breach) -> Complaint:
    """Return a breach as a complaint."""
    return Complaint("roles", "duties_apart", {"login": one.login, "what": ", ".join(one.what), "rule": one.rule})
