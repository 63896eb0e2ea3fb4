"""Links for people without an account: the address of a web form, sealed where it is about one record."""

from __future__ import annotations

import hashlib
import hmac

from engine.metamodel.model import TenantModel
from engine.settings import Settings

_SEAL = 32


def form_address(settings: Settings, tenant: str, form: str, record: str = "") -> str:
    """Return the address of a web form; with a record it is the link that only its holder can know."""
    path = f"{settings.public_url}/forms/{tenant}/{form}"
    return f"{path}/{record}/{seal_of(settings, tenant, form, record)}" if record else path


def seal_of(settings: Settings, tenant: str, form: str, record: str) -> str:
    """Return what shows that we gave out the link of a record."""
    told = f"webform\x00{tenant}\x00{form}\x00{record}".encode()
    return hmac.new(settings.secret, told, hashlib.sha256).hexdigest()[:_SEAL]


def is_sealed(settings: Settings, tenant: str, form: str, record: str, seal: str) -> bool:
    """Tell whether a seal is ours."""
    return hmac.compare_digest(seal_of(settings, tenant, form, record).encode(), seal.encode())


def links_of(settings: Settings, tenant: str, model: TenantModel, object: str, record: str) -> dict[str, str]:
    """Return the links of a record by the names of the web forms that are about one record of its object."""
    return {
        form.name: form_address(settings, tenant, form.name, record)
        for form in model.webforms.values()
        if form.object == object and form.transition is not None and form.enabled
    }
