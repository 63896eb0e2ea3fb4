"""What can be wrong with messages, their templates, their channels and what comes in."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code(
            "template_wrong",
            "the template cannot be rendered (line {line}): {why}",
            "模板无法渲染（第 {line} 行）：{why}",
            "Templates read values by name and use the filters that the guide lists.",
            "模板只能按名称读取数据，并使用指南中列出的过滤器。",
        ),
        Code(
            "template_budget",
            "the template needs too much time, memory or room (line {line}): {why}",
            "模板耗时、占用内存或输出过多（第 {line} 行）：{why}",
        ),
        Code("no_such_message", "there is no message with this id", "没有这个编号的消息"),
        Code("no_such_call", "nobody waits for an answer to this call", "没有等待应答的此项调用"),
        Code("bad_answer", "the answer is not JSON: {why}", "应答不是 JSON：{why}"),
        Code("no_such_webhook", "there is no webhook {name}", "没有名为 {name} 的 Webhook"),
        Code("webhook_exists", "there is a webhook {name} already", "名为 {name} 的 Webhook 已存在"),
        Code("bad_wish", "{value} is not one of {allowed}", "{value} 不是可选值：{allowed}"),
        Code("bad_time_of_day", "{value} is not a time like 22:00", "{value} 不是像 22:00 这样的时间"),
        Code("bad_zone", "{value} is not a time zone like Asia/Shanghai", "{value} 不是像 Asia/Shanghai 这样的时区"),
        Code("bad_webhook_name", "the name {value} is not an id", "名称 {value} 不是合法的标识"),
        Code("bad_event_pattern", "{value} is not a pattern of events", "{value} 不是事件的匹配式"),
        Code("bad_signature", "the signature of the gateway is missing or wrong", "网关签名缺失或不正确"),
        Code("unknown_number", "no tenant has this number", "没有租户使用这个号码"),
        Code("bad_inbound", "this is no message: {why}", "不是一条有效的消息：{why}"),
    )
)
