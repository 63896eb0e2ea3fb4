"""Templates of messages: rendered by a child process that holds no secret, within two seconds, over plain copies."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any

from engine.kernel.errors import Complaint, Rejected

SECONDS = 2.0
_CHILD = Path(__file__).with_name("template_child.py")


class Templates:
    """One child at a time, started when first needed; a job that takes too long costs the child its life."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._answers: Queue[str] = Queue()

    def render(self, sources: Mapping[str, str], facts: Mapping[str, Any]) -> dict[str, str]:
        """Return the texts by name; those called ``html`` are escaped. Raises Rejected with line and reason."""
        job = json.dumps({"sources": dict(sources), "html": ["html"], "facts": marked(facts)}) + "\n"
        with self._lock:
            answer = self._ask(job)
        if "texts" in answer:
            return {str(name): str(text) for name, text in answer["texts"].items()}
        code = str(answer["code"])
        params = {"why": answer["error"], "line": answer["line"]}
        raise Rejected(code, [Complaint("template", code, params)], **params)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ask(self, job: str) -> dict[str, Any]:
        fresh = self._child is None or self._child.poll() is not None
        child = self._start() if fresh else self._child
        assert child is not None
        assert child.stdin is not None
        try:
            child.stdin.write(job)
            child.stdin.flush()
            # a child that has just been started needs a moment before it can begin
            line = self._answers.get(timeout=self._seconds + (10 if fresh else 0))
        except (OSError, Empty):
            self._end()
            return {"error": f"more than {self._seconds:g} s", "line": 0, "code": "template_budget"}
        if not line:
            self._end()
            return {"error": "memory", "line": 0, "code": "template_budget"}
        found: dict[str, Any] = json.loads(line)
        return found

    def _start(self) -> subprocess.Popen[str]:
        self._end()
        self._answers = Queue()
        # -I: neither the folder nor the environment of the server, which holds secrets, reaches the child
        self._child = subprocess.Popen(  # noqa: S603 - a fixed program without input from outside
            [sys.executable, "-I", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            text=True,
            encoding="utf-8",
        )
        assert self._child.stdout is not None
        threading.Thread(target=_listen, args=(self._child.stdout, self._answers), daemon=True).start()
        self._render_nothing()
        return self._child

    def _render_nothing(self) -> None:
        # the time of a job begins when the child is ready, not when it is started
        assert self._child is not None
        assert self._child.stdin is not None
        with contextlib.suppress(OSError, Empty):
            self._child.stdin.write('{"sources": {}, "html": [], "facts": {}}\n')
            self._child.stdin.flush()
            self._answers.get(timeout=20)

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._child.wait(5)
        self._child = None


def marked(value: Any) -> Any:
    """Return plain JSON for values of fields; anything that is no such value is written as nothing."""
    if value is None or isinstance(value, bool | str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): marked(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [marked(part) for part in value]
    if isinstance(value, Decimal):
        return {"$n": str(value)}
    if isinstance(value, datetime):
        return {"$t": value.isoformat()}
    if isinstance(value, date | time):
        return {"$d" if isinstance(value, date) else "$c": value.isoformat()}
    return None


def _listen(stream: IO[str], answers: Queue[str]) -> None:
    with contextlib.suppress(ValueError, OSError):
        for line in stream:
            answers.put(line)
    answers.put("")
