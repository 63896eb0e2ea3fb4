"""Why something cannot be said in SQL, in Chinese; the rooms that refuse write the English."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.kernel.text import LocalText
from engine.rules.wording import KINDS

# ``{}`` stands for what changes: a kind, a name or a number
CHINESE: Mapping[str, str] = {
    "only texts fit here in SQL": "此处在 SQL 中只能是文本",
    "start and length must be known beforehand": "起点和长度须事先确定",
    "start and length must be whole and at least 1": "起点和长度须为不小于 1 的整数",
    "only the date of a date and time can be taken in SQL": "在 SQL 中只能从日期时间取日期",
    "'{}' has no exact counterpart in both databases": "“{}”在两种数据库中没有完全对应的写法",
    "the databases know capitals of some alphabets only": "数据库只认识部分文字的大小写",
    "patterns differ between the databases": "两种数据库的正则表达式不同",
    "it divides; compare the sum with a product of the count": "它含除法；请用合计与个数之积比较",
    "months differ in length; compare the date with one that is known beforehand":
        "各月长短不一；请与事先确定的日期比较",
    "a date and time without a zone is no instant": "没有时区的日期时间不是确定的时刻",
    "a {} cannot be calculated with in SQL": "{}在 SQL 中不能参与计算",
    "columns hold times without a zone": "列中的时间没有时区",
    "a {} has no opposite in SQL": "{}在 SQL 中不能取负",
    "the two databases divide in their own ways; compare with a product, or keep the figure in a field":
        "两种数据库的除法不同；请改用乘积比较，或把结果存为字段",
    "databases have no exact powers": "数据库没有精确的乘方",
    "this combination has no exact meaning in SQL": "这种组合在 SQL 中没有确切含义",
    "the result has more than {} digits behind the point": "结果的小数超过 {} 位",
    "days can be added to a field only when their number is known beforehand": "只有天数事先确定时才能加到字段上",
    "rows have no order of their own, so no positions": "行没有固有的顺序，不能按位置取",
    "only the lines of a record can be gone through in SQL": "在 SQL 中只能遍历记录的明细行",
    "only a list of lines can be summed up in SQL": "在 SQL 中只能汇总明细行",
    "only a field of the lines can be summed up in SQL": "在 SQL 中只能汇总明细行的字段",
    "a {} cannot be summed up": "{}不能求和",
    "a {} has no order": "{}没有大小顺序",
    "only one list of lines can be gone through in SQL": "在 SQL 中一次只能遍历一组明细行",
    "it has no counterpart in both databases": "两种数据库中没有对应的写法",
    "it is nested too deeply; keep a part of it in a field": "嵌套过深；请把一部分存为字段",
    "there is no column for it": "没有与之对应的列",
    "it has no place in a row": "行中没有它的位置",
    "a list of values can only be counted, summed up or searched in SQL": "值的列表在 SQL 中只能计数、求和或查找",
    "'{}' cannot be taken from a {} in SQL": "在 SQL 中不能取“{}”，它所在的是{}",
    "both branches must be of one kind": "两个分支的类型须相同",
    "it can only be compared with null in SQL": "在 SQL 中只能与空值比较",
    "only single values can be looked for in SQL": "在 SQL 中只能查找单个值",
    "a {} that is not written out cannot be looked into": "没有写明的{}不能查找",
    "a range that is not written out cannot be looked into": "没有写明的区间不能查找",
    "only built-in functions, called by position, can be said in SQL": "SQL 中只能用按位置传参的内置函数",
    "records are looked for with 'in'": "查找记录请用 in",
    "only a list of codes or references can be searched in SQL": "在 SQL 中只能查找代码或引用的列表",
    "a list of rows can only be counted, summed up or searched in SQL": "行的列表在 SQL 中只能计数、求和或查找",
    "a list of values can only be summed up in SQL": "值的列表在 SQL 中只能求和",
    "there are no contexts in SQL": "SQL 中没有上下文",
    "a list can only stand behind 'in'": "列表只能用在 in 之后",
    "a range can only stand behind 'in'": "区间只能用在 in 之后",
    "types are not asked for in SQL": "SQL 中不判断类型",
    "there are no functions of one's own in SQL": "SQL 中没有自定义函数",
    "the tests of a cell are not said in SQL": "单元格条件不转换为 SQL",
    "a stored rule is worked out record by record": "保存的规则只能逐条记录计算",
}  # fmt: skip

_SHAPES = [
    (re.compile(re.escape(english).replace(re.escape("{}"), "(.+)")), chinese)
    for english, chinese in CHINESE.items()
    if "{}" in english
]


def reason_text(english: str) -> LocalText:
    """Return a reason in both languages; one that has no Chinese stays English."""
    return LocalText({"en": english, "zh": CHINESE.get(english) or _shaped(english)})


def _shaped(english: str) -> str:
    for shape, chinese in _SHAPES:
        if found := shape.fullmatch(english):
            return chinese.format(*(KINDS.get(part, part) for part in found.groups()))
    return english
