"""A Flask application for one fixed table, written by hand: the limit that a generic engine is measured against.

Environment: ``BENCH_DATABASE`` is a path (SQLite) or a ``postgresql://`` address.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from flask import Flask, Response, request

from benchmarks.handwritten.schema import COLUMNS, FIELDS, SCOPE, cents

ADDRESS = os.environ["BENCH_DATABASE"]
SQLITE = not ADDRESS.startswith("postgresql")
MONEY = ("credit_limit", "annual_revenue", "discount")
_held = threading.local()
app = Flask(__name__)

_MARK = "?" if SQLITE else "%s"
_COLUMNS = ", ".join(COLUMNS)
_IN = ", ".join([_MARK] * len(SCOPE))
GET = f"SELECT {_COLUMNS} FROM customer WHERE id = {_MARK} AND department IN ({_IN})"
LIST = (
    f"SELECT {_COLUMNS} FROM customer WHERE level = {_MARK} AND department IN ({_IN})"
    f" AND (name, id) > ({_MARK}, {_MARK}) ORDER BY name, id LIMIT 50"
)
NUMBER = "UPDATE counter SET value = value + 1 WHERE rule = 'customer' RETURNING value"
INSERT = f"INSERT INTO customer VALUES ({', '.join([_MARK] * len(COLUMNS))})"
AUDIT = f"INSERT INTO audit (at, actor, record, action, changes) VALUES ({', '.join([_MARK] * 5)})"
READ = f"SELECT version, remark, credit_limit FROM customer WHERE id = {_MARK}"
UPDATE = (
    f"UPDATE customer SET remark = {_MARK}, credit_limit = {_MARK}, version = version + 1"
    f" WHERE id = {_MARK} AND version = {_MARK}"
)


def _connection() -> Any:
    held = getattr(_held, "connection", None)
    if held is None:
        if SQLITE:
            held = sqlite3.connect(ADDRESS, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                held.execute(f"PRAGMA {pragma}")
        else:
            import psycopg

            held = psycopg.connect(ADDRESS, autocommit=True)
        _held.connection = held
    return held


def _default(value: Any) -> str:
    if isinstance(value, Decimal | datetime | date):
        return str(value)
    raise TypeError(type(value).__name__)


def _answer(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=_default), status, mimetype="application/json")


def _record(row: Any) -> dict[str, Any]:
    values = dict(zip(COLUMNS, row, strict=True))
    if SQLITE:
        for name in MONEY:
            if values[name] is not None:
                values[name] = f"{values[name] / 100:.2f}"
    return values


@app.get("/customer/<record>")
def get(record: str) -> Response:
    row = _connection().execute(GET, (record, *SCOPE)).fetchone()
    return _answer(_record(row)) if row else _answer({"error": "missing"}, 404)


@app.get("/customer")
def listing() -> Response:
    after = request.args.get("after", ",").split(",")
    parameters = (request.args["level"], *SCOPE, after[0], after[1])
    rows = _connection().execute(LIST, parameters).fetchall()
    return _answer({"records": [_record(r) for r in rows]})


@app.post("/customer")
def create() -> Response:
    body = orjson.loads(request.get_data())
    connection = _connection()
    values = {"id": str(uuid.uuid4()), "version": 1, **{f: body.get(f) for f in FIELDS}}
    stored = dict(values)
    if SQLITE:
        for name in MONEY:
            stored[name] = cents(values[name])
    connection.execute("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
    number = connection.execute(NUMBER).fetchone()[0]
    values["code"] = stored["code"] = f"C{number:08d}"
    connection.execute(INSERT, [stored[c] for c in COLUMNS])
    changes = orjson.dumps(values).decode()
    connection.execute(AUDIT, (datetime.now(UTC).isoformat(), "u1", values["id"], "create", changes))
    connection.execute("COMMIT")
    return _answer(values, 201)


@app.patch("/customer/<record>")
def update(record: str) -> Response:
    body = orjson.loads(request.get_data())
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
    before = connection.execute(READ, (record,)).fetchone()
    version = before[0]
    limit = cents(body["credit_limit"]) if SQLITE else body["credit_limit"]
    done = connection.execute(UPDATE, (body["remark"], limit, record, version))
    if done.rowcount != 1:
        connection.execute("ROLLBACK")
        return _answer({"error": "stale"}, 412)
    changes = orjson.dumps({"remark": [before[1], body["remark"]]}).decode()
    connection.execute(AUDIT, (datetime.now(UTC).isoformat(), "u1", record, "update", changes))
    row = connection.execute(GET, (record, *SCOPE)).fetchone()
    connection.execute("COMMIT")
    return _answer(_record(row) if row else {"id": record})
