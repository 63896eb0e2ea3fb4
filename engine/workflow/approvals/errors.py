"""What a command on a process is refused with; the codes are those of the law (workflow design, 4.2)."""

from __future__ import annotations

from typing import Any

from engine.kernel.catalogue import Code, declare
from engine.kernel.errors import Conflict, Rejected, Unavailable


class BadCondition(Rejected):
    """A condition yields neither true nor false nor null (422), in a command of a person."""

    def __init__(self, text: str, value: Any) -> None:
        super().__init__("bad_condition", message=f"{text[:200]}: {str(value)[:80]}")


class Runaway(Conflict):
    """A command went on without end and was stopped; nothing of it is kept."""

    def __init__(self, steps: int) -> None:
        super().__init__("runaway", max=steps)


class Throttled(Unavailable):
    """The same was done a short while ago (429)."""


def task_closed(by: str | None, at: str | None, **more: Any) -> Conflict:
    """Return the refusal of a command on a task that is closed: by whom, and when."""
    return Conflict("task_closed", by=by, at=at, **more)


declare(
    [
        Code(
            "task_closed",
            "The task is closed already: {by}, {at}",
            "该任务已处理：{by}，{at}",
            "Look at the timeline of the process.",
            "请查看流程时间线。",
        ),
        Code(
            "not_your_turn",
            "It is not your turn yet",
            "尚未轮到您处理",
            "Wait until those before you decided.",
            "请等待前序人员处理。",
        ),
        Code("no_task_for", "{person} has nothing to decide in {step}", "{person} 在 {step} 没有待办"),
        Code("claim_first", "Claim the task first", "请先认领该任务"),
        Code("task_paused", "The task is paused", "该任务已暂停"),
        Code(
            "stale_subject",
            "The record changed since you saw it: {fields}",
            "您查看之后记录已变更：{fields}",
            "Look at it again, then decide.",
            "请重新查看后再处理。",
        ),
        Code("instance_closed", "The process is closed: {outcome}", "流程已结束：{outcome}"),
        Code("instance_suspended", "The process is suspended", "流程已挂起"),
        Code("already_running", "The approval is already running on this record", "该记录上已有进行中的审批"),
        Code(
            "outdated_path",
            "The approval changed meanwhile; its path is another now",
            "审批流程已更新，路径有变化",
            "Look at the new path and submit again.",
            "请查看新路径后重新提交。",
        ),
        Code(
            "return_limit",
            "It was returned {maximum} times; no further return is possible",
            "已退回 {maximum} 次，不能再退回",
        ),
        Code("decided_already", "Somebody has decided already", "已有人作出审批"),
        Code("withdraw_never", "This process cannot be withdrawn", "该流程不允许撤回"),
        Code("cannot_retract", "The decision can be taken back no more", "该决定已不能收回"),
        Code("pick_missing", "People must be chosen for {steps}", "请为以下步骤选择人员：{steps}"),
        Code(
            "pick_out_of_range",
            "{step} takes {minimum} to {maximum} of the people offered",
            "{step} 须从可选人员中选择 {minimum} 至 {maximum} 人",
        ),
        Code(
            "unknown_key_of_command",
            "{key} is not a key of this command; did you mean {guess}?",
            "此操作没有 {key}；您是否指 {guess}？",
        ),
        Code("wrong_kind_of_value", "{key} holds a value of the wrong kind", "{key} 的值类型不正确"),
        Code("forbidden", "This is not yours to do", "您无权执行此操作"),
        Code("key_reused", "The key was used for another command", "该操作标识已用于其他操作"),
        Code("throttled", "You urged a short while ago", "您刚刚催办过", "Try again later.", "请稍后再试。"),
        Code("comment_required", "Give a reason", "请填写意见"),
        Code(
            "not_a_target", "{target} is not among the steps that can be returned to", "{target} 不在可退回的步骤之中"
        ),
        Code("unknown_verb", "There is no command {verb}", "没有 {verb} 这一操作"),
        Code("verb_not_allowed", "{verb} is not possible here", "此处不能执行 {verb}"),
        Code("no_active_user", "There is no active user {person}", "没有在用的用户 {person}"),
        Code("not_to_submitter", "Not to the submitter", "不能交给提交人"),
        Code("already_in_step", "{person} has a voice in this step already", "{person} 已在该步骤中"),
        Code("too_many_transfers", "It was handed over {maximum} times already", "已转交 {maximum} 次"),
        Code("last_voice", "The last voice cannot be removed", "不能移除最后一名审批人"),
        Code(
            "not_startable",
            "The approval {approval} cannot be started on this record",
            "不能对该记录发起审批 {approval}",
        ),
        Code("no_such_approval", "There is no approval {approval}", "没有审批 {approval}"),
        Code("version_closed", "This version of the approval takes no new cases", "该版本的审批已停止受理"),
        Code("apply_failed", "The approved change could not be applied", "已批准的变更未能生效"),
        Code("nothing_proposed", "Nothing would change", "没有任何变更"),
        Code("not_in_form", "{field} cannot be written in this step", "{field} 在本步骤中不可填写"),
        Code("migration_blocked", "Tokens stand at steps that are not mapped: {steps}", "以下步骤没有映射：{steps}"),
        Code(
            "flow_in_use",
            "{count} running cases use what is taken away: {steps}",
            "有 {count} 个进行中的流程在使用被移除的内容：{steps}",
        ),
        Code("bad_substitution", "The substitution is not possible", "该代理设置无效"),
    ]
)
