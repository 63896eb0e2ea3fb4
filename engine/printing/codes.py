"""The codes of printing."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "no_such_print",
            "there is no print format {print} for this record",
            "这条记录没有打印格式 {print}",
            "Choose one of the formats that the record's page offers.",
            "请从记录页面提供的格式中选择。",
        ),
        Code(
            "print_not_yours",
            "only an administrator may write print formats",
            "只有管理员可以编辑打印格式",
        ),
        Code(
            "print_not_possible",
            "no PDF can be made here: {why}",
            "此处无法生成 PDF：{why}",
            "Install the extra named print, with its fonts, where the server runs.",
            "请在服务器上安装名为 print 的可选组件及其字体。",
        ),
        Code(
            "print_budget",
            "the document needs too much time or memory",
            "文档耗时或占用内存过多",
            "Print less at once, or make the format simpler.",
            "请减少一次打印的内容，或简化打印格式。",
        ),
    ]
)
