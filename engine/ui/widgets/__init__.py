"""One widget per family of field types: it reads the posted form, shows the value, asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.metamodel.model import FieldModel, FieldType
from engine.ui.widgets.base import Widget
from engine.ui.widgets.choices import BooleanWidget, ChoicesWidget, ChoiceWidget
from engine.ui.widgets.dates import DateTimeWidget, DateWidget, DurationWidget, TimeWidget
from engine.ui.widgets.files import FilesWidget, FileWidget
from engine.ui.widgets.numbers import NumberWidget, RatingWidget
from engine.ui.widgets.places import AddressWidget
from engine.ui.widgets.references import AnyReferenceWidget, ReferencesWidget, ReferenceWidget
from engine.ui.widgets.rules import DecisionTableWidget, ExpressionWidget
from engine.ui.widgets.steps import StepsWidget
from engine.ui.widgets.text import ColorWidget, LongTextWidget, RichTextWidget, SecretWidget, TextWidget

WIDGETS: Mapping[FieldType, Widget] = {
    "text": TextWidget(),
    "multiline": LongTextWidget(),
    "richtext": RichTextWidget(),
    "integer": NumberWidget(),
    "decimal": NumberWidget(),
    "money": NumberWidget(),
    "percent": NumberWidget(),
    "boolean": BooleanWidget(),
    "date": DateWidget(),
    "time": TimeWidget(),
    "datetime": DateTimeWidget(),
    "duration": DurationWidget(),
    "choice": ChoiceWidget(),
    "choices": ChoicesWidget(),
    "reference": ReferenceWidget(),
    "references": ReferencesWidget(),
    "any_reference": AnyReferenceWidget(),
    "user": ReferenceWidget(),
    "users": ReferencesWidget(),
    "department": ReferenceWidget(),
    "phone": TextWidget(),
    "email": TextWidget(),
    "url": TextWidget(),
    "address": AddressWidget(),
    "region": TextWidget(),
    "file": FileWidget(),
    "files": FilesWidget(),
    "image": FileWidget(),
    "rating": RatingWidget(),
    "color": ColorWidget(),
    "code": TextWidget(),
    "json": StepsWidget(),
    "expression": ExpressionWidget(),
    "decision_table": DecisionTableWidget(),
    "secret": SecretWidget(),
}


def widget_of(field: FieldModel) -> Widget:
    """Return the widget of a field; lines have none, they are drawn by their own screen."""
    return WIDGETS[field.type]
