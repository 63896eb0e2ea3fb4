"""The composition root: one Engine out of Settings; the only place that knows every class."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.analytics import AnalyticsService
from engine.answering import ApprovalDesk
from engine.attachments import AttachmentService
from engine.auth import AuthService, User
from engine.background import GatewayDoor, Parts, Printouts, work_of
from engine.jobs import Background, Handler, JobBook, Lane, Occasion
from engine.kernel.clock import Clock, ShiftedClock, SystemClock
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Refused, TesseraError
from engine.messaging import MessageService
from engine.messaging.service import House
from engine.metamodel.model import TenantModel
from engine.printing import Press, PrintService
from engine.records import DictionaryService, RecordService
from engine.records.renewing import renew
from engine.rights import Administering, RightsService
from engine.settings import Settings
from engine.storage import Shelf
from engine.studio import RuleStudio
from engine.tenancy import OverlayService, Seeder, Seeding, TenantService, open_shelf
from engine.transfer import TransferService, load_rows
from engine.workflow import LifecycleService, Workflow, open_workflow
from engine.workflow.approvals.service import ApprovalService
from engine.workflow.automations import RUN, Message
from engine.workflow.connecting import connect
from engine.workflow.sweeping import Sweeper
from engine.workflow.waking import Waking

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


DEACTIVATED = "user.deactivated"
_JOBS_WAIT = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Engine:
    """The house: every service, built once and shared by the doors."""

    settings: Settings
    clock: Clock
    shelf: Shelf
    tenancy: TenantService
    overlays: OverlayService
    records: RecordService
    dictionaries: DictionaryService
    workflow: LifecycleService
    processes: Workflow
    approvals: ApprovalService
    auth: AuthService
    transfer: TransferService
    attachments: AttachmentService
    printing: PrintService
    rules: RuleStudio
    rights: RightsService
    administering: Administering[User]
    messages: MessageService
    background: Background
    jobs: JobBook
    analytics: AnalyticsService

    def close(self) -> None:
        """Close every connection."""
        self.messages.close()
        self.shelf.close()

    def work(self) -> None:
        """Begin the work in the background: in threads of this process, or by calling workers where Redis is set."""
        if self.settings.redis:
            from engine.jobs.redis_bell import RedisBell

            self.background.ring_by(RedisBell(self.settings.redis, self.background.runner))
            return
        self.background.start()
        self.listen()

    def listen(self) -> None:
        """Take what comes in by the lines to gateways that this process keeps open."""
        door = GatewayDoor(self.messages, self.background.tenants, self.settings)
        self.messages.listen(door.heard, door.receipted)

    def degraded(self) -> tuple[str, ...]:
        """Return what is away although everything works without it."""
        if not self.settings.redis:
            return ()
        from engine.jobs.redis_bell import RedisWatch

        return () if RedisWatch(self.settings.redis).answers() else ("redis",)

    def ready(self) -> bool:
        """Tell whether the databases of the tenants that were used can be reached."""
        try:
            self.tenancy.list()
        except TesseraError:
            return False
        return True


def build_engine(settings: Settings, clock: Clock | None = None) -> Engine:
    """Return an engine over these settings. Nothing is opened before it is used."""
    clock = clock or _clock(settings)
    shelf = open_shelf(settings)
    records = RecordService(shelf)
    auth = AuthService(settings, shelf, clock)

    def context_of(tenant: str, user: str | None) -> Context:
        actor = SYSTEM if user is None else auth.actor_of(tenant, user)
        if actor is None:
            raise Refused("not_allowed", object="user", action=user)
        return Context(tenant, actor, settings.language, ZoneInfo(settings.zone), clock)

    processes = open_workflow(records, context_of, auth.user_of)
    approvals = ApprovalService(records)
    connect(approvals, processes)
    tenancy = TenantService(settings, shelf, _seeder(settings, records, clock, processes, approvals))
    transfer = TransferService(records, settings.home / "transfer", auth.actor_of)
    desk = ApprovalDesk(approvals, records, auth.actor_of, settings, clock)
    messages = MessageService(House(records, shelf, settings, clock, auth.actor_of, desk.sight))
    messages.deciding.desk = desk
    messages.deliverer.still_open = desk.still_open
    attachments = AttachmentService(records, settings)
    printing = PrintService(records, messages.templates, attachments, Press(settings.home / "print"))
    rights = RightsService(records)
    parts = Parts(shelf, clock, transfer, messages, attachments, rights, settings.trail_months)

    tenants = partial(_names, tenancy)
    handlers, lanes = _moving(processes, approvals, records, context_of)
    out = Printouts(records, printing, attachments, context_of)
    handlers = (*handlers, _incoming(processes, auth, settings, clock), Handler(out.name, out.wants, out.act))
    mailbox = messages.mailbox(tenants)
    lanes = (*lanes, Lane("mailbox", mailbox.work, mailbox.due))
    kinds = {RUN: processes.automations.over_all.carry_out}
    background = Background(shelf, settings, clock, tenants, work_of(parts, handlers, lanes, kinds))
    records.tell(background.relay.hears)

    return Engine(
        settings=settings,
        clock=clock,
        shelf=shelf,
        tenancy=tenancy,
        overlays=OverlayService(tenancy, records),
        records=records,
        dictionaries=DictionaryService(records),
        workflow=processes.lifecycles,
        processes=processes,
        approvals=approvals,
        auth=auth,
        transfer=transfer,
        attachments=attachments,
        printing=printing,
        rules=RuleStudio(records),
        rights=rights,
        administering=Administering(records, auth.accounts),
        messages=messages,
        background=background,
        jobs=JobBook(shelf),
        analytics=AnalyticsService(records),
    )


def _names(tenancy: TenantService) -> list[str]:
    return [tenant.name for tenant in tenancy.list()]


def _clock(settings: Settings) -> Clock:
    return ShiftedClock(timedelta(seconds=settings.clock_shift)) if settings.clock_shift else SystemClock()


def _moving(
    processes: Workflow,
    approvals: ApprovalService,
    records: RecordService,
    context_of: Callable[[str, str | None], Context],
) -> tuple[tuple[Handler, ...], tuple[Lane, ...]]:
    """Return what processes hear of, and what they look for by the clock."""
    closings, substitutions = _closings(approvals, lambda tenant: context_of(tenant, None))
    hearing = (
        processes.automations.after,
        Waking(records, approvals, processes.timers, context_of),
        Sweeper(records, context_of),
    )
    handlers = tuple(Handler(one.name, one.wants, one.act) for one in hearing)
    clocks = Lane("clocks", lambda tenant, _: processes.tick(tenant) > 0, processes.due)
    return (*handlers, closings), (clocks, substitutions)


def _closings(approvals: ApprovalService, context: Callable[[str], Context]) -> tuple[Handler, Lane]:
    """Return what is done in the background, with what approvals do there (B5, O2, O6)."""
    running = approvals.running

    def hear(occasion: Occasion) -> None:
        ctx = context(occasion.tenant)
        facts = {name: str(value) for name, value in occasion.event.facts.items()}
        if occasion.event.name == DEACTIVATED:
            running.person_left(ctx, facts["user"])
        else:
            running.hear(ctx, occasion.event.name, facts)

    def wants(model: TenantModel, name: str) -> bool:
        return bool(model.approvals) and (name == DEACTIVATED or running.wants(name))

    handler = Handler("approvals", wants, hear)
    lane = Lane(
        "substitutions",
        lambda tenant, _: running.end_substitutions(context(tenant)) > 0,
        lambda tenant: running.next_end(context(tenant)),
    )
    return handler, lane


def _incoming(processes: Workflow, auth: AuthService, settings: Settings, clock: Clock) -> Handler:
    """Return who hears of short messages that fit the pattern of a rule: the rule acts for their sender."""

    def act(occasion: Occasion) -> None:
        facts, user = occasion.event.facts, occasion.event.facts.get("user")
        actor = auth.actor_of(occasion.tenant, str(user)) if user else None
        zone = ZoneInfo(settings.zone)
        ctx = Context(occasion.tenant, actor or SYSTEM, settings.language, zone, clock, "sms")
        # the event's id is the key of what the rule does, so that a second time has no effect
        processes.automations.messages.take(ctx, Message(str(facts["from"]), str(facts["text"]), occasion.event.id))

    return Handler("incoming", lambda _model, name: name == "sms.received", act)


def _seeder(
    settings: Settings, records: RecordService, clock: Clock, processes: Workflow, approvals: ApprovalService
) -> Seeder:
    """Return what an installation leaves to the counter: computed values made anew, and the rows that packs need."""

    def seed(seeding: Seeding) -> None:
        ctx = Context(seeding.session.tenant, seeding.actor, settings.language, ZoneInfo(settings.zone), clock)
        with records.opener.joining(ctx, seeding.catalog, seeding.session) as unit:
            for step in seeding.schema.recalculations:
                renew(unit, step.table, step.fields)
            approvals.kernel.flows.publish_all(unit)
            if seeding.schema.base.model:  # before the first version there were no records
                processes.lifecycles.find_states(unit)
            for source in seeding.sources:
                if source.seeds:
                    load_rows(records, ctx, source.seeds[0].parent, keep=True)

    return seed


@dataclass(frozen=True, slots=True)
class Server:
    """The web application of a process and its work in the background."""

    app: WSGIApplication
    engine: Engine
    later: threading.Timer

    def stop(self) -> None:
        """Finish what was begun in the background; called when no request is open any more."""
        self.later.cancel()
        self.engine.background.stop()


def build_server(settings: Settings) -> Server:
    """Return the web application of a process, with its log, and its work in the background."""
    from engine.api import configure_logs

    configure_logs(settings)
    engine = build_engine(settings)
    # the first requests come first
    later = threading.Timer(_JOBS_WAIT, engine.work)
    later.daemon = True
    later.start()
    return Server(web_app_of(engine), engine, later)


def build_web_app(settings: Settings) -> WSGIApplication:
    """Return the web application alone, for servers that know no more than WSGI."""
    return build_server(settings).app


def web_app_of(engine: Engine) -> WSGIApplication:
    """Return the doors to the street over an engine: REST, and pages where they are built in."""
    from engine.api import Entrance, build_app, health_blueprint, hooks_blueprint

    blueprints = [health_blueprint(engine), hooks_blueprint(engine)]
    page = None
    if find_spec("engine.ui") is not None:
        from engine.ui import build_blueprint, page_problems

        blueprints.append(build_blueprint(engine))
        page = page_problems(engine)
    return Entrance(build_app(engine, blueprints, page), engine.settings)
