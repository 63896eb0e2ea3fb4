"""What gateways send us: signed, of bounded size; without the right signature nothing is read."""

from __future__ import annotations

import hmac
import time
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, request

from engine.api.services import Services
from engine.kernel.errors import LimitExceeded, Malformed, Missing, Unauthenticated
from engine.messaging import Incoming, is_signed, twilio_signature

_LARGEST = 64 * 1024
_UNDELIVERED = ("failed", "undelivered")


def hooks_blueprint(services: Services) -> Blueprint:
    """Return ``/hooks/sms/<tenant>`` (a message came in), ``/hooks/sms/<tenant>/status`` (what became of ours) and
    ``/hooks/calls/<tenant>/<call>`` (another system answers a call that a process waits for).
    """
    blueprint = Blueprint("hooks", __name__)

    def take_sms(tenant: str) -> Response:
        form = _form(services)
        _require_tenant(services, tenant)
        incoming = Incoming(
            "sms",
            "http",
            form.get("From", ""),
            form.get("Body", ""),
            form.get("MessageSid") or form.get("SmsSid") or "",
            form.get("To", ""),
        )
        services.messages.intake.take(tenant, incoming)
        # the answer goes the way of all messages, so that it is on record
        return Response("<Response></Response>", content_type="text/xml; charset=utf-8")

    def take_status(tenant: str) -> Response:
        form = _form(services)
        _require_tenant(services, tenant)
        status = form.get("MessageStatus", "")
        if status == "delivered" or status in _UNDELIVERED:
            number = form.get("MessageSid", "")
            services.messages.intake.receipt(tenant, "http", number, status == "delivered")
        return Response(status=204)

    def take_answer(tenant: str, call: str) -> Response:
        _require_short(_LARGEST)
        _require_tenant(services, tenant)
        signature = request.headers.get("X-Tessera-Signature", "")
        services.messages.answers.take(tenant, call, signature, request.get_data(cache=False))
        return Response(status=204)

    blueprint.add_url_rule(
        "/hooks/calls/<tenant>/<call>", "take_answer", take_answer, methods=["POST"], provide_automatic_options=False
    )
    blueprint.add_url_rule(
        "/hooks/sms/<tenant>", "take_sms", take_sms, methods=["POST"], provide_automatic_options=False
    )
    blueprint.add_url_rule(
        "/hooks/sms/<tenant>/status", "take_status", take_status, methods=["POST"], provide_automatic_options=False
    )
    return blueprint


def _require_short(most: int) -> None:
    length = request.content_length or 0
    if length > most:
        raise LimitExceeded("body", length, most, 413)


def _form(services: Services) -> dict[str, str]:
    """Return the form of a request that is signed as the settings say; raises Unauthenticated otherwise."""
    _require_short(_LARGEST)
    body = request.get_data(cache=False)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=100)
    except (UnicodeDecodeError, ValueError) as error:
        raise Malformed("bad_inbound", why="it is no form") from error
    form = dict(pairs)
    if len(form) != len(pairs) or not _signed(services, body, form):
        raise Unauthenticated("bad_signature")
    return form


def _signed(services: Services, body: bytes, form: dict[str, str]) -> bool:
    settings = services.settings
    own = request.headers.get("X-Tessera-Signature", "")
    if settings.sms_secret and own:
        return is_signed(settings.sms_secret, body, own, time.time())
    theirs = request.headers.get("X-Twilio-Signature", "")
    token = urlsplit(settings.sms).password or "" if settings.sms.startswith("twilio+") else ""
    if not token or not theirs:
        return False
    url = (settings.public_url or request.host_url.rstrip("/")) + request.full_path.rstrip("?")
    return hmac.compare_digest(twilio_signature(token, url, form), theirs)


def _require_tenant(services: Services, tenant: str) -> None:
    if tenant not in {known.name for known in services.tenancy.list()}:
        raise Missing("unknown_number")
