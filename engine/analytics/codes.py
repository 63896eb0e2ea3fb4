"""The codes of analysis."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

CODES = [
    Code("no_such_chart", "There is no chart {chart}", "没有图表 {chart}"),
    Code("no_such_dataset", "There is no dataset {dataset}", "没有数据集 {dataset}"),
    Code("no_such_dashboard", "There is no dashboard {dashboard}", "没有看板 {dashboard}"),
    Code("no_such_dimension", "There is no dimension {dimension}{guess}", "没有维度 {dimension}{guess}"),
    Code("no_such_measure", "There is no measure {measure}{guess}", "没有度量 {measure}{guess}"),
    Code("nothing_measured", "Name one measure at least", "请至少指定一个度量",
         "Name them under 'values', with commas between.", "请在 values 中以逗号分隔列出度量。"),
    Code("no_such_node", "{value} is not a place in the tree of {dimension}", "{value} 不在 {dimension} 的树中"),
    Code("tree_too_large", "The tree of {dimension} has more than {most} places", "{dimension} 的树超过 {most} 个节点"),
]  # fmt: skip

declare(CODES)
