"""The codes of the JSON door: what can be wrong with a request before anyone looks at its content."""

from __future__ import annotations

from engine.kernel.catalogue import Code, declare

declare(
    [
        Code(
            "bad_json",
            "The body is not JSON: {why}",
            "请求正文不是合法的 JSON：{why}",
            "Send one JSON value in UTF-8.",
            "请以 UTF-8 发送一个 JSON 值。",
        ),
        Code(
            "json_key_twice",
            "The key {key} stands twice in one object",
            "同一对象中键 {key} 出现了两次",
            "Send each key once.",
            "每个键只发送一次。",
        ),
        Code(
            "bad_number",
            "{number} is not a number that JSON knows",
            "{number} 不是 JSON 允许的数字",
            "Send null instead of NaN or Infinity.",
            "请用 null 代替 NaN 或 Infinity。",
        ),
        Code(
            "bad_text",
            "A text holds a character that cannot be stored: {character}",
            "文本中含有无法保存的字符：{character}",
            "Remove it.",
            "请删除该字符。",
        ),
        Code(
            "one_file",
            "The body must hold one file and nothing else",
            "请求正文必须只含一个文件",
            "Send the file as the body, or as the only part of a multipart body.",
            "请把文件作为请求正文，或作为 multipart 正文的唯一部分发送。",
        ),
        Code(
            "not_an_object",
            "The body is not a JSON object",
            "请求正文不是 JSON 对象",
            "Send an object of field names and values.",
            "请发送由字段名和值组成的对象。",
        ),
        Code(
            "unsupported_media_type",
            "The content type {type} is not understood here",
            "此处不支持内容类型 {type}",
            "Send application/json.",
            "请发送 application/json。",
        ),
        Code(
            "not_acceptable",
            "Only application/json is served here",
            "此处只提供 application/json",
            "Accept application/json.",
            "请接受 application/json。",
        ),
        Code(
            "body_unexpected",
            "This request takes no body",
            "此请求不接受正文",
            "Send it without a body.",
            "请不带正文发送。",
        ),
        Code(
            "method_not_allowed",
            "{method} is not possible here; possible: {allowed}",
            "此处不能使用 {method}，可用：{allowed}",
            "Use one of the methods listed.",
            "请使用所列方法之一。",
        ),
        Code(
            "no_such_address",
            "There is nothing at this address",
            "此地址没有内容",
            "Check its spelling; what programs may ask for is listed in /api/v1/openapi.json.",
            "请检查拼写；供程序使用的地址列于 /api/v1/openapi.json。",
        ),
        Code(
            "bad_request",
            "The request cannot be understood: {why}",
            "无法理解该请求：{why}",
            "Compare it with /api/v1/openapi.json.",
            "请对照 /api/v1/openapi.json。",
        ),
        Code(
            "host_not_allowed",
            "This server does not answer for the host {host}",
            "本服务器不响应主机 {host}",
            "Use its own address, or name the host in TESSERA_HOSTS.",
            "请使用其本身地址，或在 TESSERA_HOSTS 中登记。",
        ),
        Code(
            "unknown_parameter",
            "There is no parameter {name} here",
            "此处没有参数 {name}",
            "Known parameters: {known}.",
            "可用参数：{known}。",
        ),
        Code(
            "repeated_parameter",
            "The parameter {name} stands twice",
            "参数 {name} 出现了两次",
            "Send it once.",
            "只发送一次。",
        ),
        Code(
            "bad_parameter",
            "{value} cannot be the value of {name}",
            "{name} 的值不能是 {value}",
            "Allowed: {allowed}.",
            "允许：{allowed}。",
        ),
        Code(
            "bad_header",
            "The header {name} cannot be {value}",
            "标头 {name} 不能是 {value}",
            "Allowed: {allowed}.",
            "允许：{allowed}。",
        ),
        Code(
            "bad_operation",
            "This part is wrong, missing or unknown",
            "此部分有误、缺失或未知",
            "Expected: {allowed}.",
            "应为：{allowed}。",
        ),
        Code(
            "request_failed",
            "Something went wrong on our side",
            "服务器内部出错",
            "Try again; if it stays, tell your administrator the request id.",
            "请重试；若仍出现，请把请求编号告诉管理员。",
        ),
    ]
)
