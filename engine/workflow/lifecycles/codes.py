"""The codes of life-cycles."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "in_gate",
            "The transition {transition} waits for an approval",
            "流转 {transition} 正在等待审批",
            "It goes on when the approval is decided; withdraw that to do something else.",
            "审批结束后会自动继续；如需其他操作请先撤回审批。",
        ),
        Code(
            "no_approvals_here",
            "The approval {approval} cannot be started here",
            "此处不能发起审批 {approval}",
        ),
        Code(
            "states_in_use",
            "{count} records of {object} are in the state {state}, which is no longer there",
            "有 {count} 条 {object} 记录处于已删除的状态 {state}",
            "Say with migrate where they go.",
            "请用 migrate 指定它们的去向。",
        ),
    ]
)
