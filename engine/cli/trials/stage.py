"""The stage of a test: a tenant of its own with the packs installed, thrown away afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.kernel.clock import FrozenClock
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.wiring import Engine

TENANT = "trial"
_SECRET = b"a secret of the stage alone 32+!"
# before any test begins
_PAST = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


class Stage:
    """Packs installed once; each test plays on a copy."""

    def __init__(self, home: Path, folders: Sequence[Path]) -> None:
        self._home = home
        settings = self._settings(home / "first")
        with _engine(settings, FrozenClock(_PAST)) as engine:
            engine.tenancy.create(TENANT, "Trial")
            engine.tenancy.install(TENANT, folders)

    @contextmanager
    def copy(self, name: str, now: datetime) -> Iterator[Engine]:
        """Give an engine over a fresh copy of the tenant, with a clock that stands at ``now``."""
        home = self._home / name
        shutil.copytree(self._home / "first", home)
        try:
            with _engine(self._settings(home), FrozenClock(now)) as engine:
                yield engine
        finally:
            shutil.rmtree(home, ignore_errors=True)

    @staticmethod
    def _settings(home: Path) -> Settings:
        # nothing of it outlives the test, so nothing needs to reach the disk
        return replace(Settings(), home=home, secret=_SECRET, synchronous="NORMAL", password_cost="cheap")  # noqa: S106


@contextmanager
def _engine(settings: Settings, clock: FrozenClock) -> Iterator[Engine]:
    from engine.wiring import build_engine

    engine = build_engine(settings, clock)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def staged(folders: Sequence[Path]) -> Iterator[Stage]:
    """Give a stage with packs on it."""
    with TemporaryDirectory(prefix="tessera-trial-") as home:
        yield Stage(Path(home), folders)
