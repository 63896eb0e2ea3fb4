"""Administration of accounts: who may log in, with which roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response

from engine.auth import NewUser, User
from engine.kernel.errors import Complaint, Missing, Rejected
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.accounts import UserScreen, build_users, role_options
from engine.ui.words import LANGUAGES


def show_users(call: Call) -> Response:
    """Draw the list of accounts."""
    _require_administrator(call)
    return call.page("users", build_users(call.desk, call.services.auth.accounts.all(call.caller.tenant)))


def show_new_user(call: Call) -> Response:
    """Draw the form for a new account."""
    _require_administrator(call)
    return call.page("user", _new_screen(call))


def create_user(call: Call) -> Response:
    """Make an account."""
    _require_administrator(call)
    form = call.form
    language = form.one("language") or ""
    new = NewUser(
        (form.one("login") or "").strip(),
        (form.one("name") or "").strip(),
        form.one("password") or "",
        tuple(form.many("roles")),
        administrator=form.one("administrator") == "true",
        language=language if language in LANGUAGES else "",
        email=(form.one("email") or "").strip() or None,
        phone=(form.one("phone") or "").strip() or None,
    )
    try:
        user = call.services.auth.accounts.create(call.caller.tenant, new)
    except Rejected as error:
        return call.page("user", _new_screen(call, error.complaints), 422)
    return call.go("/users", Toast(call.desk.say("users.created", name=user.name)))


def show_user(call: Call) -> Response:
    """Draw one account."""
    _require_administrator(call)
    return call.page("user", _screen(call, _found(call)))


def change_user(call: Call) -> Response:
    """Change roles, password or state of an account."""
    _require_administrator(call)
    user = _found(call)
    accounts, tenant, form = call.services.auth.accounts, call.caller.tenant, call.form
    own = user.id == call.caller.actor.user
    try:
        match form.one("_do"):
            case "roles":
                # nobody locks himself out of administration
                administrator = user.administrator if own else form.one("administrator") == "true"
                accounts.set_roles(tenant, user.login, form.many("roles"), administrator)
            case "password":
                accounts.set_password(tenant, user.login, form.one("password") or "")
            case "off" if not own:
                accounts.set_active(tenant, user.login, False)
            case "on":
                accounts.set_active(tenant, user.login, True)
            case _:
                raise Missing("no_such_page")
    except Rejected as error:
        return call.page("user", _screen(call, user, error.complaints), 422)
    return call.go(f"/users/{user.login}", Toast(call.desk.say("users.changed", name=user.name)))


def _require_administrator(call: Call) -> None:
    if not call.context.actor.administrator:
        raise Missing("no_such_page")


def _found(call: Call) -> User:
    return call.services.auth.accounts.by_login(call.caller.tenant, call.place["login"])


def _screen(call: Call, user: User, complaints: Sequence[Complaint] = ()) -> UserScreen:
    return UserScreen(
        user.login,
        user.name,
        user.email or "",
        user.phone or "",
        user.language,
        role_options(call.desk, user.roles),
        user.administrator,
        user.active,
        is_new=False,
        own=user.id == call.caller.actor.user,
        errors=_errors(call, complaints),
    )


def _new_screen(call: Call, complaints: Sequence[Complaint] = ()) -> UserScreen:
    form = call.form
    return UserScreen(
        form.one("login") or "",
        form.one("name") or "",
        form.one("email") or "",
        form.one("phone") or "",
        form.one("language") or "",
        role_options(call.desk, form.many("roles")),
        administrator=form.one("administrator") == "true",
        active=True,
        is_new=True,
        own=False,
        errors=_errors(call, complaints),
    )


def _errors(call: Call, complaints: Sequence[Complaint]) -> Mapping[str, str]:
    language = call.desk.words.language
    return {one.path: " ".join(filter(None, (one.message(language), one.hint(language)))) for one in complaints}


ROUTES = (
    Route("GET", "/users", show_users),
    Route("GET", "/users/+new", show_new_user),
    Route("POST", "/users/+new", create_user),
    Route("GET", "/users/<login>", show_user),
    Route("POST", "/users/<login>", change_user),
)
