"""The codes of datasets, charts and dashboards."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

CODES = [
    Code("unknown_dataset", "There is no dataset {dataset}{guess}", "没有数据集 {dataset}{guess}"),
    Code("unknown_dimension", "The dataset {dataset} has no dimension {dimension}{guess}",
         "数据集 {dataset} 没有维度 {dimension}{guess}"),
    Code("unknown_measure", "The dataset {dataset} has no measure {measure}{guess}",
         "数据集 {dataset} 没有度量 {measure}{guess}", "A measure may use those that stand above it.",
         "度量只能使用写在它上面的度量。"),
    Code("unknown_chart", "There is no chart {chart}{guess}", "没有图表 {chart}{guess}"),
    Code("unknown_dashboard", "There is no dashboard {dashboard}{guess}", "没有看板 {dashboard}{guess}"),
    Code("one_measure", "The measure {measure} says exactly one of: {ways}", "度量 {measure} 必须且只能写 {ways} 之一"),
    Code("no_tree", "The values of {field} do not stand in a tree", "{field} 的值不成树",
         "A tree is a dictionary whose items have parents, or an object with one reference to itself.",
         "树可以是条目有上级的字典，或有且只有一个引用指向自身的对象。"),
    Code("grain_not_for_type", "{field} is of type {type}; only days are counted in spans",
         "{field} 的类型是 {type}，只有日期才能按时间段统计"),
    Code("unknown_grain", "The dimension {dimension} is not counted by {grain}", "维度 {dimension} 不按 {grain} 统计",
         "Name the grain in the dataset.", "请在数据集中写明该粒度。"),
    Code("comparison_needs_period", "The comparison {measure} needs a dimension over days",
         "比较 {measure} 需要一个日期维度", "Add one to the dataset, and name it under 'period' if there are several.",
         "请在数据集中添加日期维度，有多个时在 period 中指明。"),
    Code("mixed_currencies", "{field} is in the currency that {currency} says, so a sum would mix currencies",
         "{field} 的币种由 {currency} 决定，合计会混合币种",
         "Sum a field in one currency, or write a condition on {currency} under 'where'.",
         "请合计以同一币种保存的字段，或在 where 中限定 {currency}。"),
    Code("chart_shape", "A chart of kind {kind} has {rows} rows and {columns} columns at most",
         "{kind} 图最多有 {rows} 个行维度和 {columns} 个列维度"),
    Code("chart_needs_rows", "A chart of kind {kind} needs rows", "{kind} 图需要 rows"),
    Code("unknown_span", "{period} is not a period{guess}", "{period} 不是时间段{guess}",
         "Write all, one of {known}, a year (2026), a quarter (2026-Q1), a month (2026-01) or two days "
         "(2026-01-01..2026-03-31).",
         "可写 all、{known}，或年（2026）、季（2026-Q1）、月（2026-01）、两个日期（2026-01-01..2026-03-31）。"),
    Code("not_in_both",
         "{measure} comes from the dataset {dataset}, which has no dimension {dimension} to tell it by",
         "{measure} 取自数据集 {dataset}，而它没有维度 {dimension}"),
    Code("one_tile", "The tile {tile} shows exactly one of: chart, list", "看板块 {tile} 必须且只能显示 chart 或 list"),
]  # fmt: skip

declare(CODES)
