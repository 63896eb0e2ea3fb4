"""The codes of effects."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "refused_by_rule",
            "A rule of the definitions refuses this",
            "业务规则拒绝了此操作",
        ),
        Code(
            "effect_needs_record",
            "Effect {effect} found no record to act on",
            "效果 {effect} 没有可操作的记录",
            "Its expression must yield a record.",
            "其表达式必须得出一条记录。",
        ),
        Code(
            "effect_not_here",
            "Effect {effect} cannot be carried out here",
            "此处不能执行效果 {effect}",
        ),
        Code(
            "value_does_not_fit",
            "The value for {field} does not fit",
            "{field} 的值不合适",
        ),
        Code(
            "decision_unknown",
            "There is no decision {decision}",
            "没有决策 {decision}",
        ),
    ]
)
