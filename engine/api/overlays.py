"""``overlay/...``: how a tenant adapts its system: a draft of edits, its plan, its application, versions and undo."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.routing import Call
from engine.kernel.errors import Malformed, Missing
from engine.tenancy import Workbench, edits_of


def show_overlay(call: Call) -> Response:
    """Answer the tenant's own layer as YAML, and the draft that is being made of it."""
    service, context = call.services.overlays, call.context
    return answer({"overlay": service.export(context), **_drawn(service.bench(context), context.language)})


def show_definition(call: Call) -> Response:
    """Answer a definition after the draft, and which layer said what of it."""
    bench = call.services.overlays.bench(call.context)
    found = bench.wanted.find(call.place["kind"], call.place["id"])
    if found is None:
        raise Missing("no_definition", kind=call.place["kind"][:60], id=call.place["id"][:60])
    origins = {".".join(map(str, path)): layer for path, layer in found.origins.items()}
    return answer({"definition": found.document.body, "layer": found.layer, "origins": origins})


def import_draft(call: Call) -> Response:
    """Draft an overlay that comes as YAML, in place of the one that is there."""
    text = call.body.get("overlay")
    if not isinstance(text, str) or set(call.body) != {"overlay"}:
        raise Malformed("bad_parameter", name="overlay", value="", allowed="YAML")
    return answer(_drawn(call.services.overlays.take(call.context, text), call.context.language))


def discard_draft(call: Call) -> Response:
    """Forget the draft."""
    call.services.overlays.discard(call.context)
    return Response(status=204)


def propose_edits(call: Call) -> Response:
    """Add edits to the draft; refused with everything that would be wrong with the definitions then."""
    _require_known(call, "edits", "revision")
    bench = call.services.overlays.propose(call.context, edits_of(call.body.get("edits")), _revision(call))
    return answer(_drawn(bench, call.context.language))


def take_back_edit(call: Call) -> Response:
    """Take one edit out of the draft."""
    index = call.place["index"]
    if not index.isascii() or not index.isdigit() or len(index) > 6:
        raise Missing("no_definition", kind="edit", id=index[:20])
    return answer(_drawn(call.services.overlays.take_back(call.context, int(index)), call.context.language))


def show_plan(call: Call) -> Response:
    """Answer what applying the draft will do, and the token that names exactly this plan."""
    found = call.services.overlays.plan(call.context)
    language = call.context.language
    faults = [
        {"path": one.path, "code": one.code, "message": one.message(language), "hint": one.hint(language)}
        for one in found.faults
    ]
    plan = found.plan.as_dict() if found.plan is not None else None
    return answer({"token": found.token, "fits": found.fits, "faults": faults, "plan": plan})


def apply_draft(call: Call) -> Response:
    """Carry out exactly the plan that the token names, or refuse."""
    _require_known(call, "token", "note")
    token, note = call.body.get("token"), call.body.get("note", "")
    if not isinstance(token, str) or not isinstance(note, str) or len(note) > _LONGEST_NOTE:
        raise Malformed("bad_parameter", name="token", value="", allowed="the token of a plan; note: a text")
    # the token is its own key: what it names can be carried out once
    return answer({"version": call.services.overlays.apply(call.context, token, note).version})


def list_versions(call: Call) -> Response:
    """Answer the versions of the definitions, newest first."""
    found = call.services.overlays.versions(call.context)
    return answer(
        {
            "versions": [
                {"version": one.version, "at": one.created_at, "by": one.created_by, "note": one.note} for one in found
            ]
        }
    )


def recall_version(call: Call) -> Response:
    """Draft the tenant's own layer of an earlier version."""
    version = call.place["version"]
    if not version.isascii() or not version.isdigit() or len(version) > _DIGITS:
        raise Missing("version_missing", version=version[:20])
    return answer(_drawn(call.services.overlays.recall(call.context, int(version)), call.context.language))


# ---------------------------------------------------------------------------------------------------------------------

_LONGEST_NOTE = 500
_DIGITS = 9


def _drawn(bench: Workbench, language: str) -> dict[str, Any]:
    draft = bench.draft
    return {
        "version": bench.version,
        "draft": {
            "revision": draft.revision,
            "version": draft.version,
            "edits": [edit.as_json() for edit in draft.edits],
            "imported": draft.text is not None,
            "overlay": bench.text,
            "changed_by": draft.changed_by,
            "changed_at": draft.changed_at,
            "unfit": [{"path": one.path, "code": one.code, "message": one.message(language)} for one in bench.unfit],
            "changes": [
                {"verb": wish.verb, "what": str(wish), "words": bench.words(wish.kind, wish.id, wish.path, language)}
                for wish in bench.wishes
            ],
        },
    }


def _revision(call: Call) -> int | None:
    found = call.body.get("revision")
    if found is not None and (not isinstance(found, int) or isinstance(found, bool)):
        raise Malformed("bad_parameter", name="revision", value=str(found)[:40], allowed="a whole number")
    return found


def _require_known(call: Call, *known: str) -> None:
    unknown = sorted(set(call.body) - set(known))
    if unknown:
        raise Malformed("unknown_parameter", name=unknown[0][:60], known=", ".join(known))
