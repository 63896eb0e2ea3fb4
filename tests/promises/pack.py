"""The pack of the promises: an account with a roll-up, entries with lines and gapless numbers, and its next version."""

# ruff: noqa: E501 - a pack is read along its lines

from __future__ import annotations

from pathlib import Path

PACK = """
pack: promises
version: 1.0.0
title: {zh: 承诺, en: Promises}
engine: ">=0.1"
languages: [zh, en]
---
dictionary: grade
title: {zh: 等级, en: Grade}
items: {A: {zh: 甲, en: First}, B: {zh: 乙, en: Second}}
---
object: account
title: {zh: 账户, en: Account}
display: name
traits: [owned, history, recycle]
numbering: {field: number, rule: account_number}
fields:
  number: {type: text, title: {zh: 编号, en: Number}, readonly: true}
  name: {type: text, title: {zh: 名称, en: Name}, required: true, search: true, length: 80}
  code: {type: text, title: {zh: 代码, en: Code}, unique: true, length: 20}
  grade: {type: choice, of: grade, title: {zh: 等级, en: Grade}}
  limit: {type: money, title: {zh: 额度, en: Limit}, range: ">= 0", default: 0}
  weight: {type: decimal, scale: 3, title: {zh: 重量, en: Weight}}
  count: {type: integer, title: {zh: 计数, en: Count}, default: 0}
  since: {type: date, title: {zh: 起始, en: Since}}
  note: {type: text, title: {zh: 备注, en: Note}, length: 200}
  posted: {type: money, title: {zh: 已过账, en: Posted}, rollup: {sum: total, of: entry, by: account, where: 'status = "posted"'}}
  entries: {type: integer, title: {zh: 分录数, en: Entries}, rollup: {count: true, of: entry, by: account}}
  room: {type: money, title: {zh: 余额, en: Room}, as: limit - posted}
---
numbering: account_number
segments: [{text: A}, {counter: 6}]
mode: dense
---
object: entry
title: {zh: 分录, en: Entry}
display: number
traits: [owned, history, recycle]
numbering: {field: number, rule: entry_number}
fields:
  number: {type: text, title: {zh: 编号, en: Number}, readonly: true}
  account: {type: reference, to: account, title: {zh: 账户, en: Account}, required: true}
  label: {type: text, title: {zh: 标签, en: Label}, length: 80}
  status: {type: choice, title: {zh: 状态, en: Status}}
  posted_by: {type: text, title: {zh: 过账人, en: Posted by}}
  lines: {type: lines, of: entry_line, title: {zh: 明细, en: Lines}}
  total: {type: money, title: {zh: 合计, en: Total}, as: 'if count(lines) = 0 then 0 else sum(for l in lines return l.amount)'}
checks:
  has_lines: {that: count(lines) > 0, on: post, field: lines, say: {zh: 没有明细, en: No lines}}
  not_too_much: {that: total <= 1000000, field: total, say: {zh: 太多, en: Too much}}
---
object: entry_line
title: {zh: 分录明细, en: Entry line}
display: text
parent: entry
fields:
  entry: {type: reference, to: entry, title: {zh: 分录, en: Entry}, required: true, on_delete: cascade}
  text: {type: text, title: {zh: 内容, en: Text}}
  quantity: {type: decimal, scale: 3, title: {zh: 数量, en: Quantity}, required: true, range: "> 0"}
  price: {type: money, title: {zh: 单价, en: Price}, required: true}
  amount: {type: money, title: {zh: 金额, en: Amount}, as: quantity * price}
---
numbering: entry_number
segments: [{text: E}, {counter: 6}]
mode: gapless
---
lifecycle: entry
object: entry
field: status
states:
  draft: {title: {zh: 草稿, en: Draft}, phase: open, initial: true}
  posted: {title: {zh: 已过账, en: Posted}, phase: done, final: done, lock: true}
transitions:
  post: {title: {zh: 过账, en: Post}, from: draft, to: posted, set: {posted_by: '="by " + actor.login'}}
---
role: clerk
title: {zh: 文员, en: Clerk}
grants:
  account: {read: {}, create: {}, update: {}, delete: {}, restore: {}}
  entry: {read: {}, create: {}, update: {}, delete: {}, restore: {}, actions: [post]}
"""
_NOTE = "  note: {type: text, title: {zh: 备注, en: Note}, length: 200}\n"
_MORE = """\
  rank: {type: integer, title: {zh: 级别, en: Rank}, default: 7}
  double: {type: integer, title: {zh: 双倍, en: Double}, as: count * 2}
"""
# the next version: two fields more (one of them calculated for every old record), and an index
NEXT_PACK = (
    PACK.replace("version: 1.0.0", "version: 1.1.0")
    .replace(_NOTE, _NOTE + _MORE)
    .replace("en: Since}}", "en: Since}, index: true}")
)


def write_pack(folder: Path, text: str) -> Path:
    """Write a pack into its folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    return folder
