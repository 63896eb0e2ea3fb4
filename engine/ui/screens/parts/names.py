"""Names that the interface makes for what an author adds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST = 48


def name_from(*texts: str) -> str:
    """Return a name made of the first text that has Latin letters, or an empty one."""
    for text in texts:
        name = _NOT_A_NAME.sub("_", text.lower()).strip("_")
        if name and name[0].isalpha():
            return name[:_LONGEST].rstrip("_")
    return ""


def free_name(wish: str, taken: Mapping[str, Any], otherwise: str) -> str:
    """Return a name that is not taken yet."""
    base = wish or otherwise
    name, number = base, 2
    while name in taken or (not wish and number == 2):
        name = f"{base[: _LONGEST - 4]}_{number - 1 if not wish else number}"
        number += 1
    return name
