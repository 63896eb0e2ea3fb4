"""The codes of the terminal door."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "cannot_listen",
            "{host}:{port} cannot be listened on: {why}",
            "无法监听 {host}:{port}：{why}",
            "Stop what holds the port, or choose another with --port.",
            "请停止占用该端口的程序，或用 --port 另选端口。",
        ),
    ]
)
