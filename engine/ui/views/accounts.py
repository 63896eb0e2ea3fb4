"""Administration of accounts: who may log in, with which roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response

from engine.auth import NewUser, User
from engine.kernel.errors import Complaint, Missing, Rejected
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.accounts import UserScreen, build_users, role_options
from engine.ui.words import LANGUAGES

_AREA = "users"


def show_users(call: Call) -> Response:
    """Draw the accounts that the reader administers."""
    _require_area(call)
    accounts = call.services.auth.accounts.all(call.caller.tenant)
    if not call.desk.policy.everything:
        mine = call.services.rights.areas.among(call.context, _AREA)
        accounts = [one for one in accounts if one.login in mine]
    return call.page("users", build_users(call.desk, accounts, may_create=_may_create(call)))


def show_new_user(call: Call) -> Response:
    """Draw the form for a new account."""
    _require_creator(call)
    return call.page("user", _new_screen(call))


def create_user(call: Call) -> Response:
    """Make an account; roles come with it where the reader may give them."""
    _require_creator(call)
    form, everything = call.form, call.desk.policy.everything
    language = form.one("language") or ""
    new = NewUser(
        (form.one("login") or "").strip(),
        (form.one("name") or "").strip(),
        form.one("password") or "",
        tuple(form.many("roles")) if everything else (),
        administrator=everything and form.one("administrator") == "true",
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
    return call.page("user", _screen(call, _found(call)))


def change_user(call: Call) -> Response:
    """Change roles, password or state of an account."""
    user = _found(call)
    accounts, tenant, form = call.services.auth.accounts, call.caller.tenant, call.form
    own = user.id == call.caller.actor.user
    try:
        match form.one("_do"):
            case "roles" if call.desk.policy.everything:
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


def _require_area(call: Call) -> None:
    if not call.desk.policy.administers(_AREA):
        raise Missing("no_such_page")


def _may_create(call: Call) -> bool:
    # a new account stands nowhere in the organisation yet
    return call.services.rights.areas.whole(call.context, _AREA)


def _require_creator(call: Call) -> None:
    if not _may_create(call):
        raise Missing("no_such_page")


def _found(call: Call) -> User:
    _require_area(call)
    if not call.services.rights.areas.reaches(call.context, _AREA, call.place["login"]):
        raise Missing("no_such_page")
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
        all_rights=call.desk.policy.everything,
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
        all_rights=call.desk.policy.everything,
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
