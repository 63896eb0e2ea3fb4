"""Who has a record and why: explaining rights on it, sharing it, handing it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from flask import Response

from engine.kernel.errors import LimitExceeded, Malformed, Missing, Refused, Rejected
from engine.metamodel.model import ObjectModel
from engine.records import Record
from engine.rights.explaining import Answer, Question
from engine.rights.sharing import NewShare
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.details import record_title
from engine.ui.screens.handing import (
    SharingScreen,
    TransferScreen,
    person_picker,
    receiver_groups,
    related_options,
    shared_with,
)
from engine.ui.screens.whying import Asking, build_why
from engine.ui.views.finding import found_id, found_object
from engine.ui.views.rights import said_of

_SAID = (Malformed, Missing, Refused, Rejected, LimitExceeded)


def show_why(call: Call) -> Response:
    """Draw why a user may, or may not, do something with a record."""
    found, record, title = _record(call)
    login = _meant(call) or call.context.actor.login
    asking = Asking(found.name, record.id, title, login, call.argument("action") or "read", call.argument("field"))
    names = call.services.rights.portraying.names(call.context)
    answer: Answer | None = None
    try:
        question = Question(found.name, asking.action, record.id, asking.field or None, login)
        answer = call.services.rights.explaining.explain(call.context, question)
    except (Missing, Refused):
        pass
    screen = build_why(call.desk, asking, names, answer)
    return call.page("rights_why", screen, 200 if answer is not None else 403)


def show_sharing(call: Call) -> Response:
    """Draw with whom a record is shared."""
    return _sharing(call)


def change_sharing(call: Call) -> Response:
    """Share a record, or end a share of it."""
    found, record, _ = _record(call)
    form, sharing = call.form, call.services.rights.sharing
    back = f"/o/{found.name}/{record.id}/sharing"
    ended = form.one("end")
    try:
        if ended:
            _require_among(call, found, record, ended)
            sharing.end(call.context, ended)
            return call.go(back, Toast(call.desk.say("rights.share_ended")))
        (user, _), role = picked_person(call), form.one("role") or ""
        receiver = f"user:{user}" if user else role if ":" in role else f"role:{role}"
        new = NewShare(receiver, form.one("level") or "read", last_moment(call, "until"), form.one("note") or "")
        sharing.share(call.context, found.name, record.id, new)
    except _SAID as error:
        return _sharing(call, said_of(call, error))
    return call.go(back, Toast(call.desk.say("rights.shared")))


def show_transfer(call: Call) -> Response:
    """Draw to whom a record may go."""
    found, _, _ = _record(call)
    if not call.desk.may(found.name, "transfer"):
        raise Refused("not_allowed", object=found.name, action="transfer")
    return _transfer(call)


def transfer(call: Call) -> Response:
    """Give a record another owner, with what belongs to it."""
    found, record, title = _record(call)
    form, desk = call.form, call.desk
    version = form.number("_version") or record.version
    to, _ = picked_person(call)
    try:
        owner = call.services.auth.accounts.by_login(call.caller.tenant, to).id if to else ""
        handing = call.services.rights.handing
        handing.transfer(call.context, found.name, record.id, version, {"owner": owner}, form.many("related"))
    except _SAID as error:
        return _transfer(call, said_of(call, error))
    try:
        call.services.records.get(call.context, found.name, record.id)
    except Missing:
        # it went to somebody whose records the reader does not see
        return call.go(f"/o/{found.name}", Toast(desk.say("rights.transferred", title=title)))
    return call.go(f"/o/{found.name}/{record.id}", Toast(desk.say("rights.transferred", title=title)))


def picked_person(call: Call, name: str = "user") -> tuple[str, str]:
    """Return log-in and name of the user who was picked, or typed in full; what was typed where nobody is meant."""
    login, text = call.form.one(name) or "", (call.form.one(f"{name}.text") or "").strip()
    if login:
        return login, text or login
    found = call.services.rights.portraying.person(call.context, text) if text else ("", "")
    return found if found[0] else (text, text)


def _meant(call: Call) -> str:
    """Return the log-in of whom a question is about."""
    login, text = call.argument("user"), call.argument("user.text").strip()
    if login or not text:
        return login
    return call.services.rights.portraying.person(call.context, text)[0] or text


def first_moment(call: Call, name: str) -> datetime | None:
    """Return the beginning of a day that was posted, in the reader's zone; None when none was."""
    text = call.form.one(name) or ""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Malformed("bad_parameter", name=name, value=text[:40], allowed="YYYY-MM-DD") from None
    return datetime.combine(day, time(), call.context.zone)


def last_moment(call: Call, name: str) -> datetime | None:
    """Return the end of a day that was posted: the beginning of the next; None when none was."""
    begins = first_moment(call, name)
    if begins is None:
        return None
    if begins.date() == date.max:
        raise Malformed("bad_parameter", name=name, value=str(begins.date()), allowed="YYYY-MM-DD")
    return begins + timedelta(days=1)


def _record(call: Call) -> tuple[ObjectModel, Record, str]:
    found = found_object(call)
    record = call.services.records.get(call.context, found.name, found_id(call))
    return found, record, record_title(found, call.desk.look(found.name, record.values), record.values, record.id)


def _require_among(call: Call, found: ObjectModel, record: Record, share: str) -> None:
    shares = call.services.rights.sharing.of(call.context, found.name, record.id)
    if share not in {one.id for one in shares}:
        raise Missing("unknown_share")


def _sharing(call: Call, errors: Sequence[str] = ()) -> Response:
    found, record, title = _record(call)
    desk, form, rights = call.desk, call.form, call.services.rights
    shares = rights.sharing.of(call.context, found.name, record.id)
    receivers: Mapping[str, str] = rights.portraying.receivers(call.context, (one.receiver for one in shares))
    path, role = f"/o/{found.name}/{record.id}", form.one("role") or ""
    screen = SharingScreen(
        title,
        path,
        f"{path}/sharing",
        shared_with(desk, shares, receivers),
        person_picker("user", picked_person(call)),
        receiver_groups(desk, rights.receiving.places(call.context), role if ":" in role else f"role:{role}"),
        form.one("level") or "read",
        form.one("until") or "",
        form.one("note") or "",
        tuple(errors),
    )
    return call.page("sharing", screen, 422 if errors else 200)


def _transfer(call: Call, errors: Sequence[str] = ()) -> Response:
    found, record, title = _record(call)
    form, path = call.form, f"/o/{found.name}/{record.id}"
    screen = TransferScreen(
        title,
        path,
        f"{path}/transfer",
        record.version,
        person_picker("user", picked_person(call), required=True),
        related_options(call.desk, found.name, form.many("related")),
        tuple(errors),
    )
    return call.page("transfer", screen, 422 if errors else 200)


ROUTES = (
    Route("GET", "/o/<object>/<id>/rights", show_why),
    Route("GET", "/o/<object>/<id>/sharing", show_sharing),
    Route("POST", "/o/<object>/<id>/sharing", change_sharing),
    Route("GET", "/o/<object>/<id>/transfer", show_transfer),
    Route("POST", "/o/<object>/<id>/transfer", transfer),
)
