"""Models by what their layers say: tried, planned, carried out, read back, they are compiled once in a process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from engine.metamodel import Layer, TenantModel, compile_tenant
from engine.storage.bounded import Bounded

# the shelf keeps those in use; here it is what somebody is drafting, and what the next tenant is given too
_KEPT = 16
_MADE = Bounded(_KEPT)


def model_of(layers: Sequence[Layer]) -> TenantModel:
    """Return the model of layers, the lowest first; another call with the same ones gives the same model.

    Raises BadDefinition with every complaint.
    """
    model: TenantModel = _MADE.get(_said_by(layers), lambda: compile_tenant(layers))
    return model


def _said_by(layers: Sequence[Layer]) -> str:
    """Return a hash of all that compiling reads: the places too, which complaints and explanations name."""
    text = json.dumps([layer.as_json() for layer in layers], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
