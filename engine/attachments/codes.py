"""The codes of uploads."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "no_file_field",
            "No file can be put into {object}.{field}",
            "不能向 {object}.{field} 上传文件",
            "Name an object and one of its fields for files that you may fill in.",
            "请指明对象，以及你可以填写的文件类字段。",
        ),
        Code(
            "not_an_image",
            "{name} is not a picture",
            "{name} 不是图片",
            "Choose a PNG, JPEG, GIF or WebP picture.",
            "请选择 PNG、JPEG、GIF 或 WebP 图片。",
        ),
        Code("nothing_in_file", "{name} is empty", "{name} 是空文件", "Choose another file.", "请选择其他文件。"),
    ]
)
