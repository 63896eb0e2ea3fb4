"""The grammar of answers by short message: verb, code, text; full or half width, either case, spaces as they come."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Literal

# without signs that look like others: 0 O, 1 I L, 2 Z, 5 S, 8 B
ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
LENGTH = 6

AnswerVerb = Literal["approve", "reject", "details", "urge", "withdraw", "look"]
_WORDS: dict[str, AnswerVerb] = {
    "y": "approve",
    "1": "approve",
    "同意": "approve",
    "n": "reject",
    "2": "reject",
    "不同意": "reject",
    "拒绝": "reject",
    "?": "details",
}
_ABOUT: dict[str, AnswerVerb] = {"催": "urge", "撤": "withdraw", "查": "look"}
_CODE = f"[{ALPHABET}]{{{LENGTH}}}(?![a-z0-9])"
_VERB = r"不同意|同意|拒绝|[yn12?]"
_VERB_FIRST = re.compile(
    rf"(?P<verb>{_VERB})(?:\s*(?P<code>{_CODE})|(?![a-z0-9]))[\s,.;:、。]*(?P<rest>.*)", re.I | re.S
)
_CODE_FIRST = re.compile(rf"(?P<code>{_CODE})\s*(?P<verb>{_VERB})(?![a-z0-9])[\s,.;:、。]*(?P<rest>.*)", re.I | re.S)
_NUMBER = re.compile(r"(?P<verb>[催撤查])\s*(?P<rest>\S.*)", re.S)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, understood. ``code`` upper case or empty; ``rest`` is the comment, or the number to be urged."""

    verb: AnswerVerb
    code: str = ""
    rest: str = ""


def parse_answer(text: str) -> Reply | None:
    """Return what an answer means, or None for what is none."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if found := _NUMBER.fullmatch(folded):
        return Reply(_ABOUT[found["verb"]], "", found["rest"].strip())
    for form in (_CODE_FIRST, _VERB_FIRST):
        found = form.fullmatch(folded)
        if found is None:
            continue
        verb, code, rest = found["verb"].lower(), (found["code"] or "").upper(), found["rest"].strip()
        # a number and more words is a message of its own, not an answer
        if not code and verb in {"1", "2"} and rest:
            return None
        return Reply(_WORDS[verb], code, rest)
    return None


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
