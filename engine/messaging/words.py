"""What the platform itself says in short messages, in both languages."""

from __future__ import annotations

_ZH = {
    "decide_by_link": "打开下面的链接即可审批（7 天内有效，只能用一次）：",
    "how_to_answer": "回复 Y {code} 同意，N {code} 原因 拒绝",
    "decide_on_web": "请登录系统处理",
    "decide_on_web_only": "{number} 不能用短信审批，请登录系统处理。",
    "approved": "已同意 {number}。",
    "rejected": "已拒绝 {number}。",
    "comment_missing": "{number} 需要填写意见，请在编码后写明后重发。",
    "too_late": "{number} 已处理：{closed}。",
    "code_expired": "编码已过期，请登录系统处理。",
    "wrong_code": "编码不正确，请核对后重发。",
    "sms_closed": "错误编码过多，短信审批暂停一小时，请登录系统处理。",
    "task_gone": "没有待处理的事项。",
    "changed": "内容已变更，请重新确认：",
    "several": "有多项待办，请带编码回复：{list}",
    "forms": "无法识别。可用格式：{list}",
    "answer_form": "Y/N 编码 意见",
    "taken": "已收到。",
}
_EN = {
    "decide_by_link": "Open this link to decide (good for 7 days and one decision):",
    "how_to_answer": "Answer Y {code} to approve, N {code} reason to reject",
    "decide_on_web": "Please decide on the web",
    "decide_on_web_only": "{number} cannot be decided by SMS; please decide on the web.",
    "approved": "{number} approved.",
    "rejected": "{number} rejected.",
    "comment_missing": "{number} needs a reason: send it again with the reason after the code.",
    "too_late": "{number} was decided already: {closed}.",
    "code_expired": "The code is too old; please decide on the web.",
    "wrong_code": "The code is wrong; please check it.",
    "sms_closed": "Too many wrong codes: SMS is closed for an hour; please use the web.",
    "task_gone": "There is nothing to decide.",
    "changed": "The data changed, please look again:",
    "several": "Several tasks wait; answer with a code: {list}",
    "forms": "Not understood. Known forms: {list}",
    "answer_form": "Y/N code comment",
    "taken": "Received.",
}


def say(name: str, language: str, **places: str) -> str:
    """Return a sentence in a language, English where it has no other."""
    text = (_ZH if language == "zh" else _EN)[name]
    for place, value in places.items():
        text = text.replace("{" + place + "}", value)
    return text
