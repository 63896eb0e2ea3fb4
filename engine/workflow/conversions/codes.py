"""The codes of conversions."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "already_converted",
            "{conversion} was performed on this record already",
            "此记录已执行过 {conversion}",
            "Open the record that was made.",
            "请打开已生成的记录。",
        ),
        Code(
            "nothing_open",
            "Nothing is left to convert",
            "没有可转换的余量",
            "Everything was taken over already.",
            "所有数量均已转换。",
        ),
        Code(
            "conversion_over",
            "{conversion} cannot be performed on this record now",
            "此记录当前不能执行 {conversion}",
            "Open the record again and look at its state and at what is left of its lines.",
            "请重新打开此记录，查看其状态和明细余量。",
        ),
        Code("more_than_open", "Only {open} is left of this line", "此行仅剩 {open}"),
        Code("conversion_closed", "The condition of {conversion} does not hold", "{conversion} 的条件不满足"),
    ]
)
