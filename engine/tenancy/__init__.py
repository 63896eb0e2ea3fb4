"""Tenants: where they live, what is installed in each, and how that changes."""

from engine.tenancy.drafts import Draft, DraftPlan, Workbench, edits_of
from engine.tenancy.faults import Fault
from engine.tenancy.intents import AddPacks, Intent, RemovePack, ReturnTo, SetOverlay
from engine.tenancy.overlays import OverlayService
from engine.tenancy.plans import InstallPlan
from engine.tenancy.registry import Tenant
from engine.tenancy.service import Installed, Seeder, Seeding, TenantService, build_model, open_shelf

__all__ = [
    "AddPacks",
    "Draft",
    "DraftPlan",
    "Fault",
    "InstallPlan",
    "Installed",
    "Intent",
    "OverlayService",
    "RemovePack",
    "ReturnTo",
    "Seeder",
    "Seeding",
    "SetOverlay",
    "Tenant",
    "TenantService",
    "Workbench",
    "build_model",
    "edits_of",
    "open_shelf",
]
