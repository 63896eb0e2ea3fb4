"""The frozen table of built-in functions, assembled from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.rules.builtins import (  # noqa: F401  (each declares its functions)
    contexts,
    conversion,
    lists,
    numeric,
    people,
    range_functions,
    range_text,
    rules,
    sharing,
    strings,
    temporal_functions,
)
from engine.rules.builtins.declare import declared
from engine.rules.functions import Builtin

BUILTINS: Mapping[str, Builtin] = MappingProxyType(declared())
