"""The codes of import and export: what can be wrong with a file, its columns and its rows."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

_FILES = (
    Code(
        "unknown_format",
        "this is neither a CSV nor an XLSX file: {name}",
        "不是 CSV 或 XLSX 文件：{name}",
        "Save it as .csv or .xlsx and choose it again.",
        "请另存为 .csv 或 .xlsx 后重新选择。",
    ),
    Code(
        "bad_encoding",
        "the text of the file cannot be read: byte {position} is neither UTF-8 nor GB 18030",
        "无法识别文件的编码：第 {position} 个字节既不是 UTF-8 也不是 GB 18030",
        "Save it as CSV UTF-8 and choose it again.",
        "请另存为“CSV UTF-8”后重新选择。",
    ),
    Code(
        "bad_csv",
        "row {row} of the file cannot be read: {reason}",
        "无法读取文件的第 {row} 行：{reason}",
        "A quotation mark is probably not closed.",
        "可能有引号没有成对。",
    ),
    Code(
        "bad_xlsx",
        "the workbook cannot be read: {reason}",
        "无法读取工作簿：{reason}",
        "Save it again as .xlsx.",
        "请重新另存为 .xlsx。",
    ),
    Code("no_such_file", "there is no file {name}", "没有文件 {name}"),
    Code(
        "no_such_sheet",
        "there is no sheet {sheet}",
        "没有工作表 {sheet}",
        "The sheets are {known}.",
        "现有工作表：{known}。",
    ),
    Code(
        "no_header",
        "the file has no header row",
        "文件没有标题行",
        "Its first row must name the columns.",
        "第一行应为各列的名称。",
    ),
    Code(
        "column_twice",
        "the column {column} occurs twice",
        "列 {column} 重复出现",
        "Rename one of them.",
        "请改名其中一列。",
    ),
)

_MAPPINGS = (
    Code("bad_mapping", "the mapping cannot be used: {count} things are wrong", "映射不可用，共有 {count} 处问题"),
    Code(
        "unknown_column",
        "the file has no column {column}",
        "文件没有列 {column}",
        "Its columns are {known}.",
        "现有的列：{known}。",
    ),
    Code("unmapped_column", "no field belongs to the column {column}", "列 {column} 没有对应的字段"),
    Code("field_twice", "two columns fill the field {field}", "有两列对应同一字段 {field}"),
    Code("no_columns", "no column of the file belongs to a field", "文件中没有任何一列对应到字段"),
    Code(
        "not_unique_key",
        "{fields} do not identify a record",
        "{fields} 不能唯一确定一条记录",
        "Keys of the object: {known}.",
        "该对象的键：{known}。",
    ),
    Code("key_not_mapped", "no column fills the key {field}", "没有列对应关键字段 {field}"),
    Code("unknown_option", "there is no setting {option}", "没有设置 {option}", "Known: {known}.", "可用：{known}。"),
    Code("bad_formula", "{formula}: {message}", "{formula}：公式有误，{message}"),
)

_ROWS = (
    Code(
        "key_missing",
        "the key is empty",
        "关键字段为空",
        "Every row needs a value here to be recognised again.",
        "每一行都需要这个值才能再次识别。",
    ),
    Code(
        "key_twice",
        "the key stands in row {row} already",
        "该关键值已在第 {row} 行出现",
        "Keep one of the two rows.",
        "请只保留其中一行。",
    ),
    Code(
        "too_many_cells",
        "the row has more cells than the header",
        "该行的单元格多于标题行",
        "A separator or quotation mark is probably wrong.",
        "分隔符或引号可能有误。",
    ),
    Code(
        "no_parent_row",
        "no row has the key {key}",
        "没有键为 {key} 的行",
        "Every line needs its record in the other file.",
        "每条明细都需要在另一文件中有对应记录。",
    ),
    Code("bad_row", "{reason}", "此行有误：{reason}"),
    Code(
        "files_in_a_circle",
        "the files refer to each other in a circle: {files}",
        "文件之间循环引用：{files}",
        "Move one of the references into a second file, such as visit.more.csv.",
        "请把其中一处引用移到第二个文件，例如 visit.more.csv。",
    ),
    Code("lookup_missing", "{file} has no row {key}", "{file} 中没有 {key} 这一行"),
    Code(
        "no_value",
        "the formula gives no value here: {reason}",
        "公式在此处没有结果：{reason}",
        "Look at the cells that it reads.",
        "请检查公式所用的单元格。",
    ),
)

_JOBS = (
    Code("unknown_job", "there is no such job", "没有这个任务"),
    Code("job_over", "the job is over already", "任务已经结束"),
    Code("job_gave_up", "the job failed too often and is not tried again", "任务多次失败，不再重试"),
    Code("job_owner_gone", "the account that started the job is gone", "发起任务的账号已不存在"),
    Code("job_taken", "the job is being done by another process", "任务正由另一进程执行"),
)

declare((*_FILES, *_MAPPINGS, *_ROWS, *_JOBS))
