"""What is asked of the counter: lists, counts, operations; and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from engine.kernel.errors import Complaint, TesseraError
from engine.records.change import Change, Record
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class Listing:
    """Records of an object that fit ``where`` (FEEL over the usable fields), the view and the quick search.

    ``sort`` holds paths, a minus sign before one turns its order round. ``fields`` empty: the columns of the list.
    ``within`` is a further condition, of the engine's own.
    """

    object: str
    where: str | Expression | None = None
    quick: str = ""
    sort: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    limit: int = 50
    after: str | None = None
    view: str | None = None
    deleted: bool = False
    within: Expression | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Records and the cursor of the next page, None at the end."""

    records: tuple[Record, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many; ``capped`` says that there are more."""

    value: int
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A record that a reference may point to; ``second`` tells it from others of the same title."""

    id: str
    title: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One of many changes. ``key`` names the unique field (or fields) that an upsert finds its record by."""

    kind: Literal["create", "update", "upsert", "delete"]
    input: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    version: int | None = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one operation: a change, nothing to do (``unchanged``), or an error."""

    change: Change | None = None
    error: TesseraError | None = None
    id: str | None = None
    version: int | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What came of each operation, in their order. ``atomic`` and any error: nothing was done."""

    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> int:
        """Return how many operations failed."""
        return sum(outcome.error is not None for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Preview:
    """A record as it would be saved now; nothing was written.

    ``visible``, ``required`` and ``readonly`` say what the form's conditions give: by field, and for ``visible``
    also by ``section:name`` and ``tab:name``.
    """

    values: Mapping[str, Any]
    complaints: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()
    visible: Mapping[str, bool] = field(default_factory=dict)
    required: Mapping[str, bool] = field(default_factory=dict)
    readonly: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key: one effect per actor, route and key; ``digest`` tells whether the request is the same.

    ``kept`` says how long; ``reused`` is the code for another request with the same key.
    """

    key: str
    route: str
    digest: str
    kept: timedelta = timedelta(hours=72)
    reused: str = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a request with an idempotency key. ``replayed``: it was given before."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False
