"""The codes that only pages know."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "reference_unknown",
            "Nothing is called {text}",
            "没有找到“{text}”",
            "Choose one of the suggestions.",
            "请从候选项中选择。",
        ),
        Code(
            "reference_unclear",
            "{count} records fit {text}",
            "有 {count} 条记录与“{text}”相符",
            "Choose one of the suggestions.",
            "请从候选项中选择一条。",
        ),
        Code("password_differs", "The two new passwords differ", "两次输入的新密码不一致"),
        Code(
            "form_unreadable",
            "The form that was sent cannot be read: {why}",
            "无法读取提交的表单：{why}",
            "Load the page again and repeat what you did.",
            "请重新载入页面后再操作。",
        ),
        Code(
            "page_failed",
            "This page could not be made; the fault is ours",
            "页面出错，问题在服务器一侧",
            "Try again. If it stays, tell your administrator the number below.",
            "请重试。若仍出现，请把下面的编号告诉管理员。",
        ),
        Code("custom_nothing_chosen", "Choose what is to be moved first", "请先选中要移动的内容"),
        Code("custom_title_missing", "The new part needs a name", "请填写新分组的名称"),
        Code("rule_without_title", "The rule needs a title", "请填写规则名称"),
        Code(
            "rule_without_condition",
            "Nothing is said of which records the rule is about",
            "没有说明规则适用于哪些记录",
            "Complete a condition, or write an expression.",
            "请填写一个条件，或编写表达式。",
        ),
        Code(
            "rule_without_receivers",
            "Nobody is named with whom the records are shared",
            "没有指定共享给谁",
            "Choose a role, a position, a unit or a team.",
            "请选择角色、岗位、部门或团队。",
        ),
        Code("not_a_number", "Write a whole number", "请填写整数"),
        Code("nothing_to_move", "Nothing was said to be moved", "没有说明要移动什么"),
        Code(
            "no_way_there",
            "Nothing leads from here to that column",
            "不能移动到这一栏",
            "Open the record to see what is possible now.",
            "打开记录查看现在可以做什么。",
        ),
        Code(
            "no_such_page",
            "This page does not exist, or you may not see it",
            "页面不存在，或你没有查看权限",
            "Go back, or search for what you need.",
            "请返回上一页，或搜索你需要的内容。",
        ),
    ]
)
