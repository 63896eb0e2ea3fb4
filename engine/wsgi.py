"""The entrance for any WSGI server: ``engine.wsgi:app``."""

from __future__ import annotations

import sys

from engine.settings import EXIT_CONFIG, BadSettings, Settings, look_for_garbage_rarely
from engine.wiring import build_web_app

look_for_garbage_rarely()
try:
    app = build_web_app(Settings.from_env())
except BadSettings as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(EXIT_CONFIG) from error
