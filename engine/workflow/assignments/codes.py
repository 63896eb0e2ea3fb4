"""The codes of assignments."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "offer_over",
            "This work is no longer offered to you",
            "此工作已不再分派给你",
            "It was not accepted in time, or somebody else has it.",
            "未在限时内接受，或已由他人接手。",
        ),
    ]
)
