"""What is read of the persons of users where nothing but their own unit matters."""

from __future__ import annotations

from engine.metamodel.model import TenantModel
from engine.storage.fetching import Want


def want_of_persons(model: TenantModel) -> tuple[Want, str] | None:
    """Return what is read of the persons of users, and the field of their unit; None where no object holds persons."""
    person = model.objects[model.person].organisation if model.person else None
    user, unit = (person.get("user"), person.get("unit")) if person is not None else (None, None)
    if model.person is None or user is None or unit is None:
        return None
    paths = [("id",), (user,), (unit,)]
    if model.objects[model.person].recycles:
        paths.append(("deleted_at",))
    return Want(model.person, tuple(paths), user), unit
