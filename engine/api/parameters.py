"""The query string, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.kernel.errors import LimitExceeded, Malformed

_PATH = re.compile(r"^-?[a-z][a-z0-9_]{0,47}(?:\.[a-z][a-z0-9_]{0,47}){0,7}$")


def whole_number(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Return a whole number from 1 to ``most``."""
    text = parameters.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 15 or int(text) < 1:
        raise Malformed("bad_parameter", name=name, value=text[:40], allowed=f"1 - {most}")
    if int(text) > most:
        raise LimitExceeded(name, int(text), most, 400)
    return int(text)


def one_of(parameters: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    """Return one of the words that are allowed."""
    text = parameters.get(name, default)
    if text not in allowed:
        raise Malformed("bad_parameter", name=name, value=text[:40], allowed=", ".join(allowed))
    return text


def truth(parameters: Mapping[str, str], name: str) -> bool:
    """Return whether a parameter says true; without it, false."""
    return one_of(parameters, name, ("true", "false"), "false") == "true"


def words(parameters: Mapping[str, str], name: str, most: int) -> tuple[str, ...]:
    """Return a list of names parted by commas."""
    text = parameters.get(name)
    if text is None or text == "":
        return ()
    found = tuple(part.strip() for part in text.split(","))
    if len(found) > most:
        raise LimitExceeded(name, len(found), most, 400)
    for part in found:
        if not _PATH.match(part):
            raise Malformed(
                "bad_parameter", name=name, value=part[:40], allowed="a,b.c" if name != "sort" else "a,-b.c"
            )
    return found
