"""Help on the built-in functions, made of their declarations."""

from __future__ import annotations

from dataclasses import dataclass

from engine.rules.builtins import BUILTINS
from engine.rules.feel_types import FeelType
from engine.rules.functions import Signature


@dataclass(frozen=True, slots=True)
class FunctionHelp:
    """One built-in function: how it is called, and what it does."""

    name: str
    calls: tuple[str, ...]
    says: str


def function_help(name: str) -> FunctionHelp | None:
    """Return the help on a function, or None when there is none of that name."""
    builtin = BUILTINS.get(name)
    if builtin is None:
        return None
    says = next((doc for s in builtin.signatures if (doc := (s.body.__doc__ or "").strip())), "")
    return FunctionHelp(name, tuple(_call(name, s) for s in builtin.signatures), says.partition("\n")[0])


def all_functions() -> tuple[FunctionHelp, ...]:
    """Return the help on every built-in function, in the order of their names."""
    return tuple(found for name in sorted(BUILTINS) if (found := function_help(name)) is not None)


def _call(name: str, signature: Signature) -> str:
    parts = []
    for wanted in signature.parameters:
        mark = "..." if wanted.many else "?" if wanted.optional else ""
        parts.append(f"{wanted.name}{mark}: {wanted.kind}")
    result = f" -> {signature.result}" if isinstance(signature.result, FeelType) else ""
    return f"{name}({', '.join(parts)}){result}"
