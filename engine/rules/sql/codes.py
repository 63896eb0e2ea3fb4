"""The codes of errors that come up when values meet a database."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare([
    Code("text_not_storable", "A text with a null character or half a character cannot be looked for.",
         "不能查找含空字符或残缺字符的文本。", "Take the invisible character out.", "请去掉不可见字符。"),
])  # fmt: skip
