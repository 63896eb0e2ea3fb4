"""The draft of a tenant's own definitions: its plan, its application, versions, YAML in and out."""

from __future__ import annotations

from flask import Response

from engine.kernel.errors import BadDefinition, Conflict, Missing, Rejected, TesseraError
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.custom.plans import build_plan, build_versions
from engine.ui.views.customising import HOME, open_shop

_MOST_TEXT = 4 * 1024 * 1024


def show_plan(call: Call) -> Response:
    """Draw what applying the draft does."""
    shop = open_shop(call)
    return call.page("custom/plan", build_plan(shop, call.services.overlays.plan(call.context)))


def change_draft(call: Call) -> Response:
    """Apply the plan that was shown, take an edit back, or forget the draft."""
    open_shop(call)
    service, context, desk = call.services.overlays, call.context, call.desk
    match call.form.one("_do"):
        case "apply":
            try:
                service.apply(context, call.form.one("token") or "", (call.form.one("note") or "")[:500])
            except (Conflict, Rejected) as error:
                return _refused(call, error)
            return call.go(HOME, Toast(desk.say("custom.applied")))
        case "take_back":
            service.take_back(context, call.form.number("index"))
            return call.go(f"{HOME}/plan", Toast(desk.say("custom.taken_back")))
        case "discard":
            service.discard(context)
            return call.go(HOME, Toast(desk.say("custom.discarded")))
    raise Missing("no_such_page")


def show_versions(call: Call) -> Response:
    """Draw the versions of the definitions."""
    shop = open_shop(call)
    return call.page("custom/versions", build_versions(shop, call.services.overlays.versions(call.context)))


def change_versions(call: Call) -> Response:
    """Bring back an earlier version as a draft, or take one from a file."""
    shop = open_shop(call)
    service, context = call.services.overlays, call.context
    try:
        if call.form.one("_do") == "import":
            sent = call.form.sent("file")
            text = sent[0].stream.read(_MOST_TEXT).decode("utf-8", "replace") if sent else ""
            service.take(context, text)
        else:
            service.recall(context, call.form.number("version"))
    except BadDefinition as error:
        language = call.desk.words.language
        problems = tuple(found.line(language) for found in error.diagnostics)
    except Rejected as error:
        problems = tuple(shop.errors(error.complaints))
    else:
        return call.go(f"{HOME}/plan", Toast(call.desk.say("custom.recalled")))
    screen = build_versions(shop, service.versions(context))
    return call.page("custom/versions", screen, 422, problems=problems)


def download(call: Call) -> Response:
    """Send the tenant's own layer as YAML."""
    open_shop(call)
    text = call.services.overlays.export(call.context)
    headers = {"Content-Disposition": f'attachment; filename="{call.context.tenant}-overlay.yaml"'}
    return Response(text, mimetype="application/yaml", headers=headers)


def _refused(call: Call, error: TesseraError) -> Response:
    shop = open_shop(call)
    language = call.desk.words.language
    whole = " ".join(filter(None, (error.message(language), error.complaint.hint(language))))
    plan = call.services.overlays.plan(call.context)
    screen = build_plan(shop, plan, (whole, *shop.errors(error.complaints)))
    return call.page("custom/plan", screen, 409 if isinstance(error, Conflict) else 422)


ROUTES = (
    Route("GET", f"{HOME}/plan", show_plan),
    Route("POST", f"{HOME}/plan", change_draft),
    Route("GET", f"{HOME}/versions", show_versions),
    Route("POST", f"{HOME}/versions", change_versions),
    Route("GET", f"{HOME}/overlay.yaml", download),
)
