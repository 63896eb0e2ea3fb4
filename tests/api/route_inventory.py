"""Every address of the house: who may call it, whether it is guarded against other sites, where its tenant comes from.

``auth``: nobody (open to all), token (bearer or session), session. ``csrf``: no (changes nothing), token (the session's
token, when a session is the credential), visit (the log-in form's). ``tenant``: none, credential, form (the log-in).
A new route needs a row here, and a thought about each column.
"""

from __future__ import annotations

V1 = "/api/v1"

# method and address -> (auth, csrf, tenant)
INVENTORY: dict[tuple[str, str], tuple[str, str, str]] = {
    ("GET", "/healthz"): ("nobody", "no", "none"),
    ("GET", "/readyz"): ("nobody", "no", "none"),
    ("GET", f"{V1}/me"): ("token", "no", "credential"),
    ("GET", f"{V1}/openapi.json"): ("token", "no", "credential"),
    ("GET", f"{V1}/objects"): ("token", "no", "credential"),
    ("GET", f"{V1}/objects/<object>"): ("token", "no", "credential"),
    ("POST", f"{V1}/objects/<object>/preview"): ("token", "no", "credential"),
    ("GET", f"{V1}/dictionaries/<name>/items"): ("token", "no", "credential"),
    ("POST", f"{V1}/dictionaries/<name>/items"): ("token", "token", "credential"),
    ("PATCH", f"{V1}/dictionaries/<name>/items/<code>"): ("token", "token", "credential"),
    ("DELETE", f"{V1}/dictionaries/<name>/items/<code>"): ("token", "token", "credential"),
    ("POST", f"{V1}/files"): ("token", "token", "credential"),
    ("GET", f"{V1}/files/<id>"): ("token", "no", "credential"),
    ("GET", f"{V1}/calendars/<calendar>"): ("token", "no", "credential"),
    ("GET", f"{V1}/calendars/<calendar>.ics"): ("token", "no", "credential"),
    ("GET", f"{V1}/records/<object>"): ("token", "no", "credential"),
    ("POST", f"{V1}/records/<object>"): ("token", "token", "credential"),
    ("POST", f"{V1}/records/<object>/bulk"): ("token", "token", "credential"),
    ("GET", f"{V1}/records/<object>/<id>"): ("token", "no", "credential"),
    ("PATCH", f"{V1}/records/<object>/<id>"): ("token", "token", "credential"),
    ("DELETE", f"{V1}/records/<object>/<id>"): ("token", "token", "credential"),
    ("POST", f"{V1}/records/<object>/<id>/restore"): ("token", "token", "credential"),
    ("POST", f"{V1}/records/<object>/<id>/transitions/<transition>"): ("token", "token", "credential"),
    ("GET", f"{V1}/records/<object>/<id>/history"): ("token", "no", "credential"),
    ("POST", f"{V1}/records/<object>/<id>/transfer"): ("token", "token", "credential"),
    ("GET", f"{V1}/records/<object>/<id>/shares"): ("token", "no", "credential"),
    ("POST", f"{V1}/records/<object>/<id>/shares"): ("token", "token", "credential"),
    ("DELETE", f"{V1}/access/shares/<id>"): ("token", "token", "credential"),
    ("GET", f"{V1}/access/explain"): ("token", "no", "credential"),
    ("GET", f"{V1}/access/effective"): ("token", "no", "credential"),
    ("GET", f"{V1}/access/assignments"): ("token", "no", "credential"),
    ("PUT", f"{V1}/access/assignments/<login>"): ("token", "token", "credential"),
    ("GET", f"{V1}/access/delegations"): ("token", "no", "credential"),
    ("POST", f"{V1}/access/delegations"): ("token", "token", "credential"),
    ("DELETE", f"{V1}/access/delegations/<id>"): ("token", "token", "credential"),
    ("GET", f"{V1}/access/belongings/<login>"): ("token", "no", "credential"),
    ("POST", f"{V1}/access/belongings/<login>/hand-over"): ("token", "token", "credential"),
    ("GET", f"{V1}/access/duties"): ("token", "no", "credential"),
    ("POST", f"{V1}/access/impact"): ("token", "no", "credential"),
    ("GET", f"{V1}/messages"): ("token", "no", "credential"),
    ("GET", f"{V1}/messages/unread"): ("token", "no", "credential"),
    ("POST", f"{V1}/messages/read"): ("token", "token", "credential"),
    ("GET", f"{V1}/messages/preferences"): ("token", "no", "credential"),
    ("PUT", f"{V1}/messages/preferences"): ("token", "token", "credential"),
    ("GET", f"{V1}/webhooks"): ("token", "no", "credential"),
    ("POST", f"{V1}/webhooks"): ("token", "token", "credential"),
    ("PUT", f"{V1}/webhooks/<name>"): ("token", "token", "credential"),
    ("DELETE", f"{V1}/webhooks/<name>"): ("token", "token", "credential"),
    ("GET", f"{V1}/jobs"): ("token", "no", "credential"),
    ("GET", f"{V1}/jobs/<id>"): ("token", "no", "credential"),
    ("POST", f"{V1}/jobs/<id>/retry"): ("token", "token", "credential"),
    ("POST", f"{V1}/jobs/<id>/cancel"): ("token", "token", "credential"),
    ("GET", f"{V1}/events"): ("token", "no", "credential"),
    ("GET", f"{V1}/events/<id>"): ("token", "no", "credential"),
    ("GET", f"{V1}/deliveries"): ("token", "no", "credential"),
    # a gateway's signature is the credential; the tenant stands in the address that the operator gave it
    ("POST", "/hooks/sms/<tenant>"): ("nobody", "no", "none"),
    ("POST", "/hooks/sms/<tenant>/status"): ("nobody", "no", "none"),
}

# pages need a session and, to change anything, its token; these need none
PUBLIC_PAGES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("GET", "/login"): ("nobody", "no", "none"),
    ("POST", "/login"): ("nobody", "visit", "form"),
    ("POST", "/preferences"): ("nobody", "no", "none"),
    ("GET", "/assets/<name>"): ("nobody", "no", "none"),
    ("GET", "/assets/icons/<name>.svg"): ("nobody", "no", "none"),
}
