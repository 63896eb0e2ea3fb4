"""The codes of working time."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "no_working_time",
            "The calendar holds no working time in the hundred years after {at}",
            "工作日历在 {at} 之后一百年内没有工作时间",
            "Give the calendar a week with working hours.",
            "请为工作日历设置每周的工作时间。",
        ),
        Code(
            "bad_duration",
            "{text} is not a duration like PT8H, P1D or P1DT4H",
            "{text} 不是 PT8H、P1D、P1DT4H 这样的时长",
        ),
    ]
)
