"""Why an address may not be called."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    (
        Code(
            "url_not_allowed",
            "this address may not be called: {why}",
            "不允许访问这个地址：{why}",
            "Give the https address of a server on the internet; an operator can allow networks of his own "
            "with TESSERA_OUTBOUND_ALLOW.",
            "请填写互联网服务器的 https 地址；内部网络需由运维人员用 TESSERA_OUTBOUND_ALLOW 放行。",
        ),
    )
)
