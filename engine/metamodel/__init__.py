"""From YAML to an immutable compiled model; touches no database."""

from engine.metamodel import adjustment_codes as _adjustment_codes  # noqa: F401 -- declares the codes
from engine.metamodel import analysis_codes as _analysis_codes  # noqa: F401 -- declares the codes
from engine.metamodel import codes as _codes  # noqa: F401 -- declares the codes
from engine.metamodel import control_codes as _control_codes  # noqa: F401 -- declares the codes
from engine.metamodel import edit_codes as _edit_codes  # noqa: F401 -- declares the codes
from engine.metamodel import process_codes as _process_codes  # noqa: F401 -- declares the codes
from engine.metamodel.changes import ModelChange, changes
from engine.metamodel.checking import PackReport, check_layers, check_pack, check_packs
from engine.metamodel.compiler import approval_of_body, compile_tenant
from engine.metamodel.definitions import Document, Layer, PackDef, PackSource
from engine.metamodel.definitions.kinds import schema_of
from engine.metamodel.describe import describe_dictionary, describe_object, describe_tenant
from engine.metamodel.describe_flow import describe_approval
from engine.metamodel.layers import Merged, Rebase, merge_layers, rebase
from engine.metamodel.layers.needs import sort_layers
from engine.metamodel.migrations import Migration, migrations_between, migrations_of
from engine.metamodel.model import TenantModel
from engine.metamodel.packs import load_pack, read_text
from engine.metamodel.printing import print_of_body
from engine.metamodel.trials import Trial, TrialStep, trials_of

__all__ = [
    "Document",
    "Layer",
    "Merged",
    "Migration",
    "ModelChange",
    "PackDef",
    "PackReport",
    "PackSource",
    "Rebase",
    "TenantModel",
    "Trial",
    "TrialStep",
    "approval_of_body",
    "changes",
    "check_layers",
    "check_pack",
    "check_packs",
    "compile_tenant",
    "describe_approval",
    "describe_dictionary",
    "describe_object",
    "describe_tenant",
    "load_pack",
    "merge_layers",
    "migrations_between",
    "migrations_of",
    "print_of_body",
    "read_text",
    "rebase",
    "schema_of",
    "sort_layers",
    "trials_of",
]
