"""What may be asked of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.feel_types import BOOLEAN


@builtin("may", "person~: any, privilege: text", BOOLEAN)
def may(person: Any, privilege: str) -> bool:
    """Tell whether a person holds a privilege; of nobody this is false."""
    held = person.get("privileges") if isinstance(person, Mapping) else None
    return held is not None and privilege in held
