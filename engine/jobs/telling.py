"""What the log is told of work that failed: one bounded text, without the values of variables."""

from __future__ import annotations

import traceback

import structlog

from engine.kernel.errors import TesseraError

_log = structlog.get_logger("jobs")
_FRAMES = 8


def reason_of(error: BaseException) -> str:
    """Return why something failed, in one text."""
    if not isinstance(error, TesseraError):
        return f"{type(error).__name__}: {error}"
    parts = "; ".join(f"{part.path}: {part.message('en')}" for part in error.complaints)
    return error.message("en") + (f" ({parts})" if parts else "")


def tell_failure(happening: str, error: BaseException, **about: object) -> None:
    """Write a failure into the log; where it came from only when it was not one of our own refusals."""
    if isinstance(error, TesseraError):
        _log.warning(happening, why=reason_of(error), **about)
        return
    frames = "".join(traceback.format_exception(error, limit=-_FRAMES))
    _log.error(happening, why=reason_of(error), exception=frames, **about)
