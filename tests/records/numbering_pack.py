"""A pack with numbering rules of every kind."""

PACK = """
pack: demo
version: 1.0.0
title: {zh: 演示, en: Demo}
---
dictionary: kind
title: {zh: 类别, en: Kind}
items: {goods: {zh: 货物, en: Goods}, service: {zh: 服务, en: Service}}
---
object: branch
title: {zh: 分部, en: Branch}
display: name
fields:
  name: {type: text, title: {zh: 名称, en: Name}, required: true}
  code: {type: text, title: {zh: 代码, en: Code}}
""" + "".join(
    f"""---
object: {name}
title: {{zh: 单据, en: Document}}
display: number
numbering: {{field: number, rule: {name}}}
fields:
  number: {{type: text, title: {{zh: 编号, en: Number}}, readonly: true}}
  kind: {{type: choice, of: kind, title: {{zh: 类别, en: Kind}}}}
  branch: {{type: reference, to: branch, title: {{zh: 分部, en: Branch}}}}
  day: {{type: date, title: {{zh: 日期, en: Day}}}}
  worth: {{type: integer, title: {{zh: 值, en: Worth}}, range: '>= 0'}}
  mark: {{type: text, title: {{zh: 标记, en: Mark}}, as: 'if number = null then null else "#" + number'}}
---
numbering: {name}
{rule}
"""
    for name, rule in {
        "plain": "segments: [{text: P-}, {counter: 3}]",
        "fast": "segments: [{text: F}, {counter: 6}]\nmode: fast",
        "gapless": "segments: [{text: G}, {counter: 6}]\nmode: gapless",
        "narrow": "segments: [{text: N}, {counter: 1}]\nstart: 8",
        "rich": (
            "segments: [{field: kind, map: {goods: G, service: S}}, {field: branch.code, width: 3}, "
            "{date: yyyyMMdd, of: day}, {text: '-'}, {counter: 4}, {check: mod10}]\nscope: branch\nreset: day"
        ),
        "monthly": "segments: [{date: yy}, {date: MM}, {counter: 3}]\nreset: month",
        "quarterly": "segments: [{date: yyyy}, {text: Q}, {date: Q}, {text: '-'}, {counter: 2}]\nreset: quarter",
        "yearly": "segments: [{date: yyyy, of: day}, {counter: 3}]\nreset: year",
        "scoped": "segments: [{field: kind}, {text: '-'}, {counter: 2}]\nscope: kind",
        "checked": "segments: [{text: '79'}, {counter: 3}, {check: mod97}]",
        "eleven": "segments: [{text: '03'}, {counter: 3}, {check: mod11}]",
    }.items()
)
