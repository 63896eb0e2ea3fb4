"""Every error code once: its sentence and what to do, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.kernel.text import LocalText


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code. Texts may hold ``{name}`` places, filled from the parameters of a complaint."""

    code: str
    en: str
    zh: str
    hint_en: str = ""
    hint_zh: str = ""

    def sentence(self, params: Mapping[str, Any]) -> LocalText:
        """Return the sentence with the parameters filled in."""
        return LocalText({"en": _fill(self.en, params, "en"), "zh": _fill(self.zh, params, "zh")})

    def hint(self, params: Mapping[str, Any]) -> LocalText:
        """Return what to do about it, or an empty text."""
        if not self.hint_en:
            return LocalText()
        return LocalText({"en": _fill(self.hint_en, params, "en"), "zh": _fill(self.hint_zh, params, "zh")})


_CODES: dict[str, Code] = {}


def declare(codes: Iterable[Code]) -> None:
    """Add a package's codes. A code that is already there with another text is a programming error."""
    for code in codes:
        known = _CODES.setdefault(code.code, code)
        if known != code:
            raise ValueError(f"code {code.code} is declared twice")


def code_of(code: str) -> Code:
    """Return the declared code; an undeclared one reads as its own name."""
    return _CODES.get(code) or Code(code, code, code)


def all_codes() -> Mapping[str, Code]:
    """Return every code declared so far."""
    return dict(_CODES)


def _fill(text: str, params: Mapping[str, Any], language: str) -> str:
    # str.format would let a parameter's attributes be read; plain replacement cannot
    for name, value in params.items():
        place = "{" + name + "}"
        if place in text:
            text = text.replace(place, said(value, language))
    return text


def said(value: Any, language: str) -> str:
    """Return a parameter as it is said in ``language``: what has words of its own is asked for them."""
    words = getattr(value, "in_language", None)
    return str(value) if words is None else str(words(language))
