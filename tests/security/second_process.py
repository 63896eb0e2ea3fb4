"""Another server process over the same database: answers requests that come as lines of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Second:
    """The process, asked from here."""

    process: subprocess.Popen[str]

    def ask(self, token: str, path: str, method: str = "GET", body: Any = None) -> tuple[int, dict[str, Any]]:
        """Return status and body of a request that the other process answered."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = json.dumps({"token": token, "path": path, "method": method, "body": body})
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        status, told = json.loads(self.process.stdout.readline())
        return int(status), dict(told)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def start(home: Path, database: str, state_seconds: float) -> Second:
    """Start the process and wait until it answers."""
    command = [sys.executable, "-m", "tests.security.second_process", str(home), database, str(state_seconds)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return Second(process)


def main(home: str, database: str, state_seconds: str) -> None:
    """Answer until nobody asks any more."""
    import structlog
    from werkzeug.test import Client

    from engine.kernel.clock import FrozenClock
    from engine.settings import Settings
    from engine.wiring import build_engine, web_app_of
    from tests.security.world import NOON, SECRET

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings = Settings(
        home=Path(home),
        database=database,
        secret=SECRET,
        password_cost="cheap",
        log_level="CRITICAL",
        language="en",
        state_seconds=float(state_seconds),
    )
    client = Client(web_app_of(build_engine(settings, FrozenClock(NOON))), use_cookies=False)
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        headers = {"Authorization": f"Bearer {asked['token']}"}
        answer = client.open(asked["path"], method=asked["method"], headers=headers, json=asked["body"])
        print(json.dumps([answer.status_code, answer.get_json(silent=True) or {}]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
