"""Who and what a test speaks of: users by login, records by name, values that are formulas over both."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.cli.trials.stage import TENANT
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import BadDefinition
from engine.rules import ANY, Names, Run, compile_expression

if TYPE_CHECKING:
    from engine.wiring import Engine


@dataclass(slots=True)
class Cast:
    """The users and records of a test. ``records`` maps a name to object and id."""

    engine: Engine
    users: dict[str, str] = field(default_factory=dict)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    records: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add_user(self, login: str, said: Mapping[str, Any]) -> None:
        """Make an account that is never logged in to."""
        from engine.auth import NewUser

        roles = tuple(said.get("roles") or ())
        made = self.engine.auth.accounts.create(
            TENANT,
            NewUser(
                login=login,
                name=str(said.get("name") or login),
                password=secrets.token_urlsafe(24),
                roles=roles,
                administrator=said.get("administrator") is True,
            ),
        )
        self.users[login] = made.id
        self.roles[login] = roles

    def context(self, login: str | None) -> Context:
        """Return the context in which a user acts; the engine itself when nobody is named."""
        settings, clock = self.engine.settings, self.engine.clock
        actor = self.engine.auth.actor_of(TENANT, self.users[login]) if login is not None else SYSTEM
        if actor is None:
            raise KeyError(login)
        return Context(TENANT, actor, "en", ZoneInfo(settings.zone), clock, "trial")

    def login_of(self, user: str) -> str:
        """Return the login of a user's id; the id itself when it is none of the test's."""
        return next((login for login, id in self.users.items() if id == user), user)

    def values(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a test gives, formulas evaluated, in the form in which a request holds it."""
        return {name: self.value(value) for name, value in said.items()}

    def value(self, said: Any) -> Any:
        """Return one value; lines and lists are gone through."""
        if isinstance(said, list):
            return [self.value(one) for one in said]
        if isinstance(said, dict):
            return self.values(said)
        if not isinstance(said, str) or not said.startswith("="):
            return said
        return plain(self._evaluated(said[1:]))

    def _evaluated(self, text: str) -> Any:
        ids = {**self.users, **{name: id for name, (_, id) in self.records.items()}}
        try:
            expression = compile_expression(text, Names(dict.fromkeys(ids, ANY)))
        except BadDefinition as error:
            raise ValueError(str(error)) from None
        run = Run(self.engine.clock.now(), ZoneInfo(self.engine.settings.zone))
        return expression.evaluate(ids, run)


def plain(value: Any) -> Any:
    """Return a value in the form in which a request holds it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return [plain(one) for one in value] if isinstance(value, list) else value
