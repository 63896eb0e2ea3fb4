"""What can be wrong when somebody looks after jobs and the outbox."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code("unknown_work", "there is no job, event or delivery with this id", "没有这个编号的任务、事件或投递"),
        Code(
            "not_to_retry",
            "it is not in a state from which it could be tried again: {status}",
            "当前状态不能重试：{status}",
            "Only what failed, was set aside, was cancelled or is dead can be tried again.",
            "只有失败、被隔离、已取消或成为死信的才能重试。",
        ),
        Code("not_to_cancel", "it is over already", "它已经结束了"),
        Code(
            "redis_unavailable",
            "Redis cannot be used: {why}",
            "无法使用 Redis：{why}",
            "Background work goes on from the database, a little later.",
            "后台工作会改由数据库轮询继续，只是稍慢。",
        ),
    )
)
