"""The engine as a command uses it: built from the environment, given up at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.kernel.context import SYSTEM, Context
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.wiring import Engine


@contextmanager
def opened() -> Iterator[Engine]:
    """Give an engine over the settings of the environment."""
    from engine.wiring import build_engine

    engine = build_engine(Settings.from_env())
    try:
        yield engine
    finally:
        engine.close()


def operator(engine: Engine, tenant: str) -> Context:
    """Return the context of whoever sits at the terminal: he holds the files, so he holds every grant."""
    from zoneinfo import ZoneInfo

    return Context(tenant, SYSTEM, "en", ZoneInfo(engine.settings.zone), engine.clock, "cli")
