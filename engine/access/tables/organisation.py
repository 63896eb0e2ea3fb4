"""Reading the organisation: columns of its objects' living rows, and who holds a role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.sql import ColumnElement

from engine.storage import Catalog, Session
from engine.storage.column_types import loader
from engine.storage.fetching import among, list_binder
from engine.storage.sql_types import Words
from engine.storage.statements import Compiled, Statement
from engine.storage.system import SYSTEM_USER, USER, USER_ROLE
from engine.storage.table_map import DELETED, column_name

Row = Mapping[str, Any]


def living_rows(
    session: Session, catalog: Catalog, object: str, fields: Sequence[str], key: str = "", values: Iterable[Any] = ()
) -> list[Row]:
    """Return the named fields (and ``id``) of an object's living records, by id; with ``key`` those that match a value.

    One statement, whatever the number of values.
    """
    wanted = tuple(dict.fromkeys(("id", *fields)))
    asked = list(dict.fromkeys(value for value in values if value is not None))
    if key and not asked:
        return []
    model = catalog.model.objects[object]

    def build() -> Compiled:
        table = catalog.tables.table(object)
        statement = select(*(table.c[column_name(name)] for name in wanted)).order_by(table.c.id)
        if model.recycles:
            statement = statement.where(table.c[DELETED].is_(None))
        if not key:
            return Compiled(statement, session.dialect)
        chosen: ColumnElement[Any] = table.c[column_name(key)]
        statement = statement.where(among(chosen, "keys", session.dialect))
        return Compiled(statement, session.dialect, {"keys": list_binder(catalog, object, key)})

    compiled: Compiled = catalog.tables.statements.get(("living", object, wanted, key), build)
    loads = [loader(model.fields[name], session.dialect) for name in wanted]
    rows = session.rows(compiled, {"keys": asked} if key else {})
    return [
        {
            name: value if load is None or value is None else load(value)
            for name, load, value in zip(wanted, loads, row, strict=True)
        }
        for row in rows
    ]


def users_by_id(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, str, bool, bool]]:
    """Return login, name, whether active and whether administrator, of users by id."""
    wanted = list(dict.fromkeys(ids))
    rows = session.rows(_USERS, {"keys": _listed(session, wanted)}) if wanted else []
    return {row[0]: (row[1], row[2], bool(row[3]), bool(row[4])) for row in rows}


def users_by_login(session: Session, logins: Iterable[str]) -> dict[str, str]:
    """Return the ids of users by login."""
    wanted = list(dict.fromkeys(logins))
    rows = session.rows(_LOGINS, {"keys": _listed(session, wanted)}) if wanted else []
    return {row[0]: row[1] for row in rows}


def roles_of(session: Session, users: Iterable[str]) -> dict[str, list[str]]:
    """Return the roles of users by id, in the order of their names."""
    wanted = list(dict.fromkeys(users))
    found: dict[str, list[str]] = {}
    for user, role in session.rows(_ROLES, {"keys": _listed(session, wanted)}) if wanted else []:
        found.setdefault(user, []).append(role)
    return found


def holders_of(session: Session, role: str) -> list[str]:
    """Return the ids of the users who were given a role, in the order of their logins."""
    return [row[0] for row in session.rows(_HOLDERS, {"role": role})]


def write_roles(session: Session, user: str, roles: Iterable[str]) -> None:
    """Let a user hold exactly these roles."""
    session.execute(delete(USER_ROLE).where(USER_ROLE.c.user == user))
    for role in roles:
        session.execute(insert(USER_ROLE).values(user=user, role=role))


def everybody(session: Session) -> list[str]:
    """Return the ids of all users but the engine's own, in the order of their logins."""
    return [row[0] for row in session.rows(_EVERYBODY)]


def _listed(session: Session, values: list[str]) -> Any:
    return orjson.dumps(values).decode() if session.dialect == "sqlite" else values


_USERS = Statement(
    lambda dialect: (
        select(USER.c.id, USER.c.login, USER.c.name, USER.c.active, USER.c.administrator)
        .where(among(USER.c.id, "keys", dialect))
        .order_by(USER.c.login)
    )
)
_LOGINS = Statement(lambda dialect: select(USER.c.login, USER.c.id).where(among(USER.c.login, "keys", dialect)))
_ROLES = Statement(
    lambda dialect: (
        select(USER_ROLE.c.user, USER_ROLE.c.role)
        .where(among(USER_ROLE.c.user, "keys", dialect))
        .order_by(USER_ROLE.c.user, USER_ROLE.c.role)
    )
)


def _holders(_: Any) -> Any:
    chosen = select(USER.c.id).join(USER_ROLE, USER_ROLE.c.user == USER.c.id)
    return chosen.where(USER_ROLE.c.role == bindparam("role", type_=Words())).order_by(USER.c.login)


_HOLDERS = Statement(_holders)
_EVERYBODY = Statement(lambda _: select(USER.c.id).where(USER.c.id != SYSTEM_USER).order_by(USER.c.login))
