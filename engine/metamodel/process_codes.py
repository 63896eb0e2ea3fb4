"""Every complaint about processes: approvals, rules, assignments, clocks, conversions, messages."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

LINKS = [
    Code("unknown_approval", "There is no approval {approval}{guess}", "没有审批 {approval}{guess}"),
    Code("unknown_automation", "There is no automation {automation}{guess}", "没有自动化 {automation}{guess}"),
    Code("unknown_assignment", "There is no assignment {assignment}{guess}", "没有分派规则 {assignment}{guess}"),
    Code("unknown_conversion", "There is no conversion {conversion}{guess}", "没有转换 {conversion}{guess}"),
    Code("unknown_decision", "There is no decision {decision}{guess}", "没有决策 {decision}{guess}"),
    Code("unknown_input", "The decision has no input {input}{guess}", "该决策没有输入 {input}{guess}"),
    Code("unknown_print", "There is no print format {print}{guess}", "没有打印格式 {print}{guess}"),
    Code("unknown_message", "There is no message {message}{guess}", "没有消息 {message}{guess}"),
    Code("unknown_connector", "There is no connector {connector}{guess}", "没有连接器 {connector}{guess}"),
    Code("unknown_worktime", "There is no worktime {worktime}{guess}", "没有工作时间 {worktime}{guess}"),
    Code("unknown_step", "The flow has no step {step}{guess}", "流程中没有步骤 {step}{guess}"),
    Code("unknown_param_column", "The table has no column {param_column}{guess}", "表中没有列 {param_column}{guess}"),
    Code("unknown_zone", "There is no time zone {zone}{guess}", "没有时区 {zone}{guess}"),
    Code("unknown_holidays", "There is no calendar of holidays {calendar}{guess}", "没有节假日历 {calendar}{guess}",
         "Write a country in small letters: cn_public_holidays.", "写国家的小写代码，例如 cn_public_holidays。"),
    Code("unknown_login", "The test has no user {login}{guess}", "测试中没有用户 {login}{guess}"),
    Code("unknown_record", "The test has no record {record}{guess}", "测试中没有记录 {record}{guess}",
         "Name it under records, or with as where it is made.", "请在 records 中命名，或在创建时用 as 命名。"),
    Code("about_another", "The {kind} {id} is about {about}, not about {object}",
         "{kind} {id} 针对 {about}，而不是 {object}"),
]  # fmt: skip

WORDS = [
    Code("verb_first", "{key} does not say what is done{guess}", "{key} 没有说明要做什么{guess}",
         "The first key is the verb, one of: {known}.", "第一个键必须是动词，可用：{known}。"),
    Code("not_a_setting", "{verb} has no setting {key}", "{verb} 没有设置项 {key}"),
    Code("one_of", "{where} needs exactly one of: {known}", "{where} 必须且只能有其中之一：{known}"),
    Code("formula_wanted", "A formula is wanted here, not {value}", "此处应为公式，而不是 {value}",
         "Begin it with '='.", "以 = 开头。"),
    Code("list_wanted", "A list is wanted here, not {type}", "此处应为列表，而不是 {type}"),
    Code("name_taken", "The name {name} already means something here", "名称 {name} 在此处已有含义",
         "Choose another.", "请换一个名称。"),
    Code("not_given", "{field} of {object} is required, but gets no value", "{object} 的 {field} 必填，但没有赋值"),
    Code("bad_template", "The template cannot be read: {problem}", "模板有误：{problem}"),
]  # fmt: skip

PEOPLE = [
    Code("not_people", "{what} is not a person", "{what} 不是人员", "Name a field of type user, or an expression that "
         "yields people.", "请用 user 类型的字段，或得到人员的表达式。"),
    Code("no_assignee", "{object} has no person field assignee", "{object} 没有人员字段 assignee",
         "assignee means the record's field of that name, or, in the clock of a task, whoever holds it.",
         "assignee 指记录的同名字段；在任务时钟中指任务的办理人。"),
    Code("no_submitter", "Nobody has submitted anything here", "此处没有提交人",
         "submitter is known in approvals only; use actor or owner.", "submitter 仅用于审批；请用 actor 或 owner。"),
    Code("user_not_portable", "The login {user} belongs to one tenant and ties the pack to it",
         "登录名 {user} 只属于一个租户", "Name a role or a position.", "请改用角色或岗位。"),
]  # fmt: skip

EFFECTS = [
    Code("refuse_outside", "Only a rule with phase: in_tx can refuse a save", "只有 phase: in_tx 的规则可以拒绝保存"),
    Code("into_outside", "Only a do step of a flow can wait for an answer", "只有流程的 do 步骤可以等待应答",
         "Leave into out, or call from a do step.", "请去掉 into，或放到 do 步骤中调用。"),
    Code("task_verb_outside", "{verb} is for tasks, and no task runs on this clock", "{verb} 用于任务，此时钟没有任务",
         "Use an effect such as notify.", "请用 notify 等动作。"),
]  # fmt: skip

FLOWS = [
    Code("steps_wanted", "An approval needs a list of steps", "审批需要步骤列表",
         "Only an approval that extends another changes steps by id.", "只有 extends 的审批才能按 id 修改步骤。"),
    Code("step_twice", "The step {step} stands in the flow twice", "步骤 {step} 在流程中重复",
         "Ids of steps are unique within the whole flow.", "步骤 id 在整个流程中必须唯一。"),
    Code("choose_without_else", "{step} does not say what happens when nothing fits", "{step} 没有说明都不符合时怎么办",
         "Add a last way with else: true, or write else: none.", "最后加一项 else: true，或写 else: none。"),
    Code("behind_else", "Nothing can come after else", "else 之后不能再有分支"),
    Code("stop_in_parallel", "A flow cannot stop inside of branches that run together", "并行分支内不能结束流程",
         "Let the step fail, or stop after the block.", "请让步骤不通过，或在块之后结束。"),
    Code("join_too_large", "{join} branches cannot pass, there are {branches}",
         "只有 {branches} 个分支，无法要求 {join} 个"),
    Code("sequence_of_any", "One after another and any contradict each other", "依次审批与任一通过相互矛盾",
         "Use mode: all, or order: together.", "请用 mode: all 或 order: together。"),
    Code("pass_without_vote", "pass counts votes, but this step does not vote", "pass 用于计票，但此步骤不投票",
         "Add mode: vote.", "请加上 mode: vote。"),
    Code("veto_without_vote", "A veto counts only in a vote", "否决权仅用于投票", "Add mode: vote.",
         "请加上 mode: vote。"),
    Code("required_but_hidden", "{field} must be filled, but is hidden", "{field} 必填，但被隐藏"),
    Code("written_but_hidden", "{field} may be written, but is hidden", "{field} 可写，但被隐藏"),
    Code("return_not_before", "{step} does not stand before this step on its way", "{step} 不在此步骤之前的路径上",
         "Name a person's step before it in the same branch, or before the block.",
         "请写同一分支内或块之前的人工步骤。"),
    Code("sms_not_enough", "{step} needs a signature or fields, which no short message gives",
         "{step} 需要签名或必填字段，无法用短信审批"),
    Code("clock_not_enough", "{step} needs a signature or fields, so a clock cannot approve it",
         "{step} 需要签名或必填字段，不能超时自动通过",
         "Let the clock remind or escalate, or let the step not require them.",
         "请改为催办或上报，或取消该步骤的必填要求。"),
    Code("clock_adds_to_all", "A clock adds voices only where any of them decides",
         "时钟只能在任一通过的步骤中增加审批人", "Use mode: any, or escalate.", "请用 mode: any，或改用 escalate。"),
    Code("approvals_overlap", "{first} and {second} may both fit the same record",
         "{first} 与 {second} 可能同时适用于同一记录",
         "Give them different priorities, or conditions that exclude each other.", "请设置不同优先级，或互斥的条件。"),
    Code("walk_twice", "There are two tests {name}", "测试 {name} 重复",
         "Tests of an approval are told by their names.", "同一审批的测试名称必须唯一。"),
    Code("one_decision", "A decision needs one person", "每个决定需要且只能有一个人",
         "Write {lin: reject, comment: too low}.", "写作 {lin: reject, comment: 太低}。"),
    Code("empty_passes", "The step {step} passes when nobody is found", "找不到人时步骤 {step} 会直接通过"),
    Code("self_allowed", "In {step} one may approve one's own", "步骤 {step} 允许自己审批自己"),
    Code("repeat_without_material", "{step} passes repeated approvals, but no field is material",
         "{step} 跳过重复审批，但没有关键字段", "List the fields under subject.material.",
         "请在 subject.material 中列出。"),
    Code("no_clock", "Nobody is reminded when {step} waits", "步骤 {step} 没有时限，无人催办", "Add an sla.",
         "请加上 sla。"),
]  # fmt: skip

LIVES = [
    Code("way_around_gate", "While {state} waits for approval, {transitions} would lead out of it",
         "在 {state} 等待审批时，{transitions} 可离开该状态", "Take the state out of their from.",
         "请从其 from 中去掉该状态。"),
    Code("not_by_gate", "{approval} cannot be started by a gate", "{approval} 不能由关卡发起",
         "Add gate to its start.by.", "请在其 start.by 中加上 gate。"),
    Code("auto_without_when", "It would fire at once, always", "没有条件会立即触发", "Give it a when.",
         "请加上 when。"),
    Code("auto_to_itself", "It leads back to a state from which it fires by itself", "自动动作回到了自身的出发状态"),
    Code("nobody_to_ask", "It fires by itself, so there is nobody to ask", "自动触发，无人可询问"),
    Code("state_still_there", "The state {state} is still there", "状态 {state} 仍然存在",
         "migrate names states that are gone.", "migrate 只写已去掉的状态。"),
]  # fmt: skip

RULES = [
    Code("where_of_raised", "The record that raised the rule is known; where would look for another",
         "触发规则的记录已知，where 会查找别的记录", "Use when.", "请用 when。"),
    Code("in_tx_of_nothing", "No save raises this rule, so it cannot run inside of one",
         "没有保存触发此规则，不能在其事务内运行"),
    Code("no_actor", "Nobody acts when the clock raises this rule", "由时钟触发时没有操作者",
         "Add run_as: system or run_as: {user: login}.", "请写 run_as: system 或 run_as: {user: 登录名}。"),
    Code("bad_pattern_place", "{place} is not a place of a pattern", "{place} 不是合法的占位",
         "Write {name:number}; types are number, text, word, date, or a range such as 1-5.",
         "写作 {name:number}；类型为 number、text、word、date 或 1-5 这样的范围。"),
    Code("bad_cron", "{value} is not a cron expression", "{value} 不是 cron 表达式",
         "Five fields: minute, hour, day, month, weekday.", "五个字段：分、时、日、月、星期。"),
    Code("raises_itself", "{automation} changes {field}, which raises it again",
         "{automation} 修改了触发它的字段 {field}"),
    Code("system_updates", "{automation} changes {object} with the rights of the system",
         "{automation} 以系统权限修改 {object}"),
    Code("nothing_stays_open", "Nothing can stay open, so it happens once", "没有可剩余的数量，只能转换一次",
         "Name the quantity of some lines.", "请为明细写 quantity。"),
]  # fmt: skip

TIMES = [
    Code("nobody_works", "Nobody ever works", "没有任何工作时间"),
    Code("spans_out_of_order", "{value} does not come after the span before it", "{value} 的先后有误"),
    Code("two_defaults", "{first} is already the tenant's own", "{first} 已是默认"),
]  # fmt: skip

declare([*LINKS, *WORDS, *PEOPLE, *EFFECTS, *FLOWS, *LIVES, *RULES, *TIMES])
