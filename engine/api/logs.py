"""Structured logs: one JSON line per happening, without secrets and without line breaks from outside."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from engine.settings import Settings

_SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "csrf")
# terminals act on these; JSON escapes the rest itself
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)}
_LONGEST = 2_000


def configure_logs(settings: Settings) -> None:
    """Send the log of this process to standard error, one line each; call once at the start."""
    drawing = _draw_json if settings.log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[*shared, drawing],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines,
    )
    handler = _Handler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=drawing))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


class _Lines:
    """Writes finished lines to what is standard error at that moment."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


class _Handler(logging.Handler):
    """Hands the lines of other libraries on, in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        _Lines().msg(self.format(record))


def hide_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what is named like a secret and make every text one printable line."""
    for key, value in event.items():
        if any(word in key.lower() for word in _SECRET_WORDS):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = value[:_LONGEST].translate(_CONTROL) if key != "exception" else value
    return event


def _draw_json(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
