"""The fixed table of the yardstick and its rows, the same on both databases."""

from __future__ import annotations

import random
import sqlite3
import uuid
from collections.abc import Iterator
from typing import Any

COLUMNS = (
    "id",
    "version",
    "code",
    "name",
    "short_name",
    "level",
    "source",
    "industry",
    "region",
    "status",
    "owner",
    "department",
    "parent",
    "phone",
    "email",
    "website",
    "credit_limit",
    "annual_revenue",
    "discount",
    "founded",
    "last_contact",
    "remark",
)
# what a client sends on creation, in the order of the columns
FIELDS = tuple(c for c in COLUMNS if c not in ("id", "version", "code"))
LEVELS = ("A", "B", "C")
STATUSES = ("prospect", "active", "lost")
DEPARTMENTS = tuple(str(uuid.UUID(int=0xD0000 + n)) for n in range(20))
OWNERS = tuple(str(uuid.UUID(int=0xA0000 + n)) for n in range(40))
SCOPE = DEPARTMENTS[:5]

SQLITE = """
CREATE TABLE customer (id TEXT PRIMARY KEY, version INTEGER NOT NULL, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  short_name TEXT, level TEXT, source TEXT, industry TEXT, region TEXT, status TEXT NOT NULL, owner TEXT NOT NULL,
  department TEXT NOT NULL, parent TEXT, phone TEXT, email TEXT, website TEXT, credit_limit INTEGER,
  annual_revenue INTEGER, discount INTEGER, founded TEXT, last_contact TEXT, remark TEXT);
CREATE INDEX customer_list ON customer (department, name, id);
CREATE INDEX customer_name ON customer (name, id);
CREATE TABLE counter (rule TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, record TEXT NOT NULL,
  action TEXT NOT NULL, changes TEXT NOT NULL);
INSERT INTO counter VALUES ('customer', 0);
"""
POSTGRESQL = """
CREATE TABLE customer (id text COLLATE "C" PRIMARY KEY, version integer NOT NULL, code text NOT NULL UNIQUE,
  name text COLLATE "C" NOT NULL, short_name text, level text, source text, industry text, region text,
  status text NOT NULL, owner text NOT NULL, department text COLLATE "C" NOT NULL, parent text, phone text, email text,
  website text, credit_limit numeric(18,2), annual_revenue numeric(18,2), discount numeric(18,2), founded date,
  last_contact timestamptz, remark text);
CREATE INDEX customer_list ON customer (department, name, id);
CREATE INDEX customer_name ON customer (name, id);
CREATE TABLE counter (rule text PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz NOT NULL, actor text NOT NULL, record text NOT NULL,
  action text NOT NULL, changes jsonb NOT NULL);
INSERT INTO counter VALUES ('customer', 0);
"""


def sample(rng: random.Random, number: int) -> dict[str, Any]:
    """Return the values of one row as a client would send them."""
    return {
        "name": f"Company {rng.randrange(10**6):06d} {number}",
        "short_name": f"C{number}",
        "level": rng.choice(LEVELS),
        "source": rng.choice(("fair", "web", "referral")),
        "industry": rng.choice(("pharma", "retail", "device")),
        "region": rng.choice(("east", "north", "south")),
        "status": rng.choice(STATUSES),
        "owner": rng.choice(OWNERS),
        "department": rng.choice(DEPARTMENTS),
        "parent": None,
        "phone": f"138{rng.randrange(10**8):08d}",
        "email": f"c{number}@example.com",
        "website": f"https://c{number}.example.com",
        "credit_limit": f"{rng.randrange(10**8) / 100:.2f}",
        "annual_revenue": f"{rng.randrange(10**10) / 100:.2f}",
        "discount": f"{rng.randrange(2000) / 100:.2f}",
        "founded": f"{rng.randrange(1980, 2025)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        "last_contact": "2026-11-01T08:00:00Z",
        "remark": "met at the fair, wants a quote before the end of the month",
    }


def rows(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield ``count`` rows, the same for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        yield sample(rng, number)


def record_id(number: int) -> str:
    """Return the id of the loaded row ``number``."""
    return str(uuid.UUID(int=0xC0000000 + number))


def cents(text: str | None) -> int | None:
    """Return a two-place decimal text as an integer, the form in which SQLite keeps it exactly."""
    if text is None:
        return None
    whole, _, places = text.partition(".")
    return int(whole) * 100 + int((places + "00")[:2])


def load_sqlite(path: str, count: int) -> None:
    """Create and fill the SQLite yardstick."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode=WAL;" + SQLITE)
    marks = ",".join("?" * len(COLUMNS))
    with connection:
        connection.executemany(
            f"INSERT INTO customer VALUES ({marks})",
            (_stored(n, r, sqlite=True) for n, r in enumerate(rows(count))),
        )
        connection.execute("UPDATE counter SET value = ?", (count,))
    connection.execute("ANALYZE")
    connection.close()


def load_postgresql(url: str, count: int) -> None:
    """Create and fill the PostgreSQL yardstick."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(POSTGRESQL)
        with connection.cursor().copy("COPY customer FROM STDIN") as copy:
            for n, r in enumerate(rows(count)):
                copy.write_row(_stored(n, r, sqlite=False))
        connection.execute("UPDATE counter SET value = %s", (count,))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE customer")


def _stored(number: int, row: dict[str, Any], *, sqlite: bool) -> list[Any]:
    values = {"id": record_id(number), "version": 1, "code": f"C{number + 1:08d}", **row}
    if sqlite:
        for name in ("credit_limit", "annual_revenue", "discount"):
            values[name] = cents(values[name])
    return [values[c] for c in COLUMNS]
