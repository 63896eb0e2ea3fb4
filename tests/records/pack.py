"""The tests' pack: one small object for every mechanism of the counter."""

# ruff: noqa: E501 - a field of a pack reads best on one line

PACK = """
pack: demo
version: 1.0.0
title: {zh: 演示, en: Demo}
---
dictionary: grade
title: {zh: 等级, en: Grade}
open: true
items:
  A: {zh: 甲, en: Gold}
  B: {zh: 乙, en: Silver}
  C: {title: {zh: 丙, en: Bronze}, active: false, successor: B}
  D: {title: {zh: 丁, en: Tin}, valid_from: 2027-01-01}
  E: {title: {zh: 戊, en: Wood}, valid_to: 2025-12-31}
---
dictionary: colour
title: {zh: 颜色, en: Colour}
items: {red: {zh: 红, en: Red}, blue: {zh: 蓝, en: Blue}}
---
dictionary: zone
title: {zh: 区域, en: Zone}
open: true
depends_on: zone
items:
  east: {zh: 东, en: East}
  east_1: {title: {zh: 东一, en: East one}, parent: east}
---
dictionary: sector
title: {zh: 行业, en: Sector}
items: {food: {zh: 食品, en: Food}, tools: {zh: 工具, en: Tools}}
---
dictionary: branch
title: {zh: 细分, en: Branch}
open: true
depends_on: sector
items:
  bread: {title: {zh: 面包, en: Bread}, parent: food}
  saws: {title: {zh: 锯, en: Saws}, parent: tools}
---
object: unit
title: {zh: 单位, en: Unit}
display: name
organisation: {unit: {parent: parent}}
fields:
  name: {type: text, title: {zh: 名称, en: Name}, required: true, unique: true}
  code: {type: text, title: {zh: 代码, en: Code}, length: 10}
  parent: {type: reference, to: unit, title: {zh: 上级, en: Parent}}
---
object: person
title: {zh: 人员, en: Person}
display: name
organisation: {person: {user: user, unit: department}}
fields:
  name: {type: text, title: {zh: 姓名, en: Name}, required: true}
  user: {type: user, title: {zh: 账号, en: User}}
  department: {type: reference, to: unit, title: {zh: 部门, en: Department}, required: true}
---
object: client
title: {zh: 客户, en: Client}
display: name
traits: [owned, history, recycle]
numbering: {field: number, rule: client_number}
fields:
  number: {type: text, title: {zh: 编号, en: Number}, readonly: true}
  name: {type: text, title: {zh: 名称, en: Name}, required: true, length: 60, search: true}
  grade: {type: choice, of: grade, title: {zh: 等级, en: Grade}}
  tags: {type: choices, of: grade, title: {zh: 标签, en: Tags}}
  sector: {type: choice, of: sector, title: {zh: 行业, en: Sector}}
  branch: {type: choice, of: branch, depends_on: sector, title: {zh: 细分, en: Branch}}
  phone: {type: phone, title: {zh: 电话, en: Phone}}
  email: {type: email, title: {zh: 邮箱, en: E-mail}, unique: true}
  code: {type: text, title: {zh: 代码, en: Code}, pattern: '[A-Z]{2}[0-9]{3}', length: 5}
  limit: {type: money, title: {zh: 额度, en: Limit}, range: '>= 0', default: 1000}
  cap: {type: money, title: {zh: 上限, en: Cap}}
  secret_limit: {type: money, title: {zh: 内部额度, en: Inner limit}}
  twice: {type: money, title: {zh: 双倍, en: Twice}, as: secret_limit * 2}
  parent: {type: reference, to: client, title: {zh: 上级, en: Parent}, on_delete: clear}
  helpers: {type: references, to: person, title: {zh: 协助, en: Helpers}}
  password: {type: secret, title: {zh: 密码, en: Password}}
  address: {type: address, title: {zh: 地址, en: Address}}
  open_count: {type: integer, title: {zh: 单数, en: Open}, rollup: {count: true, of: deal, by: client, where: 'status != "dropped"'}}
  deal_total: {type: money, title: {zh: 总额, en: Total}, rollup: {sum: total, of: deal, by: client, where: 'status != "dropped"'}}
  last_deal: {type: date, title: {zh: 最近, en: Last}, rollup: {max: day, of: deal, by: client}}
  room: {type: money, title: {zh: 余额, en: Room}, as: limit - deal_total}
checks:
  within_cap: {that: deal_total <= cap, on: always, say: {zh: 超过上限, en: Above the cap}}
  not_own_parent: {that: parent = null or parent.id != id, field: parent, say: {zh: 不能是自己, en: Not its own parent}}
duplicates:
  by_name: {fields: [name], say: {zh: 同名, en: Same name}}
  by_phone: {fields: [phone], block: true, say: {zh: 电话重复, en: Same phone}}
---
numbering: client_number
segments: [{text: C}, {counter: 4}]
mode: dense
---
object: product
title: {zh: 产品, en: Product}
display: name
fields:
  name: {type: text, title: {zh: 名称, en: Name}, required: true, unique: true}
  price: {type: money, title: {zh: 单价, en: Price}, required: true}
  active: {type: boolean, title: {zh: 启用, en: Active}, required: true, default: true}
---
object: deal
title: {zh: 交易, en: Deal}
display: number
traits: [owned, history, recycle]
numbering: {field: number, rule: deal_number}
fields:
  number: {type: text, title: {zh: 编号, en: Number}, length: 30}
  client: {type: reference, to: client, title: {zh: 客户, en: Client}, required: true}
  contact: {type: reference, to: person, title: {zh: 联系人, en: Contact}}
  day: {type: date, title: {zh: 日期, en: Day}, required: true, default: '=today()'}
  status: {type: choice, title: {zh: 状态, en: Status}}
  grade: {type: choice, of: grade, title: {zh: 等级, en: Grade}, default: '=client.grade'}
  discount: {type: percent, title: {zh: 折扣, en: Discount}, default: 0, range: '[0..100]'}
  lines: {type: lines, of: deal_line, title: {zh: 明细, en: Lines}}
  net: {type: money, title: {zh: 净额, en: Net}, as: 'if count(lines) = 0 then 0 else sum(for l in lines return l.amount)'}
  total: {type: money, title: {zh: 总额, en: Total}, as: net * (100 - discount) / 100}
  client_name: {type: text, title: {zh: 客户名, en: Client name}, as: client.name}
  label: {type: text, title: {zh: 标签, en: Label}, as: 'if number = null then null else number + " / " + client.name'}
  why: {type: text, title: {zh: 原因, en: Why}}
  note: {type: text, title: {zh: 备注, en: Note}}
checks:
  has_lines: {that: count(lines) > 0, on: submit, field: lines, say: {zh: 没有明细, en: No lines}}
  brought: {that: "doc.discount <= 90 or doc.note", dialect: python, field: discount, say: {zh: 折扣过高须说明, en: Say why so cheap}}
  day_ok: {that: day >= date("2020-01-01"), field: day, say: {zh: 日期太早, en: Too early}}
---
object: deal_line
title: {zh: 交易明细, en: Deal line}
display: product_name
parent: deal
fields:
  deal: {type: reference, to: deal, title: {zh: 交易, en: Deal}, required: true, on_delete: cascade}
  product: {type: reference, to: product, title: {zh: 产品, en: Product}, required: true, where: active = true}
  product_name: {type: text, title: {zh: 产品名, en: Product name}, as: product.name}
  quantity: {type: decimal, scale: 3, title: {zh: 数量, en: Quantity}, required: true, range: '> 0'}
  price: {type: money, title: {zh: 单价, en: Price}, required: true, default: '=product.price'}
  amount: {type: money, title: {zh: 金额, en: Amount}, as: quantity * price}
  share: {type: percent, title: {zh: 占比, en: Share}, as: 'if deal.net = 0 then 0 else amount * 100 / deal.net'}
---
numbering: deal_number
segments: [{text: D}, {date: yyyyMM, of: day}, {text: '-'}, {counter: 3}]
reset: month
mode: gapless
---
lifecycle: deal
object: deal
field: status
states:
  draft: {title: {zh: 草稿, en: Draft}, phase: open, initial: true}
  sent: {title: {zh: 已发, en: Sent}, phase: active, lock: {except: [note]}}
  done: {title: {zh: 完成, en: Done}, phase: done, final: done, lock: true}
  dropped: {title: {zh: 放弃, en: Dropped}, phase: closed, final: cancelled, lock: true}
transitions:
  submit: {title: {zh: 提交, en: Submit}, from: draft, to: sent, require: [client, day], set: {note: '="sent by " + actor.login'}}
  finish: {title: {zh: 完成, en: Finish}, from: sent, to: done, who: [owner, {role: boss}]}
  drop: {title: {zh: 放弃, en: Drop}, from: [draft, sent], to: dropped, ask: [why], require: [why]}
  bundle: {title: {zh: 打包, en: Bundle}, from: draft, to: same, when: count(record.lines) > 1}
  raise: {title: {zh: 升级, en: Raise}, from: draft, to: same, when: record.total > 100, set: {grade: A}}
---
role: seller
title: {zh: 销售, en: Seller}
grants:
  client:
    read: {scope: department}
    create: {}
    update: {scope: own}
    delete: {scope: own}
    restore: {scope: own}
    fields: {secret_limit: hidden, limit: read, owner: read, department: read, phone: {read: masked, unless: record.owner = actor}}
  deal:
    read: {scope: department}
    create: {}
    update: {scope: own}
    delete: {scope: own}
    actions: [submit, drop, finish, raise]
  product: {read: {}}
  person: {read: {}}
  unit: {read: {}}
dictionaries: [grade]
---
role: boss
title: {zh: 主管, en: Boss}
grants:
  client:
    read: {scope: department_and_below}
    create: {}
    update: {scope: department_and_below}
    delete: {scope: department_and_below}
  deal:
    read: {scope: department_and_below}
    update: {scope: department_and_below}
    actions: ['*']
  product: {read: {}, create: {}, update: {}}
  person: {read: {}}
  unit: {read: {}}
---
role: clerk
title: {zh: 内勤, en: Clerk}
grants:
  deal: {read: {}, actions: [submit, bundle]}
  client: {read: {}}
---
role: keeper
title: {zh: 客户经理, en: Keeper}
grants:
  deal: {read: {when: record.client.owner = actor}, update: {when: record.client.owner = actor}}
---
role: glimpser
title: {zh: 旁观, en: Glimpser}
grants:
  deal: {read: {}, fields: {discount: hidden, lines: hidden}}
---
role: buyer
title: {zh: 采购, en: Buyer}
grants:
  deal: {read: {}, create: {}, update: {}}
  client: {read: {}}
  product: {read: {}, fields: {active: hidden}}
---
role: guest
title: {zh: 访客, en: Guest}
grants:
  product: {read: {when: record.active = true}}
---
form: client
of: client
sections:
  base:
    title: {zh: 基本, en: Base}
    fields: [name, {field: grade, required: sector = "food"}, {field: branch, visible: sector != null}, {field: phone, readonly: grade = "A"}]
---
list: client
of: client
columns: [name, number, grade, owner, deal_total]
sort: [name]
views:
  mine: {title: {zh: 我的, en: Mine}, where: owner = actor}
"""
