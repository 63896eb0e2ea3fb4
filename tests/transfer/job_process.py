"""Carries out one job in a process of its own, so that a test can kill it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from engine.kernel.clock import FrozenClock
from engine.settings import Settings
from engine.tenancy import TenantService
from engine.tenancy.service import open_shelf
from tests.support.branch import branch_over


def main(home: str, job: str, now: str) -> None:
    settings = Settings(home=Path(home))
    shelf = open_shelf(settings)
    branch = branch_over(settings.home, shelf, TenantService(settings, shelf), FrozenClock(datetime.fromisoformat(now)))
    status = branch.transfer.run(branch.system, job)
    sys.exit(0 if status.status == "done" else 3)


if __name__ == "__main__":
    main(*sys.argv[1:])
