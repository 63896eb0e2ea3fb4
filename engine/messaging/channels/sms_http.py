"""Short messages by a gateway of the kind that Twilio made common: a form is posted, what comes in is signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from engine.messaging.channels.base import Outgoing, Permanent, Receipt, Temporary
from engine.outbound import NoAnswer, Outbound

GATEWAY = "http"


class SmsHttp:
    """``twilio+https://account:token@host/2010-04-01?from=+1555...&callback=https://...``."""

    name = "sms"

    def __init__(self, url: str, outbound: Outbound) -> None:
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        self._account = unquote(parts.username or "")
        self.token = unquote(parts.password or "")
        self._from = options.get("from", [""])[0].replace(" ", "+")
        self._callback = options.get("callback", [""])[0]
        host = parts.hostname or ""
        place = f"{parts.scheme.removeprefix('twilio+')}://{host}" + (f":{parts.port}" if parts.port else "")
        self._url = f"{place}{parts.path.rstrip('/')}/Accounts/{self._account}/Messages.json"
        self._outbound = outbound

    def send(self, outgoing: Outgoing) -> Receipt:
        """Post a message."""
        form = {"To": outgoing.address, "From": self._from, "Body": outgoing.body}
        if self._callback:
            form["StatusCallback"] = self._callback
        secret = base64.b64encode(f"{self._account}:{self.token}".encode()).decode()
        headers = {
            "Authorization": f"Basic {secret}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": outgoing.key,
        }
        try:
            answer = self._outbound.post(self._url, urlencode(form).encode(), headers)
        except NoAnswer as error:
            raise Temporary(str(error)) from error
        if answer.status == 429 or answer.status >= 500:
            raise Temporary(f"the gateway answered {answer.status}")
        if not answer.good:
            raise Permanent(f"the gateway answered {answer.status}")
        try:
            number = str(json.loads(answer.body)["sid"])
        except (ValueError, KeyError, TypeError):
            number = ""
        return Receipt("sent", GATEWAY, (number,) if number else ())

    def close(self) -> None:
        """Nothing stays open."""


def twilio_signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the signature of what a gateway of this kind sends: HMAC-SHA1 of the address and the sorted form."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    made = hmac.new(token.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(made.digest()).decode()
