"""The codes of identity: who is at the door, and what a secret must be like."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "unauthenticated",
            "Log in, or send a valid token",
            "请先登录，或提供有效的令牌",
            "Send Authorization: Bearer with a token of this tenant.",
            "请在 Authorization: Bearer 中提供本租户的令牌。",
        ),
        Code(
            "login_failed",
            "Login or password is wrong",
            "账号或密码不正确",
            "Check both; after {tries} wrong tries the account rests for {minutes} minutes.",
            "请检查两者；连续 {tries} 次错误后，账号将停用 {minutes} 分钟。",
        ),
        Code(
            "too_many_tries",
            "Too many wrong tries; wait {minutes} minutes",
            "错误次数过多，请等待 {minutes} 分钟",
            "Wait, or ask an administrator for a new password.",
            "请等待，或请管理员重设密码。",
        ),
        Code(
            "log_in_busy",
            "Many people are logging in at this moment",
            "当前登录人数较多",
            "Try again in a few seconds.",
            "请几秒后再试。",
        ),
        Code(
            "cross_site",
            "This request comes from another site",
            "该请求来自其他网站",
            "Send it from a page of this server.",
            "请从本服务器的页面提交。",
        ),
        Code(
            "csrf_failed",
            "The page has expired",
            "页面已过期",
            "Load the page again and repeat what you did.",
            "请重新载入页面后再操作。",
        ),
        Code(
            "token_read_only",
            "This token may only read",
            "此令牌只能读取",
            "Use a token with the scope write.",
            "请使用具有 write 权限范围的令牌。",
        ),
        Code(
            "wrong_tenant",
            "This token belongs to another tenant",
            "此令牌属于其他租户",
            "Use a token of this tenant.",
            "请使用本租户的令牌。",
        ),
        Code(
            "account_invalid",
            "The account was not saved; {count} things are wrong",
            "账号未保存，共有 {count} 处问题",
            "Every place is listed under errors.",
            "errors 中列出了每一处。",
        ),
        Code(
            "password_too_short",
            "A password needs at least {min} characters",
            "密码至少需要 {min} 个字符",
            "A sentence of several words is easy to remember.",
            "用几个词组成的句子便于记忆。",
        ),
        Code(
            "password_too_long",
            "A password has at most {max} characters",
            "密码最多 {max} 个字符",
            "Shorten it.",
            "请缩短。",
        ),
        Code(
            "password_common",
            "This password is among the first that others try",
            "该密码过于常见，容易被猜中",
            "Choose words that nobody expects.",
            "请选用他人想不到的词语。",
        ),
        Code(
            "password_context",
            "The password must not hold {word}",
            "密码不能包含 {word}",
            "Leave out names of yours, of the company and of this product.",
            "请勿使用本人、公司或本产品的名称。",
        ),
        Code(
            "password_unchanged",
            "The new password is the old one",
            "新密码与旧密码相同",
            "Choose another.",
            "请另选一个。",
        ),
        Code("login_taken", "The login {login} is taken", "账号 {login} 已被使用", "Choose another.", "请另选一个。"),
        Code(
            "bad_login",
            "{login} cannot be a login",
            "{login} 不能作为账号",
            "Use 2 to 64 letters, figures and . _ - @ without blanks.",
            "请使用 2 至 64 个字母、数字及 . _ - @，不含空格。",
        ),
        Code(
            "unknown_user",
            "There is no user {login}",
            "没有用户 {login}",
            "tessera user list shows all.",
            "tessera user list 可列出全部用户。",
        ),
        Code(
            "no_such_role", "There is no role {role}", "没有角色 {role}", "Known roles: {known}.", "已有角色：{known}。"
        ),
        Code("unknown_session", "There is no such session", "没有该会话", "Load the list again.", "请重新载入列表。"),
        Code("unknown_token", "There is no such token", "没有该令牌", "Load the list again.", "请重新载入列表。"),
        Code(
            "unknown_token_scope",
            "{scope} is not a scope",
            "{scope} 不是权限范围",
            "Scopes are read and write.",
            "权限范围为 read 和 write。",
        ),
        Code(
            "bad_expiry",
            "A token may live for 1 to {max} days",
            "令牌有效期为 1 至 {max} 天",
            "Choose a number of days in between.",
            "请选择其间的天数。",
        ),
    ]
)
