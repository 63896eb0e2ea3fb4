"""The codes of the access floor: invisible, and visible but not allowed."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code(
            "not_found",
            "There is no such record.",
            "记录不存在。",
            "It does not exist, or you may not see it.",
            "记录不存在，或您无权查看。",
        ),
        Code(
            "view_only", "You see with another user's eyes; nothing can be changed.", "您正以他人身份查看，不能修改。"
        ),
        Code(
            "duties_apart",
            "{login} must not hold both: {what} ({rule}).",
            "{login} 不能同时拥有：{what}（{rule}）。",
            "Take one of them away first.",
            "请先收回其中一项。",
        ),
        Code("rights_invalid", "{count} things are wrong.", "有 {count} 处错误。"),
        Code("no_such_object", "There is no object {object}.", "没有对象 {object}。"),
        Code(
            "not_allowed",
            "You may not do this to {object}: {action}.",
            "您无权对 {object} 执行此操作：{action}。",
            "Ask an administrator for the right.",
            "请向管理员申请权限。",
        ),
    )
)
