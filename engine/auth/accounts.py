"""The accounts of a tenant: made, listed, switched off, given roles and passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.access.directory import Directory
from engine.access.duty_guard import require_apart
from engine.auth.passwords import Passwords, require_good_password
from engine.auth.tables import users as tables
from engine.auth.tables.sessions import end_sessions
from engine.auth.tables.tokens import revoke_tokens
from engine.auth.tables.users import User
from engine.kernel.clock import Clock
from engine.kernel.errors import Complaint, Missing, Rejected
from engine.kernel.events import Event
from engine.kernel.names import RecordRef, new_record_id
from engine.storage import Catalog, Session, Shelf, append_events, raise_access_version, read_stamp

_LOGIN = re.compile(r"^[^\W_](?:[\w.@-]{0,62}[\w-])?$")


@dataclass(frozen=True, slots=True)
class NewUser:
    """What is asked for a new account."""

    login: str
    name: str
    password: str
    roles: tuple[str, ...] = ()
    administrator: bool = False
    language: str = ""
    email: str | None = None
    phone: str | None = None


class Accounts:
    """The accounts of all tenants."""

    def __init__(self, shelf: Shelf, clock: Clock, passwords: Passwords) -> None:
        self._shelf = shelf
        self._clock = clock
        self._passwords = passwords

    def create(self, tenant: str, new: NewUser) -> User:
        """Make an account; raises Rejected with everything that is wrong."""
        made = self.prepare(tenant, new)
        database, catalog = self._shelf.current(tenant)
        with database.writing() as session:
            self.put(session, catalog, made)
        self.spread(tenant)
        return made

    def prepare(self, tenant: str, new: NewUser) -> User:
        """Return an account that ``put`` can write; raises Rejected with what is wrong with it by itself.

        Passwords are slow to hash, so that it is done while no transaction is open.
        """
        _, catalog = self._shelf.current(tenant)
        login = fold_login(new.login)
        complaints = [] if _LOGIN.match(login) else [Complaint("login", "bad_login", {"login": new.login[:80]})]
        complaints += _unknown_roles(catalog, new.roles)
        complaints += _weak(new.password, (login, new.name, tenant))
        _require(complaints)
        return User(
            id=new_record_id(),
            login=login,
            name=(new.name or new.login)[:200],
            active=True,
            administrator=new.administrator,
            language=new.language,
            email=new.email,
            phone=new.phone,
            password_hash=self._passwords.hash(new.password),
            failed=0,
            locked_until=None,
            created_at=self._clock.now(),
            roles=tuple(dict.fromkeys(new.roles)),
        )

    def put(self, session: Session, catalog: Catalog, made: User) -> None:
        """Write an account in a transaction that is open; raises Rejected where another has its log-in.

        Whoever opened the transaction calls ``spread`` after it.
        """
        if tables.find_user(session, login=made.login) is not None:
            _require([Complaint("login", "login_taken", {"login": made.login})])
        tables.insert_user(session, made, made.created_at)
        raise_access_version(session)
        self._keep_apart(session, catalog, made.id)

    def all(self, tenant: str) -> Sequence[User]:
        """Return every account, by login."""
        database, _ = self._shelf.current(tenant)
        with database.reading() as session:
            return tables.all_users(session)

    def by_login(self, tenant: str, login: str) -> User:
        """Return one account; raises Missing when there is none."""
        database, _ = self._shelf.current(tenant)
        with database.reading() as session:
            return _found(session, login)

    def set_password(self, tenant: str, login: str, password: str, *, keep_session: str = "") -> None:
        """Give an account a new password; its sessions end and its tokens are revoked."""
        database, _ = self._shelf.current(tenant)
        user = self.by_login(tenant, login)
        _require(_weak(password, (user.login, user.name, tenant)))
        hashed = self._passwords.hash(password)
        now = self._clock.now()
        with database.writing() as session:
            tables.change_user(
                session, user.id, now, password_hash=hashed, password_at=now, failed=0, locked_until=None
            )
            end_sessions(session, user.id, but=keep_session)
            revoke_tokens(session, user.id, now)
            raise_access_version(session)
        self.spread(tenant)

    def set_active(self, tenant: str, login: str, active: bool) -> None:
        """Switch an account on or off; switched off, its sessions end and its tokens rest."""
        database, catalog = self._shelf.current(tenant)
        with database.writing() as session:
            user = _found(session, login)
            tables.change_user(session, user.id, self._clock.now(), active=active)
            if not active:
                end_sessions(session, user.id)
                # whoever holds work of his finds somebody else for it: a leaver cannot be passed over
                gone = Event(new_record_id(), "user.deactivated", RecordRef("user", user.id), 0, {"user": user.id})
                append_events(session, [gone], self._clock.now())
            raise_access_version(session)
            if active:
                self._keep_apart(session, catalog, user.id)
        self.spread(tenant)

    def set_roles(self, tenant: str, login: str, roles: Iterable[str], administrator: bool | None = None) -> None:
        """Let an account hold exactly these roles."""
        database, catalog = self._shelf.current(tenant)
        wanted = tuple(dict.fromkeys(roles))
        _require(_unknown_roles(catalog, wanted))
        with database.writing() as session:
            user = _found(session, login)
            tables.write_roles(session, user.id, wanted)
            if administrator is not None:
                tables.change_user(session, user.id, self._clock.now(), administrator=administrator)
            raise_access_version(session)
            self._keep_apart(session, catalog, user.id)
        self.spread(tenant)

    def _keep_apart(self, session: Session, catalog: Catalog, user: str) -> None:
        """Refuse what separation of duties forbids the user to hold."""
        now = self._clock.now()
        require_apart(session, Directory(session, catalog, now.date()), {user}, now)

    def spread(self, tenant: str) -> None:
        """Let this process know at once that accounts have changed; others notice within a second."""
        database, catalog = self._shelf.current(tenant)
        with database.reading() as session:
            stamp = read_stamp(session)
        if stamp.model == catalog.stamp.model:
            self._shelf.put(tenant, Catalog(catalog.model, catalog.tables, stamp))


def fold_login(login: str) -> str:
    """Return the form in which logins are kept and compared."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def _found(session: Session, login: str) -> User:
    user = tables.find_user(session, login=fold_login(login))
    if user is None:
        raise Missing("unknown_user", login=login[:80])
    return user


def _unknown_roles(catalog: Catalog, roles: Iterable[str]) -> list[Complaint]:
    known = catalog.model.roles
    names = ", ".join(known) or "-"
    return [Complaint("roles", "no_such_role", {"role": r[:80], "known": names}) for r in roles if r not in known]


def _weak(password: str, words: Iterable[str]) -> list[Complaint]:
    try:
        require_good_password(password, words)
    except Rejected as error:
        return list(error.complaints)
    return []


def _require(complaints: list[Complaint]) -> None:
    if complaints:
        raise Rejected("account_invalid", complaints, count=len(complaints))
