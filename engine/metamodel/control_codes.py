"""The codes of roles, scopes, restrictive rules, sharing and separation of duties."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

CODES = [
    Code("no_such_marker", "No object holds the {kind} of the organisation", "没有对象保存组织的 {kind}",
         "Mark one object with it under its key 'organisation', or leave this key out.",
         "请在一个对象的 organisation 键下标记它，或去掉该键。"),
    Code("unknown_scope", "There is no scope {scope}{guess}", "没有范围 {scope}{guess}",
         "Scopes are own, team, department, department_and_below, company, company_and_below, group, shared, all, and "
         "the trees of the organisation.",
         "可用的范围：own、team、department、department_and_below、company、company_and_below、group、shared、all，"
         "以及组织中的树。"),
    Code("scope_needs_organisation", "The scope {scope} needs an object that holds the {kind} of the organisation",
         "范围 {scope} 需要一个保存组织 {kind} 的对象"),
    Code("scope_needs_by", "It is not clear by which field {scope} goes on {object}",
         "{object} 上的范围 {scope} 不知道以哪个字段为准", "Write 'by: field'.", "请写 by: 字段。"),
    Code("scope_wrong_field", "The scope {scope} cannot go by {field}, which is of type {type}",
         "范围 {scope} 不能以 {field}（类型 {type}）为准"),
    Code("unknown_privilege", "There is no privilege {privilege}{guess}", "没有特权 {privilege}{guess}",
         "Declare it: 'privilege: name' with a title.", "请先声明：privilege: 名称，并写标题。"),
    Code("unknown_action", "{object} has no action {action}{guess}", "{object} 没有动作 {action}{guess}"),
    Code("unknown_area", "There is no administration area {area}{guess}", "没有管理范围 {area}{guess}"),
    Code("no_roles_here", "The area {area} gives no roles", "管理范围 {area} 不涉及授予角色",
         "Roles belong to assignments.", "roles 只用于 assignments。"),
    Code("never_says_one", "The rule says exactly one of: roles, rights, when, role", "规则必须且只能写 roles、rights、"
         "when、role 之一"),
    Code("never_counts", "A rule about a role says at_least or at_most", "关于角色的规则需写 at_least 或 at_most"),
    Code("role_breaks_never", "The role {role} by itself holds all that {rule} keeps apart",
         "角色 {role} 本身就同时拥有 {rule} 要分开的权限", "Take one of the rights from the role.",
         "请从该角色去掉其中一项权限。"),
]  # fmt: skip

declare(CODES)
