"""The statements over users and their roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from engine.storage import Session
from engine.storage.system import SYSTEM_USER, USER, USER_ROLE


@dataclass(frozen=True, slots=True)
class User:
    """An account of a tenant."""

    id: str
    login: str
    name: str
    active: bool
    administrator: bool
    language: str
    email: str | None
    phone: str | None
    password_hash: str
    failed: int
    locked_until: datetime | None
    created_at: datetime
    roles: tuple[str, ...] = ()


_USER_COLUMNS = (
    USER.c.id,
    USER.c.login,
    USER.c.name,
    USER.c.active,
    USER.c.administrator,
    USER.c.language,
    USER.c.email,
    USER.c.phone,
    USER.c.password_hash,
    USER.c.failed,
    USER.c.locked_until,
    USER.c.created_at,
)


def find_user(session: Session, *, login: str | None = None, id: str | None = None) -> User | None:
    """Return the account with this login or id; the engine's own is nobody's."""
    which = USER.c.login == login if login is not None else USER.c.id == id
    row = session.execute(select(*_USER_COLUMNS).where(which, USER.c.id != SYSTEM_USER)).one_or_none()
    if row is None:
        return None
    roles = session.execute(select(USER_ROLE.c.role).where(USER_ROLE.c.user == row.id).order_by(USER_ROLE.c.role))
    return _user(row, tuple(roles.scalars()))


def all_users(session: Session) -> Sequence[User]:
    """Return the accounts by login."""
    held: dict[str, list[str]] = {}
    for held_role in session.execute(select(USER_ROLE.c.user, USER_ROLE.c.role).order_by(USER_ROLE.c.role)).all():
        held.setdefault(held_role.user, []).append(held_role.role)
    rows = session.execute(select(*_USER_COLUMNS).where(USER.c.id != SYSTEM_USER).order_by(USER.c.login)).all()
    return [_user(row, tuple(held.get(row.id, ()))) for row in rows]


def insert_user(session: Session, user: User, now: datetime) -> None:
    """Write a new account with its roles."""
    session.execute(
        insert(USER).values(
            id=user.id,
            login=user.login,
            name=user.name,
            active=user.active,
            administrator=user.administrator,
            language=user.language,
            email=user.email,
            phone=user.phone,
            password_hash=user.password_hash,
            password_at=now,
            created_at=now,
            updated_at=now,
        )
    )
    write_roles(session, user.id, user.roles)


def write_roles(session: Session, user: str, roles: Iterable[str]) -> None:
    """Let the user hold exactly these roles."""
    session.execute(delete(USER_ROLE).where(USER_ROLE.c.user == user))
    for role in roles:
        session.execute(insert(USER_ROLE).values(user=user, role=role))


def change_user(session: Session, user: str, now: datetime, **values: Any) -> None:
    """Change columns of an account."""
    session.execute(update(USER).where(USER.c.id == user).values(updated_at=now, version=USER.c.version + 1, **values))


def count_failure(session: Session, user: str | None, most: int, now: datetime, locked_until: datetime) -> None:
    """Count a wrong try; after ``most`` the account rests. Tries at nobody's account count on the engine's own."""
    failed = USER.c.failed + 1
    row = session.execute(
        update(USER).where(USER.c.id == (user or SYSTEM_USER)).values(failed=failed).returning(USER.c.failed)
    ).scalar_one_or_none()
    if user is not None and row is not None and row >= most:
        change_user(session, user, now, failed=0, locked_until=locked_until)


def _user(row: Row[Any], roles: tuple[str, ...]) -> User:
    return User(**row._asdict(), roles=roles)
