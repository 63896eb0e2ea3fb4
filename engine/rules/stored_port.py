"""Where the language's function ``evaluate`` finds what compiles and works out a stored rule: that stands above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.rules.evaluation import Run
from engine.rules.feel_types import StoredRule


def _unset(*_: Any) -> Any:
    raise AssertionError("engine.rules fills this in when it is imported")


@dataclass(slots=True)
class StoredPort:
    """``stored`` works out a rule of a known type over a record, ``text`` a bare text over names."""

    stored: Callable[[StoredRule, Any, Any, Run], Any] = _unset
    text: Callable[[str, Mapping[str, Any], Run], Any] = _unset


PORT = StoredPort()
