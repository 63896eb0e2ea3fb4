"""The codes of the storage floor."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "model_changed",
            "The definitions changed while this was being done.",
            "处理期间业务定义发生了变更。",
            "Try again.",
            "请重试。",
        ),
        Code(
            "database_busy",
            "The database is busy with other changes.",
            "数据库正忙于其他变更。",
            "Try again in a moment.",
            "请稍后重试。",
        ),
        Code(
            "database_unavailable",
            "The database cannot be reached.",
            "无法连接数据库。",
            "Try again in a moment; if it lasts, tell the operator.",
            "请稍后重试；如持续出现，请联系运维人员。",
        ),
        Code(
            "database_missing",
            "The database of {tenant} does not exist.",
            "{tenant} 的数据库不存在。",
            "Create the tenant first.",
            "请先创建租户。",
        ),
        Code(
            "database_newer",
            "The database was written by a newer version of this program.",
            "数据库由更高版本的程序写入。",
            "Start the newer version.",
            "请启动新版本程序。",
        ),
        Code(
            "storage_unavailable",
            "The data cannot be written: the disk is full, broken or read-only.",
            "数据无法写入：磁盘已满、损坏或为只读。",
            "Nothing was changed. Tell the operator.",
            "未作任何更改，请联系运维人员。",
        ),
        Code(
            "query_too_slow",
            "The query took too long and was stopped.",
            "查询耗时过长，已被终止。",
            "Narrow the filter.",
            "请缩小筛选范围。",
        ),
        Code(
            "not_unique",
            "There is already a record with the same {fields}.",
            "已存在 {fields} 相同的记录。",
            "Choose another value.",
            "请更换取值。",
        ),
        Code(
            "reference_broken",
            "A reference points to a record that is not there, or the record is still referred to.",
            "引用的记录不存在，或该记录仍被引用。",
        ),
        Code("value_missing", "A value that the table demands is missing: {fields}.", "缺少必需的值：{fields}。"),
        Code("value_not_allowed", "A value does not fit its column.", "取值不符合字段要求。"),
        Code(
            "bad_cursor",
            "The place to continue from does not belong to this list.",
            "续页标记不属于当前列表。",
            "Start from the first page.",
            "请从第一页重新开始。",
        ),
        Code(
            "number_out_of_range",
            "A calculation in a condition leaves the range of exact numbers.",
            "条件中的计算超出精确数值范围。",
            "Compare smaller numbers.",
            "请使用较小的数值进行比较。",
        ),
        Code("path_unknown", "There is no field {path}.", "没有字段 {path}。"),
        Code(
            "install_running",
            "{holder} is changing the definitions since {since}.",
            "{holder} 自 {since} 起正在变更业务定义。",
            "Wait until it is done, then try again.",
            "请等待其完成后重试。",
        ),
        Code("version_missing", "There is no version {version}.", "没有版本 {version}。"),
        Code(
            "tenant_unprepared",
            "The tenant {tenant} is not set up yet.",
            "租户 {tenant} 尚未初始化。",
            "Create it with: tessera tenant create {tenant}",
            "请执行：tessera tenant create {tenant}",
        ),
        Code(
            "too_many_digits",
            "{object}.{field} has {value} digits; at most {max} can be stored.",
            "{object}.{field} 有 {value} 位数字；最多可存储 {max} 位。",
        ),
        Code(
            "name_taken_by_engine",
            "{name} is a name that the engine keeps for itself.",
            "{name} 是系统保留名称。",
            "Choose another name.",
            "请更换名称。",
        ),
    ]
)
