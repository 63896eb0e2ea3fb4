"""The codes of dictionaries that users keep."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code("dictionary_closed", "The dictionary {name} is fixed by its pack", "字典 {name} 由应用包固定"),
        Code("item_exists", "The item {code} exists already", "字典项 {code} 已存在"),
        Code("item_missing", "There is no item {code}", "没有字典项 {code}"),
        Code(
            "item_in_use",
            "The item {code} is in use and cannot be deleted",
            "字典项 {code} 正在使用，不能删除",
            "Deactivate it instead.",
            "可以改为停用。",
        ),
        Code(
            "item_from_pack",
            "The item {code} comes from a pack and cannot be deleted",
            "字典项 {code} 来自应用包，不能删除",
            "Deactivate it instead.",
            "可以改为停用。",
        ),
        Code(
            "bad_item_code",
            "The code {code} is not allowed",
            "代码 {code} 不符合规则",
            "Letters, digits, - _ and ., at most 64.",
            "字母、数字、- _ .，最多 64 个字符。",
        ),
        Code("unknown_parent_item", "There is no item {code} to be the parent", "没有可作上级的字典项 {code}"),
        Code("item_circle", "An item cannot stand below itself", "字典项不能是自己的下级"),
        Code("item_dates", "Valid from lies behind valid to", "生效日期晚于失效日期"),
        Code("item_below", "The item {code} has items below it", "字典项 {code} 还有下级"),
        Code("unknown_tone", "This is not a tone", "没有这种色调", "One of {known}.", "可用：{known}。"),
        Code("label_missing", "A label is needed in one language at least", "至少需要一种语言的名称"),
    )
)
