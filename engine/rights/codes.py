"""The codes of rights."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code(
            "area_not_yours",
            "You do not administer {area} here.",
            "您没有 {area} 的管理权限。",
            "Ask an administrator for the area.",
            "请向管理员申请该管理范围。",
        ),
        Code(
            "bad_receiver",
            "{receiver} is nobody to share with.",
            "{receiver} 不是可共享的对象。",
            "Write user:login, role:name, position:code, unit:code, branch:code or team:code.",
            "请写 user:登录名、role:角色、position:编码、unit:编码、branch:编码 或 team:编码。",
        ),
        Code(
            "employee_not_yours",
            "There is no such employee without an account in your area.",
            "您的管理范围内没有这名尚无账号的员工。",
            "Choose one of those that GET /api/v1/access/employees lists.",
            "请从 GET /api/v1/access/employees 列出的员工中选择。",
        ),
        Code(
            "own_account",
            "Nobody switches off his own account.",
            "不能停用自己的账号。",
            "Ask somebody else who administers accounts.",
            "请由其他账号管理员操作。",
        ),
        Code("bad_level", "A share is for read or update.", "共享级别只能是 read 或 update。"),
        Code("in_the_past", "The end lies in the past.", "结束时间已过。"),
        Code("no_such_person", "There is no active user {login}.", "没有启用的用户 {login}。"),
        Code(
            "not_related",
            "{related} does not belong to {object}.",
            "{related} 与 {object} 没有从属关系。",
            "Name it as object.field, the field pointing to the record.",
            "请写成 对象.字段，该字段指向此记录。",
        ),
        Code("ends_first", "It must end after it begins.", "结束时间必须晚于开始时间。"),
        Code("not_held", "{name} is not held, so it cannot be lent.", "并不拥有 {name}，不能委托。"),
        Code("role_not_yours_to_give", "You may not give or take the role {role}.", "您无权授予或收回角色 {role}。"),
        Code("unknown_share", "There is no such share.", "没有这条共享。"),
        Code("unknown_delegation", "There is no such delegation.", "没有这条委托。"),
        Code("unknown_right", "There is no action {action}.", "没有动作 {action}。"),
    )
)
