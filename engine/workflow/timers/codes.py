"""The codes of clocks."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "bad_budget",
            "The time allowed by clock {name} is not a duration",
            "时钟 {name} 的时限不是时长",
            "Its expression must yield a duration for this record.",
            "其表达式对此记录必须得出时长。",
        ),
    ]
)
