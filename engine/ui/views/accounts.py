"""Administration of accounts: who may log in, with which roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask import Response

from engine.auth import NewUser, User
from engine.kernel.errors import Complaint, Missing, Refused, Rejected
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.accounts import UserScreen, build_users, role_options
from engine.ui.widgets.base import Option
from engine.ui.words import LANGUAGES


def show_users(call: Call) -> Response:
    """Draw the accounts that the reader administers."""
    administering = call.services.administering
    with _hidden():
        accounts = administering.all(call.context)
    return call.page("users", build_users(call.desk, accounts, may_create=administering.may_create(call.context)))


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
        with _hidden():
            user = call.services.administering.create(call.context, new, form.one("employee") or "")
    except Rejected as error:
        return call.page("user", _new_screen(call, error.complaints), 422)
    return call.go("/users", Toast(call.desk.say("users.created", name=user.name)))


def show_user(call: Call) -> Response:
    """Draw one account."""
    return call.page("user", _screen(call, _found(call)))


def change_user(call: Call) -> Response:
    """Change roles, password or state of an account."""
    user = _found(call)
    administering, form = call.services.administering, call.form
    own = user.id == call.caller.actor.user
    try:
        match form.one("_do"):
            case "roles" if call.desk.policy.everything:
                # nobody locks himself out of administration
                administrator = user.administrator if own else form.one("administrator") == "true"
                accounts = call.services.auth.accounts
                accounts.set_roles(call.caller.tenant, user.login, form.many("roles"), administrator)
            case "password":
                administering.set_password(call.context, user.login, form.one("password") or "")
            case "off" | "on" as state:
                with _hidden():
                    administering.set_active(call.context, user.login, state == "on")
            case _:
                raise Missing("no_such_page")
    except Rejected as error:
        return call.page("user", _screen(call, user, error.complaints), 422)
    return call.go(f"/users/{user.login}", Toast(call.desk.say("users.changed", name=user.name)))


@contextmanager
def _hidden() -> Iterator[None]:
    """Let what is not the reader's to administer be as if it were not there."""
    try:
        yield
    except (Missing, Refused):
        raise Missing("no_such_page") from None


def _require_creator(call: Call) -> None:
    if not call.services.administering.may_create(call.context):
        raise Missing("no_such_page")


def _found(call: Call) -> User:
    with _hidden():
        return call.services.administering.one(call.context, call.place["login"])


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
        giving=not call.desk.policy.everything
        and call.services.rights.areas.reaches(call.context, "assignments", user.login),
    )


def _new_screen(call: Call, complaints: Sequence[Complaint] = ()) -> UserScreen:
    form, administering = call.form, call.services.administering
    chosen = form.one("employee") or call.argument("employee")
    employees = [Option(one.id, one.title, one.id == chosen) for one in administering.employees(call.context)]
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
        employees=tuple(employees),
        for_nobody=administering.free(call.context),
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
