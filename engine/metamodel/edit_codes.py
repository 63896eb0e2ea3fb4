"""The codes of edits: what does not fit the definitions as they stand."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "edits_unfit",
            "{count} edits do not fit the definitions as they stand",
            "有 {count} 处修改与当前定义不符",
            "Take them back, or make them anew.",
            "请撤回这些修改，或重新修改。",
        ),
        Code(
            "edit_of_nothing",
            "There is no {what} to change{guess}",
            "没有可修改的 {what}{guess}",
            "It may have been renamed or removed meanwhile.",
            "可能已被改名或移除。",
        ),
        Code(
            "edit_there_already", "{what} is there already", "{what} 已存在", "Choose another name.", "请换一个名称。"
        ),
        Code("edit_no_neighbour", "There is no {what} to stand behind{guess}", "没有可作为参照的 {what}{guess}"),
        Code("edit_no_definition", "{what} needs its keys and values", "{what} 须写成键和值"),
    ]
)
