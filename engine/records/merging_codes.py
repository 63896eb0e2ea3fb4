"""The codes of merging."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code(
            "merge_what",
            "At least two different records of one object are merged, and values are taken from one of them",
            "合并需要同一对象的至少两条不同记录，取值也只能来自这些记录",
            "Name the record that stays, the others with their versions, and for each field one of them.",
            "请指定保留的记录、被合并的记录及其版本，并为每个字段指定其中一条。",
        ),
        Code(
            "merge_refused",
            "Not merged: {count} records that would move would be there twice",
            "未合并：有 {count} 条相关记录合并后会重复",
            "Delete or change one of each pair first.",
            "请先删除或修改每组中的一条。",
        ),
        Code(
            "merge_not_unique",
            "{record} would be there twice ({fields})",
            "{record} 合并后会重复（{fields}）",
            "Delete or change one of them first.",
            "请先删除或修改其中一条。",
        ),
        Code(
            "merge_in_process",
            "{count} of the records that would go are in a running process",
            "{count} 条将被合并的记录仍有流程在进行",
            "End or withdraw it first, or keep that record.",
            "请先结束或撤回流程，或者保留该记录。",
        ),
    )
)
