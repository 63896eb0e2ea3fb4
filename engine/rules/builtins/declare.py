"""How a built-in function is declared: its name, its parameters as text, its result type, its Python body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.rules.feel_types import FeelType
from engine.rules.functions import Builtin, Signature, Wanted

_KINDS = {"text": "string", "yes": "boolean", "days": "days and time duration", "months": "years and months duration"}

_DECLARED: dict[str, list[Signature]] = {}


def builtin(
    name: str, parameters: str, result: FeelType | Callable[..., FeelType], *, with_run: bool = False, says: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare one signature. Parameters are written ``name: kind``, ``name?``, ``name*`` or ``name~: kind``.

    ``says`` is the help, for a body without a docstring.
    """

    def add(body: Callable[..., Any]) -> Callable[..., Any]:
        if says:
            body.__doc__ = says
        signature = Signature(tuple(_wanted(part) for part in _split(parameters)), body, result, with_run)
        _DECLARED.setdefault(name, []).append(signature)
        return body

    return add


def declared() -> dict[str, Builtin]:
    """Return every function declared so far."""
    return {name: Builtin(name, tuple(signatures)) for name, signatures in _DECLARED.items()}


def _split(parameters: str) -> list[str]:
    return [part.strip() for part in parameters.split(",") if part.strip()]


def _wanted(part: str) -> Wanted:
    name, _, kind = (piece.strip() for piece in part.partition(":"))
    bare = name.rstrip("?*~")
    marks = name[len(bare) :]
    return Wanted(bare, _KINDS.get(kind, kind), "?" in marks, "*" in marks, "~" in marks)
