"""``access/accounts``: the accounts that the caller administers, of the whole tenant or of a branch."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.rights_bodies import Body
from engine.api.routing import Call
from engine.auth import NewUser, User


def list_employees(call: Call) -> Response:
    """Answer the persons within the caller's area who have no account yet."""
    found = call.services.administering.employees(call.context)
    return answer({"employees": [{"id": one.id, "title": one.title} for one in found]})


def list_accounts(call: Call) -> Response:
    """Answer the accounts that the caller administers."""
    return answer({"accounts": [_drawn(one) for one in call.services.administering.all(call.context)]})


def show_account(call: Call) -> Response:
    """Answer one account that the caller administers."""
    return answer(_drawn(call.services.administering.one(call.context, call.place["login"])))


def make_account(call: Call) -> Response:
    """Make an account without roles, for an employee where one is named; roles are given by ``assignments``."""
    body = Body(call.body, "login", "name", "password", "language", "email", "phone", "employee")
    new = NewUser(
        body.text("login"),
        body.text("name"),
        body.text("password"),
        language=body.text("language", ""),
        email=body.text("email", "") or None,
        phone=body.text("phone", "") or None,
    )
    made = call.services.administering.create(call.context, new, body.text("employee", ""))
    return answer(_drawn(made), 201)


def change_account(call: Call) -> Response:
    """Give an account a new password, or switch it on or off."""
    body, administering, login = Body(call.body, "password", "active"), call.services.administering, call.place["login"]
    active = body.truth("active")
    if "password" in call.body:
        administering.set_password(call.context, login, body.text("password"))
    if active is not None:
        administering.set_active(call.context, login, active)
    return answer(_drawn(administering.one(call.context, login)))


def _drawn(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "active": user.active,
        "roles": list(user.roles),
        "email": user.email,
        "phone": user.phone,
        "language": user.language,
    }
