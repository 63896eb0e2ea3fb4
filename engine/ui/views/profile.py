"""What a person keeps of his own: password, devices, API tokens."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Complaint, Refused, Rejected, TesseraError
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.accounts import ProfileScreen, build_devices, build_tokens

_DAYS = (30, 90, 365)


def show_profile(call: Call) -> Response:
    """Draw the reader's own page, which is nobody else's to see."""
    if call.desk.viewing:
        raise Refused("view_only")
    return _page(call)


def change_password(call: Call) -> Response:
    """Change the reader's password; other devices are logged out."""
    form = call.form
    new = form.one("new") or ""
    if new != (form.one("again") or ""):
        return _page(call, [Complaint("again", "password_differs")])
    try:
        call.services.auth.change_password(call.caller, form.one("old") or "", new)
    except Rejected as error:
        return _page(call, [Complaint("new", one.code, one.params, one.say) for one in error.complaints])
    except Refused as error:
        return _page(call, [Complaint("old", error.code, error.complaint.params)])
    return call.go("/profile", Toast(call.desk.say("profile.password_changed")))


def end_session(call: Call) -> Response:
    """Log out another device, or all of them."""
    id = call.form.one("id")
    if id:
        call.services.auth.sessions.end(call.caller, id)
    else:
        call.services.auth.sessions.end_others(call.caller)
    return call.go("/profile", Toast(call.desk.say("profile.session_ended")))


def create_token(call: Call) -> Response:
    """Make an API token; its text is shown this once."""
    form = call.form
    days = form.one("days") or ""
    try:
        text = call.services.auth.tokens.create(
            call.caller.tenant,
            call.caller.actor.login,
            (form.one("name") or "").strip() or call.desk.say("profile.token_unnamed"),
            ("read", "write") if form.one("write") else ("read",),
            int(days) if days in {str(n) for n in _DAYS} else None,
        )
    except TesseraError as error:
        return _page(call, error.complaints or [error.complaint])
    return _page(call, token=str(text))


def revoke_token(call: Call) -> Response:
    """Revoke one of the reader's tokens."""
    call.services.auth.tokens.revoke(call.caller.tenant, call.form.one("id") or "", call.caller.actor.user)
    return call.go("/profile", Toast(call.desk.say("profile.token_revoked")))


def _page(call: Call, complaints: Sequence[Complaint] = (), token: str = "") -> Response:
    auth, caller, desk = call.services.auth, call.caller, call.desk
    user = auth.accounts.by_login(caller.tenant, caller.actor.login)
    roles = [desk.title(desk.model.roles[name].title) for name in user.roles if name in desk.model.roles]
    language = desk.words.language
    screen = ProfileScreen(
        user.name,
        user.login,
        user.email or "",
        tuple(roles),
        user.administrator,
        build_devices(desk, auth.sessions.of(caller)),
        build_tokens(desk, auth.tokens.of(caller.tenant, user)),
        token,
        {one.path: " ".join(filter(None, (one.message(language), one.hint(language)))) for one in complaints},
        _DAYS,
    )
    return call.page("profile", screen, 422 if complaints else 200)


ROUTES = (
    Route("GET", "/profile", show_profile),
    Route("POST", "/profile/password", change_password),
    Route("POST", "/profile/sessions", end_session),
    Route("POST", "/profile/tokens", create_token),
    Route("POST", "/profile/tokens/revoke", revoke_token),
)
