"""A pack of shops and their sales: trees of both sorts, hidden shops, a masked figure."""

PACK = """
pack: trade
version: 1.0.0
title: {zh: 贸易, en: Trade}
---
dictionary: area
title: Area
depends_on: area
items:
  north: North
  south: South
  oslo: {title: Oslo, parent: north}
  bergen: {title: Bergen, parent: north}
  rome: {title: Rome, parent: south}
---
dictionary: grade
title: Grade
items:
  gold: {zh: 金, en: Gold}
  silver: {zh: 银, en: Silver}
  none: {zh: 无, en: None}
---
object: branch
title: Branch
display: name
fields:
  name: {type: text, title: Name}
  parent: {type: reference, to: branch, title: Above}
---
object: shop
title: Shop
display: name
traits: [owned, recycle]
fields:
  name: {type: text, title: Name}
  area: {type: choice, of: area, title: Area}
  branch: {type: reference, to: branch, title: Branch}
---
object: aim
title: Aim
display: name
traits: [owned]
fields:
  name: {type: text, title: Name}
  day: {type: date, title: Day}
  amount: {type: money, title: Amount, currency: EUR}
---
object: sale
title: Sale
display: name
traits: [owned, recycle]
fields:
  name: {type: text, title: Name}
  shop: {type: reference, to: shop, title: Shop}
  grade: {type: choice, of: grade, title: Grade}
  day: {type: date, title: Day}
  at: {type: datetime, title: At}
  good: {type: boolean, title: Good}
  amount: {type: money, title: Amount, currency: EUR}
  cost: {type: money, title: Cost, currency: EUR}
  pieces: {type: integer, title: Pieces}
---
dataset: aims
of: aim
title: Aims
dimensions:
  day: {as: day, grain: [month, quarter, year]}
  owner: owner
measures:
  amount: {sum: amount}
---
dataset: sales
of: sale
title: Sales
dimensions:
  day: {as: day, grain: [month, day, week, quarter, year]}
  at: {as: at, grain: [day, month]}
  shop: shop
  area: {as: shop.area, tree: true}
  branch: {as: shop.branch, tree: branch}
  grade: grade
  good: good
  owner: owner
  name: name
measures:
  sales: {count: true}
  amount: {sum: amount}
  pieces: {sum: pieces}
  mean: {average: amount}
  least: {min: amount}
  last: {max: day}
  shops: {count_distinct: shop}
  gold: {count: true, where: grade = "gold"}
  cost: {sum: cost}
  margin: {as: amount - cost, format: money}
  each: {as: 'if sales = 0 then null else amount / sales', format: money}
  share: {share: amount}
  growth: {compare: amount, with: previous_year}
  before: {compare: amount, with: previous_period, gives: value}
  reached: {cumulate: sales, from: end}
  aim: {take: aims.amount}
  attained: {as: 'if aim = null then null else amount / aim * 100', format: percent}
  kept: {compare: reached, with: previous_row, gives: ratio}
---
chart: by_month
title: By month
dataset: sales
kind: line
rows: day
values: [amount, growth]
---
chart: by_shop
title: By shop
dataset: sales
kind: bar
rows: shop
values: amount
sort: -amount
top: 2
---
chart: this_year
title: This year
dataset: sales
kind: number
values: [amount, growth]
period: this_year
---
chart: steps
title: Steps
dataset: sales
kind: funnel
rows: grade
values: [sales, reached, kept]
---
chart: margins
title: Margins
dataset: sales
kind: bar
rows: grade
values: margin
---
dashboard: trade
title: Trade
filters: [period, grade]
tiles:
  year: {chart: this_year}
  months: {chart: by_month, width: 8}
  margins: {chart: margins}
  newest: {list: sale}
---
role: seller
title: Seller
grants:
  branch: {read: {}}
  shop: {read: {scope: own}}
  sale:
    read: {when: record.owner = actor or record.grade = "silver"}
    fields: {cost: hidden}
"""
