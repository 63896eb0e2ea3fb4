"""``charts`` and ``datasets``: figures as JSON, each with the condition that lists its records."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.analytics import Ask, Cell, Sheet, Spot
from engine.api.answers import answer
from engine.api.routing import Call
from engine.kernel.errors import LimitExceeded
from engine.metamodel.model.analysis import MeasureModel

ASK = ("period", "where", "filters", "open")
PARAMETERS = ("rows", "columns", "values", *ASK)
_MOST, _MOST_VALUES = 8, 50


def list_charts(call: Call) -> Response:
    """Answer the charts that the caller may see."""
    language = call.context.language
    charts = call.services.analytics.charts(call.context)
    drawn = [
        {"name": chart.name, "title": chart.title.in_language(language), "kind": chart.kind, "dataset": chart.dataset}
        for chart in charts
    ]
    return answer({"charts": drawn})


def show_chart(call: Call) -> Response:
    """Answer a chart with its figures."""
    return answer(_drawn(call, call.services.analytics.chart(call.context, call.place["chart"], _ask(call))))


def show_dataset(call: Call) -> Response:
    """Answer figures of a dataset, grouped as the caller says."""
    parameters = call.parameters
    rows, values = _parts(call, "rows"), _parts(call, "values")
    columns = parameters.get("columns", "")
    sheet = call.services.analytics.figures(call.context, call.place["dataset"], rows, columns, values, _ask(call))
    return answer(_drawn(call, sheet))


# ----------------------------------------------------------------------------------------------------------------------


def _ask(call: Call) -> Ask:
    """Return what the parameters ask; ``filters`` and ``open`` are written ``dimension:value``, with commas between."""
    parameters = call.parameters
    return Ask(
        period=parameters.get("period"),
        where=parameters.get("where", ""),
        filters=_filters(call),
        opened=_pairs(call, "open"),
    )


def _filters(call: Call) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in _parts(call, "filters", _MOST_VALUES):
        dimension, _, value = part.partition(":")
        found.setdefault(dimension, []).append(value)
    return found


def _pairs(call: Call, name: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in _parts(call, name))
    return {dimension: value for dimension, _, value in pairs}


def _parts(call: Call, name: str, most: int = _MOST) -> tuple[str, ...]:
    found = tuple(part.strip() for part in call.parameters.get(name, "").split(",") if part.strip())
    if len(found) > most:
        raise LimitExceeded(name, len(found), most, 400)
    return found


def _drawn(call: Call, sheet: Sheet) -> dict[str, Any]:
    language = call.context.language
    dimensions = sheet.dataset.dimensions
    drawn: dict[str, Any] = {
        "chart": sheet.chart.name,
        "title": sheet.chart.title.in_language(language),
        "kind": sheet.chart.kind,
        "object": sheet.dataset.object,
        "period": {"first": sheet.span.first, "last": sheet.span.last} if sheet.span is not None else None,
        "rows": [
            {
                "dimension": axis.dimension,
                "title": dimensions[axis.dimension].title.in_language(language),
                "grain": axis.grain,
            }
            for axis in sheet.rows
        ],
        "values": [_measure(measure, language) for measure in sheet.measures],
        "lines": [
            {
                "keys": [_spot(spot, language) for spot in line.spots],
                **_cell(sheet, line.whole),
                **({"cells": [_cell(sheet, cell) for cell in line.cells]} if sheet.chart.columns is not None else {}),
            }
            for line in sheet.lines
        ],
        "total": _cell(sheet, sheet.total),
    }
    if sheet.chart.columns is not None:
        drawn["columns"] = [_spot(spot, language) for spot in sheet.columns]
        drawn["foot"] = [_cell(sheet, cell) for cell in sheet.foot]
    return drawn


def _measure(measure: MeasureModel, language: str) -> dict[str, Any]:
    return {
        "measure": measure.name,
        "title": measure.title.in_language(language),
        "format": measure.format,
        "currency": measure.currency,
    }


def _spot(spot: Spot, language: str) -> dict[str, Any]:
    drawn: dict[str, Any] = {"value": spot.value, "title": spot.title.in_language(language) or None}
    if spot.opens:
        drawn["opens"] = True
    if spot.others:
        drawn["others"] = True
    return drawn


def _cell(sheet: Sheet, cell: Cell) -> dict[str, Any]:
    return {"values": {name: cell.values.get(name) for name in sheet.chart.values}, "where": cell.where}
