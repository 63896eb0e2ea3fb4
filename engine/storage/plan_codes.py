"""The sentences of a schema plan."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code("plan_create_table", "Create the table of {object}.", "为 {object} 建表。"),
        Code("plan_rename_table", "Rename the table {old} to {object}.", "将表 {old} 改名为 {object}。"),
        Code(
            "plan_keep_table",
            "{object} is gone; its records are kept until they are purged.",
            "{object} 已移除；其记录保留至清除为止。",
        ),
        Code("plan_revive_table", "{object} comes back with its records.", "{object} 连同其记录一并恢复。"),
        Code("plan_add_column", "Add {object}.{field} ({type}).", "新增 {object}.{field}（{type}）。"),
        Code("plan_rename_column", "Rename {object}.{old} to {field}.", "将 {object}.{old} 改名为 {field}。"),
        Code(
            "plan_keep_column",
            "{object}.{field} is gone; its values are kept until they are purged.",
            "{object}.{field} 已移除；其数据保留至清除为止。",
        ),
        Code("plan_revive_column", "{object}.{field} comes back with its values.", "{object}.{field} 连同数据恢复。"),
        Code("plan_widen_column", "{object}.{field} takes more: {type}.", "放宽 {object}.{field}：{type}。"),
        Code(
            "plan_convert_column",
            "Convert {rows} values of {object}.{field} from {old} to {type}.",
            "将 {object}.{field} 的 {rows} 个值由 {old} 转换为 {type}。",
        ),
        Code(
            "plan_fill_column",
            "Fill {object}.{field} of {rows} records with {value}.",
            "为 {rows} 条记录的 {object}.{field} 填入 {value}。",
        ),
        Code(
            "plan_clear_lost",
            "Empty {object}.{field} of {rows} records: the {target} they point to were deleted meanwhile.",
            "清空 {rows} 条记录的 {object}.{field}：所引用的 {target} 已被删除。",
        ),
        Code("plan_demand_value", "{object}.{field} must have a value from now on.", "{object}.{field} 改为必填。"),
        Code("plan_allow_empty", "{object}.{field} may be empty from now on.", "{object}.{field} 允许为空。"),
        Code("plan_rebuild_table", "Write the table of {object} anew.", "重建 {object} 的表。"),
        Code("plan_create_index", "Index {object} by {fields}.", "为 {object} 按 {fields} 建立索引。"),
        Code("plan_drop_index", "Drop the index of {object} by {fields}.", "删除 {object} 按 {fields} 的索引。"),
        Code("plan_add_link", "Hold {object}.{field} to records of {target}.", "约束 {object}.{field} 引用 {target}。"),
        Code(
            "plan_drop_link",
            "No longer hold {object}.{field} to records of {target}.",
            "解除 {object}.{field} 对 {target} 的引用约束。",
        ),
        Code(
            "plan_make_keys",
            "Make sort and search keys of {rows} records of {object}.",
            "为 {object} 的 {rows} 条记录生成排序与搜索键。",
        ),
        Code(
            "plan_recalculate",
            "Calculate {fields} of {rows} records of {object}.",
            "计算 {object} 的 {rows} 条记录的 {fields}。",
        ),
        Code(
            "misfit_conversion",
            "{count} values of {object}.{field} cannot become {type}, for example {samples}.",
            "{object}.{field} 有 {count} 个值无法转换为 {type}，例如 {samples}。",
            "Correct these values, or give the migration a conversion.",
            "请先更正这些值，或在迁移中给出转换。",
        ),
        Code(
            "misfit_kind",
            "{object}.{field} cannot change from {old} to {type}.",
            "{object}.{field} 不能由 {old} 改为 {type}。",
            "Add a new field, or give the migration a conversion.",
            "请新增字段，或在迁移中给出转换。",
        ),
        Code(
            "misfit_missing",
            "{count} records of {object} have no {field}, which becomes required.",
            "{object} 有 {count} 条记录缺少 {field}，而该字段将成为必填。",
            "Give the field a default, or fill it first.",
            "请为该字段设置默认值，或先补齐数据。",
        ),
        Code(
            "misfit_duplicates",
            "{count} values of {object}.{field} occur more than once, for example {samples}.",
            "{object}.{field} 有 {count} 个值重复，例如 {samples}。",
            "Merge or change these records first.",
            "请先合并或修改这些记录。",
        ),
        Code(
            "misfit_orphans",
            "{count} values of {object}.{field} point to no record of {target}, for example {samples}.",
            "{object}.{field} 有 {count} 个值未指向 {target} 的任何记录，例如 {samples}。",
            "Correct these values first.",
            "请先更正这些值。",
        ),
        Code(
            "data_would_not_fit",
            "The data would not fit the new definitions.",
            "现有数据不符合新的定义。",
            "Nothing was changed. See what each complaint asks for.",
            "未作任何更改，请逐条处理。",
        ),
        Code(
            "plan_outdated",
            "The definitions or the data changed since this plan was made.",
            "计划生成之后，定义或数据已发生变化。",
            "Nothing was changed. Make a new plan.",
            "未作任何更改，请重新生成计划。",
        ),
    ]
)
