"""The codes of the rule language: complaints of the compiler (FEEL0xx, FEEL1xx) and reasons for a null (FEEL2xx)."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

SYNTAX = [
    Code("FEEL001", "'{found}' is not expected here; expected {expected}", "此处不应出现“{found}”；应为 {expected}"),
    Code("FEEL002", "the character {text} has no meaning here", "字符 {text} 在此处没有意义",
         "use the half-width form of brackets, commas and quotes", "括号、逗号和引号请用半角"),
    Code("FEEL003", "the text that begins here has no closing quote", "此处开始的文本缺少右引号"),
    Code("FEEL004", "the expression is empty", "表达式为空"),
    Code("FEEL005", "the expression ends too early; expected {expected}", "表达式不完整；还缺 {expected}"),
    Code("FEEL006", "the number {text} is out of bounds", "数字 {text} 超出范围"),
    Code("FEEL020", "the expression is nested deeper than {max} levels", "表达式嵌套超过 {max} 层",
         "split it into several formulas", "请拆成几个公式"),
    Code("FEEL021", "the expression has more than {max} tokens", "表达式超过 {max} 个词",
         "split it into several formulas", "请拆成几个公式"),
    Code("FEEL040", "{what} cannot be said in SQL", "{what}无法转换为 SQL", "{why}", "{why}"),
]  # fmt: skip

QUICK = [
    Code("FEEL061", "this is not an expression: {why}", "这不是表达式：{why}"),
    Code("FEEL062", "{what} is not allowed in an expression of this dialect", "此写法中不允许 {what}"),
    Code("FEEL260", "the rule could not be worked out: {why}", "规则无法计算：{why}"),
]

CHECKS = [
    Code("FEEL101", "unknown name '{name}'", "未知名称“{name}”"),
    Code("FEEL102", "the result is {found}, but {expected} is wanted here", "结果是 {found}，此处需要 {expected}"),
    Code("FEEL103", "'{name}' does not exist on {type}", "{type} 没有“{name}”"),
    Code("FEEL104", "a {type} has no fields, so no '{name}'", "{type} 没有字段，也没有“{name}”"),
    Code("FEEL105", "unknown type '{name}'", "未知类型“{name}”"),
    Code("FEEL106", '@"{text}" is no date, time or duration', '@"{text}" 不是日期、时间或时长',
         'write @"2024-01-31", @"10:30:00", @"2024-01-31T10:30:00" or @"P30D"',
         '写法如 @"2024-01-31"、@"10:30:00"、@"2024-01-31T10:30:00"、@"P30D"'),
    Code("FEEL107", "the key '{name}' stands twice in this context", "上下文中“{name}”重复"),
    Code("FEEL108", "{operator} does not work between {left} and {right}", "{left} 与 {right} 之间不能用 {operator}"),
    Code("FEEL109", "{operator} does not work on {operand}", "{operand} 不能用 {operator}"),
    Code("FEEL110", "a comparison ({operator}) of {left} with {right} can never be true",
         "{left} 与 {right} 的比较（{operator}）永远不成立"),
    Code("FEEL111", '"{value}" is not {type}', "“{value}”不在允许的取值中：{type}"),
    Code("FEEL112", "division by zero is always null", "除以零的结果总是空"),
    Code("FEEL113", "and / or need yes or no on both sides, not {found}", "and / or 两边须为真或假，不能是 {found}",
         "compare it with something", "请写成比较"),
    Code("FEEL114", "a condition must be yes or no, not {found}", "条件须为真或假，不能是 {found}",
         "compare it with something", "请写成比较"),
    Code("FEEL115", "{found} cannot be gone through item by item", "{found} 不能逐项遍历"),
    Code("FEEL116", "a filter needs a condition or a position, not {found}", "筛选须为条件或位置，不能是 {found}"),
    Code("FEEL117", "{function} takes {wanted} arguments, not {count}",
         "{function} 需要 {wanted} 个参数，而不是 {count} 个"),
    Code("FEEL118", "{found} is not a function", "{found} 不是函数"),
    Code("FEEL119", "{function} wants {wanted} for '{parameter}', not {found}",
         "{function} 的参数“{parameter}”须为 {wanted}，不能是 {found}"),
    Code("FEEL121", "the rule is written over {over}, not over {found}", "规则针对的是 {over}，而不是 {found}"),
    Code("FEEL120", "{function} has no parameter '{name}'", "{function} 没有参数“{name}”"),
]  # fmt: skip

REASONS = [
    Code("FEEL201", "{operator} with null is null", "{operator} 遇到空值，结果为空"),
    Code("FEEL202", "{operator} does not work between {left} and {right}", "{left} 与 {right} 之间不能用 {operator}"),
    Code("FEEL203", "{operator} has no result for these values", "{operator} 对这些值没有结果"),
    Code("FEEL204", "{operator} does not work on {kind}", "{kind} 不能用 {operator}"),
    Code("FEEL205", "there is nothing named '{name}'", "没有名为“{name}”的内容"),
    Code("FEEL206", "there is no type '{name}'", "没有类型“{name}”"),
    Code("FEEL207", "the context has no '{name}'", "上下文中没有“{name}”"),
    Code("FEEL208", "a {kind} has no '{name}'", "{kind} 没有“{name}”"),
    Code("FEEL209", "a {kind} cannot be gone through item by item", "{kind} 不能逐项遍历"),
    Code("FEEL210", "the number is too large", "数字过大"),
    Code("FEEL211", "division by zero", "除数为零"),
    Code("FEEL221", "{function} was called with {count} arguments", "{function} 的参数个数（{count}）不对"),
    Code("FEEL222", "{function} does not take {kind}", "{function} 不接受 {kind}"),
    Code("FEEL223", "{function} has no parameters named {names}", "{function} 没有名为 {names} 的参数"),
    Code("FEEL224", "{function} does not take {value} for '{name}'", "{function} 的参数“{name}”不能是 {value}"),
    Code("FEEL225", "{function} needs every item to be {kind}", "{function} 要求每一项都是 {kind}"),
    Code("FEEL226", "the pattern {pattern} is not valid", "正则表达式 {pattern} 无效"),
    Code("FEEL227", "{function} needs at least {least} items", "{function} 至少需要 {least} 项"),
    Code("FEEL228", "{function} needs entries with different keys and a value each",
         "{function} 的键须互不相同且各有值"),
    Code("FEEL229", "'{text}' is not a {kind}", "“{text}”不是 {kind}"),
    Code("FEEL230", "a {kind} is not {wanted}", "{kind} 不是 {wanted}"),
    Code("FEEL231", "a range in brackets cannot count down", "带括号的区间不能倒数"),
    Code("FEEL232", "the filter's condition gave {kind}, not yes or no", "筛选条件得到 {kind}，而不是真或假"),
    Code("FEEL233", "there is no item {position} among {count}", "共 {count} 项，没有第 {position} 项"),
    Code("FEEL234", "{kind} cannot be called", "{kind} 不能调用"),
    Code("FEEL235", "functions of other languages are not run", "不运行其他语言的函数"),
    Code("FEEL236", "{value} is not among the allowed values", "{value} 不在允许的取值中"),
    Code("FEEL237", "a condition gave {kind}, not yes or no", "条件得到 {kind}，而不是真或假"),
    Code("FEEL240", "the evaluation takes more than {max} steps", "求值超过 {max} 步"),
    Code("FEEL241", "the evaluation takes more than {max} seconds", "求值超过 {max} 秒"),
    Code("FEEL242", "functions call each other deeper than {max} levels", "函数互相调用超过 {max} 层"),
    Code("FEEL243", "a list has more than {max} items", "列表超过 {max} 项"),
    Code("FEEL244", "a text is longer than {max} characters", "文本超过 {max} 个字符"),
    Code("FEEL245", "the pattern or the text it is held against is too long", "正则表达式或被匹配文本过长"),
    Code("FEEL246", "the pattern takes too long", "正则匹配超时"),
    Code("FEEL247", "a context has more than {max} keys", "上下文超过 {max} 个键"),
    Code("FEEL251", "the stored rule cannot be compiled: {why}", "保存的规则无法编译：{why}"),
    Code("FEEL252", "{value} is no rule", "{value} 不是规则"),
    Code("FEEL299", "the values cannot be worked with ({error})", "这些值无法计算（{error}）"),
]  # fmt: skip

DECISIONS = [
    Code("FEEL301", "this is not a DMN file: {why}", "这不是 DMN 文件：{why}"),
    Code("FEEL302", "the file is refused: {why}", "拒绝该文件：{why}"),
    Code("FEEL311", "rules {rules} hit at once, but only one may", "规则 {rules} 同时命中，但只允许一条"),
    Code("FEEL312", "rules {rules} hit and do not say the same", "规则 {rules} 同时命中但结果不同"),
    Code("FEEL313", "{value} is not an allowed value of {input}", "{value} 不是 {input} 允许的取值"),
    Code("FEEL303", "this is no decision table: {why}", "这不是决策表：{why}",
         "a table has inputs, outputs and rules, and each rule has a cell for every column",
         "决策表须有 inputs、outputs 和 rules，每条规则每列一格"),
    Code("FEEL314", "decisions require each other: {names}", "决策相互依赖：{names}"),
]  # fmt: skip

declare([*SYNTAX, *CHECKS, *REASONS, *DECISIONS, *QUICK])
