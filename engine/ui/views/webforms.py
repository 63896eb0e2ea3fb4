"""Web forms: pages for everybody who has their address. What is answered goes the one way of every save.

A page holds a sealed token of when it was made, which makes one record at most; a field that people do not see holds
robots off, and an address may send so many an hour.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Response
from werkzeug.datastructures import MultiDict

from engine.auth.credentials import same, sign
from engine.kernel.errors import Complaint, Conflict, Missing, Rejected
from engine.kernel.names import is_record_id
from engine.metamodel.model import LifecycleModel, TransitionModel
from engine.metamodel.model.webform import WebformModel
from engine.records import Once, StoredAnswer
from engine.records.public_links import form_address, is_sealed
from engine.ui.desk import Desk
from engine.ui.door import Call, Route
from engine.ui.drawing import draw
from engine.ui.posted import PostedForm
from engine.ui.reading import FormInput, read_form
from engine.ui.screens.navigation import may_open
from engine.ui.screens.webforms import OfferedForm, WebformScreen, build_webform, told_of
from engine.ui.security import LANGUAGE_COOKIE, guest_desk, require_our_page
from engine.ui.words import LANGUAGES

_SOONEST, _LATEST = 2, 24 * 3600
_A_YEAR = 31_536_000
_TRAP = "_web"
_log = structlog.get_logger("webforms")


@dataclass(frozen=True, slots=True)
class Place:
    """The form of an address, and the record that a link is about."""

    desk: Desk
    form: WebformModel
    base: str
    record: str = ""


def show_webform(call: Call) -> Response:
    """Draw an empty form, or the end where the record behind a link was answered already."""
    place = _place(call)
    chosen = call.argument("language")
    if chosen in LANGUAGES:
        answer = Response(status=303, headers={"Location": place.base})
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_A_YEAR, httponly=True, samesite="Lax")
        return answer
    if call.argument("done") or not _is_open(call, place):
        return _end(call, place)
    return _drawn(call, place, {}, ())


def answer_webform(call: Call) -> Response:
    """Keep what was answered, once, or draw the form again with everything that is wrong."""
    place, services = _place(call), call.services
    require_our_page(services, call.request)
    address = call.request.environ.get("tessera.address") or call.request.remote_addr or ""
    services.auth.strangers.require(place.desk.context.tenant, address, f"webform {place.form.name}")
    if call.form.one(_TRAP):
        # a robot learns nothing of it
        _log.warning("webform_trap", tenant=place.desk.context.tenant, form=place.form.name)
        return _done(place)
    if not _is_open(call, place):
        return _end(call, place)
    posted = _posted(call, place)
    nonce = _fresh(call, place)
    missing = [*posted.complaints, *_missing(place, posted.kept)]
    if missing or not nonce:
        return _drawn(call, place, posted.kept, [*missing, *_others(call, place, posted, missing)], again=not missing)
    digest = hashlib.sha256(repr(sorted(call.request.form.items(multi=True))).encode()).hexdigest()
    once = Once(f"webform:{nonce}", f"POST {place.base}"[:300], digest)
    try:
        services.records.run_once(
            place.desk.context, once, lambda: _keep(call, place, posted.input), lambda _: StoredAnswer(303, "", {})
        )
    except Rejected as error:
        return _drawn(call, place, posted.kept, error.complaints)
    except Conflict:
        return _drawn(call, place, posted.kept, (), again=True)
    return _done(place)


def list_webforms(call: Call) -> Response:
    """Draw the forms that anybody may fill in, with their addresses."""
    desk = call.desk
    if not may_open(desk, "webforms"):
        raise Missing("no_such_page")
    tenant = desk.context.tenant
    origin = call.services.settings.public_url or call.request.host_url.rstrip("/")
    forms = [
        OfferedForm(
            desk.title(form.title),
            desk.title(desk.model.objects[form.object].title),
            f"/forms/{tenant}/{form.name}",
            origin + form_address(call.services.settings, tenant, form.name).removeprefix(origin),
        )
        for form in desk.model.webforms.values()
        if form.transition is None and form.enabled and desk.may(form.object, "create")
    ]
    return call.page("webforms", tuple(forms), adapts=may_open(desk, "customise"))


# ----------------------------------------------------------------------------------------------------------------------


def _place(call: Call) -> Place:
    services, tenant, name = call.services, call.place["tenant"], call.place["form"]
    host = services.settings.tenant_hosts.get(call.request.host.partition(":")[0].lower())
    if host is not None and host != tenant:
        raise Missing("no_such_page")
    try:
        desk = guest_desk(services, call.request, tenant)
    except Missing:
        raise Missing("no_such_page") from None
    form = desk.model.webforms.get(name)
    record, seal = call.place.get("id", ""), call.place.get("seal", "")
    if form is None or not form.enabled or (form.transition is None) != (record == ""):
        raise Missing("no_such_page")
    base = f"/forms/{tenant}/{name}"
    if not record:
        return Place(desk, form, base)
    if not is_record_id(record) or not is_sealed(services.settings, tenant, name, record, seal):
        raise Missing("no_such_page")
    return Place(desk, form, f"{base}/{record}/{seal}", record)


def _is_open(call: Call, place: Place) -> bool:
    """Tell whether there is something to answer: the transition of a link leads on from where its record stands."""
    if not place.record:
        return True
    life, transition = _life(place)
    record = call.services.records.get(place.desk.context, place.form.object, place.record, (life.field,))
    return record.values.get(life.field) in transition.sources


def _life(place: Place) -> tuple[LifecycleModel, TransitionModel]:
    life = place.desk.model.lifecycle_of(place.form.object)
    assert life is not None
    return life, life.transitions[place.form.transition or ""]


def _keep(call: Call, place: Place, given: Mapping[str, Any]) -> None:
    ctx, form, services = place.desk.context, place.form, call.services
    if not place.record:
        services.records.create(ctx, form.object, {**form.set, **given})
        return
    version = services.records.get(ctx, form.object, place.record, ("version",)).version
    services.workflow.perform(ctx, form.object, place.record, version, form.transition or "", dict(given))


def _posted(call: Call, place: Place) -> FormInput:
    """Return the answers to what the form asks; whatever else was sent is not looked at."""
    names = {field.name for field in place.form.fields}
    sent = call.request.form.items(multi=True)
    own = MultiDict((name, value) for name, value in sent if name.partition(".")[0] in names)
    found = place.desk.model.objects[place.form.object]
    return read_form(place.desk, found, PostedForm(own, MultiDict()), lambda *_: (), None, new=not place.record)


def _missing(place: Place, kept: Mapping[str, Any]) -> list[Complaint]:
    return [
        Complaint(field.name, "required")
        for field in place.form.fields
        if field.required and kept.get(field.name) in (None, "", [])
    ]


def _others(call: Call, place: Place, posted: FormInput, said: Sequence[Complaint]) -> list[Complaint]:
    """Return what the counter would say besides, so that everything is told at once."""
    if place.record or not said:
        return []
    given = {**place.form.set, **posted.input}
    shown = call.services.records.preview(place.desk.context, place.form.object, given)
    known = {one.path for one in said}
    return [one for one in shown.complaints if one.path not in known]


# -- the token ---------------------------------------------------------------------------------------------------------


def _token(call: Call, place: Place) -> str:
    told = f"{int(call.services.clock.now().timestamp())}.{secrets.token_urlsafe(12)}"
    return f"{told}.{sign(call.services.settings.secret, 'webform', place.base + told)}"


def _fresh(call: Call, place: Place) -> str:
    """Return what a token is known by; an empty text when it is not ours, or was made too long or too shortly ago."""
    told, _, seal = (call.form.one("_token") or "").rpartition(".")
    if not same(sign(call.services.settings.secret, "webform", place.base + told), seal):
        return ""
    made, _, nonce = told.partition(".")
    age = call.services.clock.now().timestamp() - int(made)
    return nonce if _SOONEST <= age <= _LATEST else ""


# -- pages -------------------------------------------------------------------------------------------------------------


def _drawn(
    call: Call, place: Place, values: Mapping[str, Any], complaints: Sequence[Complaint], *, again: bool = False
) -> Response:
    desk, form = place.desk, place.form
    if not values and not complaints and not place.record:
        shown = call.services.records.preview(desk.context, form.object, dict(form.set)).values
        values = {field.name: shown.get(field.name) for field in form.fields}
    told: Mapping[str, Any] = {}
    if place.record and form.shows:
        told = call.services.records.get(desk.context, form.object, place.record, form.shows).values
    screen = build_webform(desk, form, values, complaints, place.base)
    return _page(call, place, screen, 422 if complaints or again else 200, again=again, shown=told_of(desk, form, told))


def _end(call: Call, place: Place) -> Response:
    desk = place.desk
    thanks = desk.title(place.form.thanks) or desk.say("webform.thanks")
    title = desk.title(place.form.title)
    return _page(call, place, WebformScreen(desk.tenant_title, title, "", "", desk.words.language, thanks=thanks))


def _done(place: Place) -> Response:
    return Response(status=303, headers={"Location": f"{place.base}?done=1"})


def _page(call: Call, place: Place, screen: WebformScreen, status: int = 200, **more: Any) -> Response:
    desk = place.desk
    places = {
        "s": screen,
        "again": False,
        "shown": (),
        "token": _token(call, place),
        "trap": _TRAP,
        "theme": desk.taste.theme,
        "density": "comfortable",
        "switch": f"{place.base}?language=",
        **more,
    }
    answer = Response(draw(desk.words.language, "pages/webform.html", places), status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


ROUTES = (
    Route("GET", "/forms/<tenant>/<form>", show_webform, "public"),
    Route("POST", "/forms/<tenant>/<form>", answer_webform, "public"),
    Route("GET", "/forms/<tenant>/<form>/<id>/<seal>", show_webform, "public"),
    Route("POST", "/forms/<tenant>/<form>/<id>/<seal>", answer_webform, "public"),
    Route("GET", "/webforms", list_webforms),
)
