"""One effect per idempotency key: the answer is kept in the transaction of the effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.kernel.errors import Conflict, Rejected
from engine.records.query import Once, StoredAnswer
from engine.records.unit import Unit
from engine.storage import Violation
from engine.storage.receipts import Receipt, ReceiptKey, find_receipt, save_receipt

T = TypeVar("T")


def answer_once(unit: Unit, once: Once, act: Callable[[], T], answer: Callable[[T], StoredAnswer]) -> StoredAnswer:
    """Return the answer that was given to this key, or act and keep the answer."""
    known = earlier_answer(unit, once)
    if known is not None:
        return known
    key, since = _key_of(unit, once), unit.now - once.kept
    given = answer(act())
    receipt = Receipt(once.digest, given.status, given.body, given.headers)
    try:
        save_receipt(unit.session, key, receipt, unit.now, since)
    except Violation:
        # another request with this key was faster; its effect counts, ours is rolled back
        raise Conflict("idempotency_in_progress", retry_after=1) from None
    return given


def earlier_answer(unit: Unit, once: Once) -> StoredAnswer | None:
    """Return the answer that was given to this key; Rejected when another request has it."""
    known = find_receipt(unit.session, _key_of(unit, once), unit.now - once.kept)
    if known is None:
        return None
    if known.digest != once.digest:
        raise Rejected(once.reused)
    return StoredAnswer(known.status, known.body, known.headers, replayed=True)


def _key_of(unit: Unit, once: Once) -> ReceiptKey:
    return ReceiptKey(unit.user, once.route, once.key)
