"""The addresses of charts and datasets as OpenAPI path items."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]
_ASK = {
    "period": "The period: this_month, 2026, 2026-Q1, 2026-01-01..2026-03-31; empty: all times",
    "where": "A further FEEL condition over the fields",
    "filters": "Values of dimensions, dimension:value with commas between; several of one dimension are alternatives",
    "open": "The node of a tree that is looked into, dimension:value",
}
_GROUPED = {
    "rows": "Dimensions with commas between; days with their grain: close:month,region",
    "columns": "A dimension that splits each row",
    "values": "Measures with commas between",
}


def chart_paths() -> dict[str, Item]:
    """Return the addresses of figures."""
    return {
        "/charts": {"get": _operation("charts", "The charts that the caller sees", {})},
        "/charts/{chart}": {
            "parameters": [_named("chart")],
            "get": _operation("chart", "A chart with its figures, each with the condition of its records", _ASK),
        },
        "/datasets/{dataset}": {
            "parameters": [_named("dataset")],
            "get": _operation("figures", "Figures of a dataset, grouped as asked", {**_GROUPED, **_ASK}),
        },
    }


def _operation(name: str, summary: str, parameters: dict[str, str]) -> Item:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {"name": key, "in": "query", "schema": {"type": "string"}, "description": about}
            for key, about in parameters.items()
        ],
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}},
            "4XX": {"$ref": "#/components/responses/Problem"},
        },
    }


def _named(name: str) -> Item:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
