"""Tenants: where they live, what is installed in each, and how that changes."""

from engine.tenancy.intents import AddPacks, Intent, RemovePack, ReturnTo, SetOverlay
from engine.tenancy.plans import InstallPlan
from engine.tenancy.registry import Tenant
from engine.tenancy.service import Installed, Seeder, Seeding, TenantService, build_model, open_shelf

__all__ = [
    "AddPacks",
    "InstallPlan",
    "Installed",
    "Intent",
    "RemovePack",
    "ReturnTo",
    "Seeder",
    "Seeding",
    "SetOverlay",
    "Tenant",
    "TenantService",
    "build_model",
    "open_shelf",
]
