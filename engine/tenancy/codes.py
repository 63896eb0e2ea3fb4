"""The codes of tenancy."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "no_such_tenant",
            "There is no tenant {tenant}.",
            "租户 {tenant} 不存在。",
            "List them with: tessera tenant list",
            "查看所有租户：tessera tenant list",
        ),
        Code("tenant_exists", "There is already a tenant {tenant}.", "租户 {tenant} 已存在。"),
        Code(
            "bad_tenant_name",
            "{tenant} cannot be the name of a tenant.",
            "{tenant} 不能作为租户名称。",
            "Use small letters, digits and _, beginning with a letter, at most 48.",
            "请使用小写字母、数字和下划线，以字母开头，最多 48 个字符。",
        ),
        Code(
            "tenant_place_taken",
            "The place of {tenant} already holds data of a tenant.",
            "{tenant} 的存储位置已有租户数据。",
            "Adopt it, or choose another address.",
            "请接管该位置，或更换地址。",
        ),
        Code(
            "older_pack",
            "{pack} is installed in version {installed}; {version} is older.",
            "{pack} 已安装版本 {installed}；{version} 为更早的版本。",
            "Return to an earlier version of the tenant instead.",
            "请改用“恢复到早期版本”。",
        ),
        Code("pack_not_installed", "{pack} is not installed.", "未安装 {pack}。"),
        Code(
            "overlay_clashes",
            "The upgrade and the tenant's own changes contradict each other.",
            "升级内容与租户自有修改相互冲突。",
            "Decide for each: pack, or overlay.",
            "请逐条决定采用升级包还是自有修改。",
        ),
        Code(
            "overlay_clash",
            "{words}: the pack says {after}, the tenant has its own ({wish}).",
            "{words}：升级包的取值为 {after}，租户另有自己的设置（{wish}）。",
            "Decide: pack, or overlay.",
            "请决定采用升级包（pack）还是自有修改（overlay）。",
        ),
        Code(
            "overlay_lost",
            "{words} is not there any more, so that the tenant's change of it is lost ({wish}).",
            "{words} 已不存在，租户对其所作的修改将失效（{wish}）。",
            "Agree: pack.",
            "请确认：pack。",
        ),
        Code(
            "overlay_not_yours",
            "Only administrators change how the system is set up.",
            "只有管理员可以调整系统设置。",
            "Ask an administrator.",
            "请联系管理员。",
        ),
        Code(
            "draft_faults",
            "{count} things to put right before this can be part of the draft.",
            "有 {count} 处需要更正，才能加入草稿。",
        ),
        Code(
            "draft_moved",
            "{by} has changed the draft meanwhile.",
            "{by} 刚刚修改过草稿。",
            "Look at it again, then repeat your change.",
            "请重新查看后再修改。",
        ),
        Code("no_definition", "There is no {kind} {id}.", "没有 {kind} {id}。"),
        Code("draft_empty", "There is nothing to apply.", "草稿中没有修改。"),
        Code(
            "draft_full",
            "The draft holds {count} changes already.",
            "草稿中已有 {count} 处修改。",
            "Apply them first.",
            "请先应用这些修改。",
        ),
        Code(
            "draft_misfits",
            "Data in {count} places would not fit.",
            "有 {count} 处现有数据不符合新的设置。",
            "Correct the data, or change the draft.",
            "请先更正数据，或修改草稿。",
        ),
        Code(
            "bad_edit",
            "This is not an edit.",
            "这不是有效的修改。",
            "Write verb (set, insert, remove, move), kind, id and path; value, after and to where they belong.",
            "请写明 verb（set、insert、remove、move）、kind、id 和 path，按需写 value、after 和 to。",
        ),
    ]
)
