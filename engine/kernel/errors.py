"""The families of errors: raised low, translated once at each door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.catalogue import Code, code_of, declare
from engine.kernel.diagnostics import Diagnostic
from engine.kernel.text import LocalText


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one part of a request.

    ``path`` is the field path (``lines[2].quantity``), empty for the whole. ``say`` is an author's own
    message and takes the place of the catalogue's sentence.
    """

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    say: LocalText = field(default_factory=LocalText)

    def message(self, language: str) -> str:
        """Return the sentence in ``language``."""
        text = self.say or code_of(self.code).sentence(self.params)
        return text.in_language(language)

    def hint(self, language: str) -> str:
        """Return what to do about it in ``language``, or an empty text."""
        return code_of(self.code).hint(self.params).in_language(language)


class TesseraError(Exception):
    """Root of the errors that a caller can expect. ``complaint`` names the whole, ``complaints`` the parts."""

    def __init__(self, code: str, /, complaints: Iterable[Complaint] = (), **params: Any) -> None:
        self.complaint = Complaint("", code, params)
        self.complaints = tuple(complaints)
        super().__init__(str(self))

    @property
    def code(self) -> str:
        return self.complaint.code

    def message(self, language: str) -> str:
        """Return the sentence in ``language``."""
        return self.complaint.message(language)

    def __str__(self) -> str:
        parts = [f"{c.path or '-'}: {c.message('en')}" for c in self.complaints]
        return "; ".join([self.complaint.message("en"), *parts])


class Malformed(TesseraError):
    """The request cannot be understood (400)."""


class Rejected(TesseraError):
    """The input is understood but wrong; every complaint is listed (422)."""


class Refused(TesseraError):
    """The actor sees the thing but may not do this to it (403)."""


class Unauthenticated(TesseraError):
    """Nobody is known to be asking (401)."""


class Missing(TesseraError):
    """It does not exist, or the actor may not know that it does (404)."""


class Conflict(TesseraError):
    """The world is in another state than the request assumes (409)."""


class StaleVersion(Conflict):
    """The record changed since it was read (412). Parameters: version, changed_fields."""


class VersionRequired(TesseraError):
    """A change was sent without the version it is based on (428)."""


class LimitExceeded(TesseraError):
    """A declared limit was exceeded. Parameters: limit, value, max; ``status`` is the door's answer."""

    def __init__(self, limit: str, value: Any, maximum: Any, status: int = 422) -> None:
        self.status = status
        super().__init__("limit_exceeded", limit=limit, value=value, max=maximum)


class Unavailable(TesseraError):
    """A part of the machinery is down for now (503, or 507 for storage)."""


class BadDefinition(TesseraError):
    """A pack or an expression has errors; all of them are listed."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("bad_definition", count=len(self.diagnostics))

    def __str__(self) -> str:
        return "\n".join(str(d) for d in self.diagnostics)


declare(
    [
        Code(
            "limit_exceeded",
            "{limit} is {value}, the most allowed is {max}",
            "{limit} 为 {value}，最多允许 {max}",
            "Send less at once.",
            "请减少一次提交的量。",
        ),
        Code(
            "bad_definition",
            "The definition has {count} errors",
            "定义中有 {count} 处错误",
            "Correct the places listed; all of them are shown.",
            "请逐一更正所列各处，已全部列出。",
        ),
    ]
)
