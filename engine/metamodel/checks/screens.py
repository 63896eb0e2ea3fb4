"""Can every required field be filled in on the object's main form?"""

from __future__ import annotations

from engine.kernel.diagnostics import Findings
from engine.metamodel.layers import Merged
from engine.metamodel.model import FieldModel, ObjectModel, TenantModel


def check_screens(merged: Merged, model: TenantModel, findings: Findings) -> None:
    """Warn of required fields that the main form does not show."""
    for object in model.objects.values():
        form = model.forms[object.name]
        shown = {field.name for tab in form.tabs for section in tab.sections for field in section.fields}
        found = merged.find("form", object.name)
        for field in object.fields.values():
            if found and field.name not in shown and _must_be_given(field, object):
                findings.warn("required_not_on_form", found.document.span, field=field.name, object=object.name)


def _must_be_given(field: FieldModel, object: ObjectModel) -> bool:
    if field.system or field.computed or field.readonly or field.default is not None:
        return False
    return field.required and field.name != object.parent and field.name not in object.numbering
