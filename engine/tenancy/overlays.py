"""The tenant's own layer on screen: drafted by typed edits, checked, planned, applied, undone; as YAML in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.kernel.context import Context
from engine.kernel.errors import BadDefinition, Conflict, Refused, Rejected
from engine.metamodel import Layer
from engine.metamodel.layers.edits import Edit
from engine.records import RecordService, Unit
from engine.storage import DraftRow, Session, read_draft, save_draft
from engine.storage.bounded import Bounded
from engine.storage.stored_state import Version
from engine.tenancy.drafts import MOST_EDITS, Draft, DraftPlan, Workbench, bench_of
from engine.tenancy.faults import Fault, faults_of
from engine.tenancy.intents import SetOverlay, layers_wanted, overlay_of
from engine.tenancy.models import model_of
from engine.tenancy.plans import InstallPlan
from engine.tenancy.service import Installed, TenantService
from engine.tenancy.yaml_text import written

_KEPT = 32
FILE = "overlay.yaml"


class OverlayService:
    """All verbs take the caller's Context first and raise Refused for who is no administrator."""

    def __init__(self, tenancy: TenantService, records: RecordService) -> None:
        self._tenancy = tenancy
        self._records = records
        self._layers = Bounded(_KEPT)
        self._benches = Bounded(_KEPT)

    def bench(self, ctx: Context) -> Workbench:
        """Return the definitions as they are and as they would be after the draft."""
        with self._records.opener.reading(ctx) as unit:
            _require(unit)
            draft = Draft.of(read_draft(unit.session))
        return self._bench(ctx, draft)

    def propose(self, ctx: Context, edits: Sequence[Edit], revision: int | None = None) -> Workbench:
        """Add edits to the draft. Raises Rejected with all that would be wrong with the definitions then.

        ``revision`` is the draft that the edits were made over; Conflict when it has moved on.
        """
        before = self.bench(ctx)
        draft = before.draft
        if len(draft.edits) + len(edits) > MOST_EDITS:
            raise Conflict("draft_full", count=MOST_EDITS)
        after = self._bench(ctx, replace(draft, edits=(*draft.edits, *edits), revision=-1), keep=False)
        fresh = [one for one in after.unfit if one not in before.unfit]
        if fresh:
            raise Rejected("edits_unfit", fresh, count=len(fresh))
        faults = self._faults(after)
        if faults:
            # what was wrong before is not the fault of these edits
            known = self._faults(before)
            new = [one for one in faults if one not in known]
            if new:
                raise Rejected("draft_faults", new, count=len(new))
        return self._save(ctx, replace(draft, edits=after.draft.edits), revision)

    def take_back(self, ctx: Context, index: int | None = None, revision: int | None = None) -> Workbench:
        """Take an edit out of the draft, the last one when none is named; those that rest on it become unfit."""
        draft = self.bench(ctx).draft
        place = len(draft.edits) - 1 if index is None else index
        if not 0 <= place < len(draft.edits):
            return self.bench(ctx)
        left = tuple(edit for number, edit in enumerate(draft.edits) if number != place)
        return self._save(ctx, replace(draft, edits=left), revision)

    def discard(self, ctx: Context) -> Workbench:
        """Forget the draft."""
        return self._save(ctx, replace(self.bench(ctx).draft, edits=(), text=None), None)

    def take(self, ctx: Context, text: str) -> Workbench:
        """Draft an overlay that comes as YAML, in place of everything. Raises BadDefinition with every complaint."""
        draft = Draft(self.bench(ctx).draft.revision, text=text)
        bench = self._bench(ctx, replace(draft, revision=-1), keep=False)
        faults = self._faults(bench)
        if faults:
            raise Rejected("draft_faults", faults, count=len(faults))
        return self._save(ctx, draft, None)

    def recall(self, ctx: Context, version: int) -> Workbench:
        """Draft the overlay of an earlier version, on the packs as they are now."""
        self.bench(ctx)
        overlay = overlay_of(self._tenancy.layers_of(ctx.tenant, version))
        return self.take(ctx, written(overlay.documents) if overlay is not None else "")

    def export(self, ctx: Context) -> str:
        """Return the overlay that is installed as YAML."""
        overlay = overlay_of(self.bench(ctx).layers)
        return written(overlay.documents) if overlay is not None else ""

    def plan(self, ctx: Context) -> DraftPlan:
        """Return what applying the draft will do; nothing is changed."""
        bench = self.bench(ctx)
        faults = self._faults(bench)
        if faults or bench.draft.empty:
            return DraftPlan(bench, faults)
        return DraftPlan(bench, (), self._tenancy.plan(ctx.tenant, _intent(bench)))

    def apply(self, ctx: Context, token: str, note: str = "") -> Installed:
        """Carry out exactly the plan that ``token`` names; raises Conflict when anything of it has changed."""
        if ctx.read_only:
            raise Refused("view_only")
        found = self.plan(ctx)
        if found.faults:
            raise Rejected("draft_faults", found.faults, count=len(found.faults))
        if found.plan is None:
            raise Conflict("draft_empty")
        if found.token != token:
            raise Conflict("plan_outdated")
        _require_fit(found.plan)
        draft = found.bench.draft

        def forget(session: Session) -> None:
            version = found.plan.schema.base.model + 1 if found.plan is not None else 0
            row = DraftRow(draft.revision + 1, version, Draft().content(), ctx.now(), ctx.actor.login)
            if not save_draft(session, row):
                raise Conflict("plan_outdated")

        return self._tenancy.apply(found.plan, ctx.actor, note.strip() or "overlay", also=forget)

    def versions(self, ctx: Context) -> Sequence[Version]:
        """Return the versions of the definitions, newest first."""
        self.bench(ctx)
        return self._tenancy.versions(ctx.tenant)

    # -----------------------------------------------------------------------------------------------------------------

    def _bench(self, ctx: Context, draft: Draft, *, keep: bool = True) -> Workbench:
        _, catalog = self._tenancy.current(ctx.tenant)
        version = catalog.stamp.model

        def make() -> Workbench:
            layers = self._layers.get((ctx.tenant, version), lambda: self._tenancy.layers_of(ctx.tenant, version))
            return bench_of(version, layers, draft)

        if not keep:
            return make()
        found: Workbench = self._benches.get((ctx.tenant, version, draft.revision), make)
        return found

    def _faults(self, bench: Workbench) -> tuple[Fault, ...]:
        layers: tuple[Layer, ...] = bench.layers
        try:
            layers = layers_wanted(bench.layers, _intent(bench), ()).layers
            model_of(layers)
        except BadDefinition as error:
            return faults_of(error.diagnostics, layers)
        return ()

    def _save(self, ctx: Context, draft: Draft, revision: int | None) -> Workbench:
        def act(unit: Unit) -> None:
            _require(unit)
            stored = Draft.of(read_draft(unit.session))
            if stored.revision != draft.revision or (revision is not None and revision != stored.revision):
                raise Conflict("draft_moved", by=stored.changed_by)
            version = unit.catalog.stamp.model
            base = version if stored.empty else stored.version
            row = DraftRow(draft.revision + 1, base, draft.content(), unit.now, ctx.actor.login)
            if not save_draft(unit.session, row):
                raise Conflict("draft_moved", by="")

        self._records.opener.within(ctx, act)
        return self.bench(ctx)


def _intent(bench: Workbench) -> SetOverlay:
    return SetOverlay(bench.text, FILE)


def _require(unit: Unit) -> None:
    if not unit.policy.everything:
        raise Refused("overlay_not_yours")


def _require_fit(plan: InstallPlan) -> None:
    if plan.schema.misfits:
        complaints = [misfit.complaint() for misfit in plan.schema.misfits]
        raise Rejected("draft_misfits", complaints, count=len(complaints))
