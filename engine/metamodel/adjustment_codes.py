"""The codes of adjustments and explosions: how rules work out a value, and which parts a line has."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare([
    Code("unknown_stage", "There is no stage {stage}{guess}", "没有阶段 {stage}{guess}"),
    Code("adjustment_no_tree", "{field} does not lead into a tree", "{field} 不在树形结构中",
         "Leave 'below' out, or point to an object with a reference to itself or to a dictionary that is a tree.",
         "请去掉 below，或指向带有自身引用的对象、树形数据字典。"),
    Code("adjustment_condition", "{field} holds no condition over {object}", "{field} 不是针对 {object} 的条件",
         "Name a field of type expression whose 'over' is that object.", "请用 over 为该对象的 expression 字段。"),
    Code("adjustment_combinations", "{field} is not a choice of: {known}", "{field} 的可选值必须是：{known}",
         "Use a closed dictionary with these items only.", "请使用只含这些条目的封闭数据字典。"),
    Code("adjustment_moves", "Which rules are in force may not change by itself", "生效的规则不能随时间自行变化",
         "Say since and until when a rule holds.", "请用 since 和 until 说明规则的有效期。"),
    Code("adjustment_twice", "{other} already works out values of {object}", "{other} 已在计算 {object} 的值",
         "One adjustment may have several stages.", "请在同一个 adjustment 中分阶段。"),
    Code("adjustment_reads_result", "The item reads {field}, which comes out of it", "条件读取了由其计算得出的 {field}",
         "Read what the result does not change.", "请读取不受结果影响的字段。"),
    Code("explosion_twice", "{other} already explodes lines of {object}", "{other} 已在展开 {object} 的明细"),
    Code("explosion_of_lines", "{object} is not an object of lines", "{object} 不是明细对象"),
    Code("explosion_parts", "{path} does not lead over a reference to lines", "{path} 不是经引用到达的明细",
         "Write reference.lines.", "请写 引用字段.明细字段。"),
    Code("bad_edge", "{field} does not point to {object}", "{field} 不指向 {object}",
         "One field points to its own object; of two, both point to the same object.",
         "单个字段须引用本对象；两个字段须引用同一个对象。"),
])  # fmt: skip
