"""Log-in, and who is at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from engine.auth.accounts import Accounts, fold_login
from engine.auth.actors import Actors
from engine.auth.attempts import Attempts, neighbourhood
from engine.auth.caller import Caller
from engine.auth.credentials import SessionText
from engine.auth.passwords import LONGEST, Passwords
from engine.auth.sessions import Sessions
from engine.auth.strangers import Strangers
from engine.auth.tables import users as tables
from engine.auth.tables.users import User
from engine.auth.tokens import Tokens
from engine.kernel.clock import Clock
from engine.kernel.context import SYSTEM, Actor
from engine.kernel.errors import Complaint, Missing, Refused, Rejected, Unauthenticated
from engine.settings import Settings
from engine.storage import Database, Shelf


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who tries to log in, as far as the connection tells. ``session`` is a cookie that the browser already held."""

    address: str
    agent: str = ""
    session: str = ""


class AuthService:
    """The parts of identity, and the log-in that needs them all."""

    def __init__(self, settings: Settings, shelf: Shelf, clock: Clock) -> None:
        self.passwords = Passwords(settings)
        self.actors = Actors(ZoneInfo(settings.zone))
        self.accounts = Accounts(shelf, clock, self.passwords)
        self.sessions = Sessions(settings, shelf, clock, self.actors)
        self.tokens = Tokens(settings, shelf, clock, self.actors)
        self._settings = settings
        self._shelf = shelf
        self._clock = clock
        self._rest = timedelta(minutes=settings.limits.lockout_minutes)
        self._attempts = Attempts(self._rest)
        self.strangers = Strangers(shelf, clock)

    def log_in(self, tenant: str, login: str, password: str, visitor: Visitor) -> SessionText:
        """Return a new session; raises the same refusal, after the same work, whatever part was wrong."""
        now = self._clock.now()
        limits = self._settings.limits
        by_address = f"address {neighbourhood(visitor.address)}"
        if self._attempts.exhausted(by_address, limits.login_tries_per_address, now):
            raise self._too_many()
        folded = fold_login(login)[:200]
        try:
            database, _ = self._shelf.current(tenant)
        except Missing:
            database = None
        user = _account(database, folded)
        by_login = f"login {tenant[:48]} {folded}"
        if (user is not None and user.locked_until is not None and user.locked_until > now) or (
            self._attempts.exhausted(by_login, limits.login_tries, now)
        ):
            self._attempts.note(by_address, now)
            raise self._too_many()
        hashed = user.password_hash if user is not None and user.active else None
        if not self.passwords.matches(hashed, password[: LONGEST + 1]):
            self._attempts.note(by_address, now)
            self._attempts.note(by_login, now)
            if database is not None:
                with database.writing() as session:
                    rests_until = now + self._rest
                    tables.count_failure(session, user.id if user else None, limits.login_tries, now, rests_until)
            raise Unauthenticated("login_failed", tries=limits.login_tries, minutes=limits.lockout_minutes)
        assert database is not None
        assert user is not None
        self._attempts.forget(by_login)
        return self._welcome(database, user, password, visitor)

    def log_out(self, caller: Caller) -> None:
        """End the caller's session."""
        self.sessions.end(caller)

    def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Change the caller's own password; his other sessions and his tokens end."""
        user = self.accounts.by_login(caller.tenant, caller.actor.login)
        by_login = f"login {caller.tenant} {user.login}"
        now = self._clock.now()
        if self._attempts.exhausted(by_login, self._settings.limits.login_tries, now):
            raise self._too_many()
        if not self.passwords.matches(user.password_hash, old[: LONGEST + 1]):
            self._attempts.note(by_login, now)
            raise Refused(
                "login_failed",
                tries=self._settings.limits.login_tries,
                minutes=self._settings.limits.lockout_minutes,
            )
        if old == new:
            raise Rejected("account_invalid", [Complaint("password", "password_unchanged")], count=1)
        self.accounts.set_password(caller.tenant, user.login, new, keep_session=caller.key)
        self.sessions.forget(caller.tenant, user.id)
        self.tokens.forget(caller.tenant, user.id)

    def actor_of(self, tenant: str, user: str) -> Actor | None:
        """Return the actor behind an account with his rights of now; None when there is none or it is off."""
        if user == SYSTEM.user:
            return SYSTEM
        database, catalog = self._shelf.current(tenant)
        with database.reading() as session:
            found = tables.find_user(session, id=user)
            return (
                self.actors.of(session, catalog, found, self._clock.now())
                if found is not None and found.active
                else None
            )

    def user_of(self, tenant: str, login: str) -> str | None:
        """Return the id of the account with a login, or None."""
        database, _ = self._shelf.current(tenant)
        with database.reading() as session:
            found = tables.find_user(session, login=login)
            return None if found is None else found.id

    def _welcome(self, database: Database, user: User, password: str, visitor: Visitor) -> SessionText:
        fresh = self.passwords.hash(password) if self.passwords.outdated(user.password_hash) else None
        with database.writing() as session:
            if user.failed or user.locked_until or fresh:
                changes = {"failed": 0, "locked_until": None, **({"password_hash": fresh} if fresh else {})}
                tables.change_user(session, user.id, self._clock.now(), **changes)
            self.sessions.replace(session, visitor.session)
            return self.sessions.open(session, user, visitor.address, visitor.agent)

    def _too_many(self) -> Refused:
        minutes = self._settings.limits.lockout_minutes
        return Refused("too_many_tries", minutes=minutes, retry_after=minutes * 60)


def _account(database: Database | None, login: str) -> User | None:
    if database is None:
        return None
    with database.reading() as session:
        return tables.find_user(session, login=login)
