"""Short messages into a file, for trying the platform out: one JSON line each."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.messaging.channels.base import Outgoing, Receipt

_lock = threading.Lock()


class SmsFile:
    """Writes to ``<folder>/sms-<tenant>.jsonl``."""

    name = "sms"

    def __init__(self, url: str) -> None:
        self._folder = Path(unquote(urlsplit(url).path))

    def send(self, outgoing: Outgoing) -> Receipt:
        """Append a line."""
        line = {"at": datetime.now(UTC).isoformat(), "to": outgoing.address, "text": outgoing.body, "key": outgoing.key}
        with _lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / f"sms-{outgoing.tenant}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return Receipt("delivered")

    def close(self) -> None:
        """Nothing stays open."""
