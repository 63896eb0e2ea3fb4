"""From HTML to paper in a process of its own, within limits of time and memory."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.kernel.errors import Rejected, Unavailable

SECONDS = 30.0
AT_ONCE = 2
_CHILD = Path(__file__).with_name("press_child.py")
_MAKER, _FONTS = "plutoprint", "pylopdf_fonts_zh_cn"
# one weight of each script is enough: what shall be bold is emboldened
_RULES = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>{fonts}</dir>
<cachedir>{cache}</cachedir>
<match target="pattern"><test name="family"><string>serif</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Serif SC</string></edit></match>
<match target="pattern"><test name="family" compare="not_eq"><string>Noto Serif SC</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Sans SC</string></edit></match>
<match target="font"><test name="weight" compare="less_eq"><const>medium</const></test>
<test target="pattern" name="weight" compare="more_eq"><const>bold</const></test>
<edit name="embolden" mode="assign"><bool>true</bool></edit>
<edit name="weight" mode="assign"><const>bold</const></edit></match>
</fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The first pages as PNG, and how many there are in all."""

    pages: int
    shown: tuple[bytes, ...]


class Press:
    """Makes few documents at once; each costs a process that is ended when it takes too long."""

    def __init__(self, folder: Path, seconds: float = SECONDS) -> None:
        self._folder = folder
        self._seconds = seconds
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def pdf(self, html: str) -> bytes:
        """Return a document."""
        return base64.b64decode(self._made(html, 0)["pdf"])

    def pictures(self, html: str, most: int) -> Pictures:
        """Return what the first pages look like."""
        made = self._made(html, most)
        return Pictures(made["pages"], tuple(base64.b64decode(one) for one in made["pictures"]))

    def _made(self, html: str, pictures: int) -> dict[str, Any]:
        job = json.dumps({"html": html, "fonts": str(self._fonts()), "pictures": pictures})
        with self._room:
            try:
                # -I: neither the folder nor the environment of the server, which holds secrets, reaches the child
                done = subprocess.run(  # noqa: S603 - a fixed program without input from outside
                    [sys.executable, "-I", str(_CHILD)],
                    input=job.encode(),
                    capture_output=True,
                    env={},
                    timeout=self._seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise Rejected("print_budget") from None
        if done.returncode:
            raise Rejected("print_budget")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def _fonts(self) -> Path:
        """Return the folder that says which fonts there are: those of the package, the same on every machine."""
        for wanted in (_MAKER, _FONTS):
            if find_spec(wanted) is None:
                raise Unavailable("print_not_possible", why=wanted)
        spec = find_spec(_FONTS)
        assert spec is not None
        assert spec.origin is not None
        told = _RULES.format(fonts=escape(str(Path(spec.origin).parent)), cache=escape(str(self._folder / "cache")))
        rules = self._folder / "fonts.conf"
        if not rules.is_file() or rules.read_text(encoding="utf-8") != told:
            (self._folder / "cache").mkdir(parents=True, exist_ok=True)
            draft = rules.with_suffix(f".{threading.get_ident()}")
            draft.write_text(told, encoding="utf-8")
            draft.replace(rules)
        return self._folder
