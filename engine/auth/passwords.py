"""Passwords: the rules they must meet, their hash, and a bound on how many are hashed at a time."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from engine.auth.common_passwords import COMMON
from engine.kernel.errors import Complaint, Rejected, Unavailable
from engine.settings import Settings

SHORTEST = 8
LONGEST = 256
_PRODUCT = ("tessera",)
_WAIT_SECONDS = 10.0


class Passwords:
    """Hashes with argon2id. Each hash takes 64 MiB, so only a few run at the same time; the others wait."""

    def __init__(self, settings: Settings) -> None:
        profile = CHEAPEST if settings.password_cost == "cheap" else RFC_9106_LOW_MEMORY  # noqa: S105
        self._hasher = argon2.PasswordHasher.from_parameters(profile)
        self._free = threading.BoundedSemaphore(settings.password_jobs)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return the hash to store."""
        with self._turn():
            return self._hasher.hash(_normal(password))

    def matches(self, hashed: str | None, password: str) -> bool:
        """Tell whether the password fits. Without a hash the same work is done and the answer is no."""
        with self._turn():
            try:
                self._hasher.verify(hashed or self._nobody, _normal(password)[: LONGEST * 4])
            except (VerificationError, InvalidHashError):
                return False
        return hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Tell whether the hash was made with other costs than those of today."""
        return self._hasher.check_needs_rehash(hashed)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._free.acquire(timeout=_WAIT_SECONDS):
            raise Unavailable("log_in_busy", retry_after=5)
        try:
            yield
        finally:
            self._free.release()


def require_good_password(password: str, context_words: Iterable[str]) -> None:
    """Raise Rejected with every rule that the password breaks."""
    text = _normal(password)
    folded = text.casefold()
    complaints = []
    if len(text) < SHORTEST:
        complaints.append(Complaint("password", "password_too_short", {"min": SHORTEST}))
    if len(text) > LONGEST:
        complaints.append(Complaint("password", "password_too_long", {"max": LONGEST}))
    if folded in COMMON or len(set(folded)) < 3 or _is_run(folded):
        complaints.append(Complaint("password", "password_common"))
    for word in (*_PRODUCT, *_words(context_words)):
        if word in folded:
            complaints.append(Complaint("password", "password_context", {"word": word}))
            break
    if complaints:
        raise Rejected("account_invalid", complaints, count=len(complaints))


def _normal(password: str) -> str:
    # the same key strokes give different code points on different systems
    return unicodedata.normalize("NFC", password)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for word in text.casefold().replace("@", " ").replace(".", " ").replace("_", " ").replace("-", " ").split():
            if len(word) >= (2 if not word.isascii() else 4):
                yield word


def _is_run(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(text) > 1 and len(steps) == 1 and steps <= {-1, 0, 1}
