"""Who hears of what has happened, which jobs there are, what is looked for besides: the table of background work."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta

import structlog

from engine.attachments import AttachmentService
from engine.jobs import Control, Daily, Handler, Lane, Occasion, Work
from engine.jobs.running import Kind
from engine.kernel.clock import Clock
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, LimitExceeded, Malformed, Rejected
from engine.kernel.events import Event
from engine.kernel.names import RecordRef
from engine.messaging import Incoming, MessageService
from engine.metamodel.model import TenantModel
from engine.printing import Printed, PrintService
from engine.records import RecordService, Unit
from engine.records.ordering import Order, change_ordered
from engine.rights import RightsService
from engine.settings import Settings
from engine.storage import Job, Shelf, message_rows, outbox, reply_rows, rule_rows, timer_rows
from engine.storage.delivery_rows import Delivery
from engine.transfer import TransferService
from engine.workflow.approvals.trail.archiving import archive_trail

# what was heard, handled and read is kept so long
KEPT = timedelta(days=30)
MESSAGES_KEPT = timedelta(days=365)
_log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Parts:
    """The services that work in the background."""

    shelf: Shelf
    clock: Clock
    transfer: TransferService
    messages: MessageService
    attachments: AttachmentService
    rights: RightsService
    trail_months: int


def work_of(
    parts: Parts, handlers: tuple[Handler, ...] = (), lanes: tuple[Lane, ...] = (), kinds: Mapping[str, Kind] = {}
) -> Work:
    """Return the table. ``handlers``, ``lanes`` and further ``kinds`` come from the features of processes."""
    messages = parts.messages

    def carry_out_import(ctx: Context, job: Job, control: Control) -> None:
        parts.transfer.run_claimed(ctx, job, control.stop)

    def tidy(ctx: Context, job: Job, control: Control) -> None:
        del job, control
        forget_old(parts.shelf, ctx)
        parts.attachments.sweep(ctx)

    def check_duties(ctx: Context, job: Job, control: Control) -> None:
        del job, control
        parts.rights.foreseeing.nightly(ctx)

    def archive(ctx: Context, job: Job, control: Control) -> None:
        del job
        if parts.trail_months:
            archive_trail(parts.shelf, ctx, parts.trail_months, control.note)

    def buried(tenant: str, event: Event, why: str) -> None:
        messages.alarm(tenant, f"dead:{event.id}", _dead_words(event.name, why), f"/jobs/events/{event.id}")

    def dead(tenant: str, delivery: Delivery, why: str) -> None:
        words = _dead_words(f"{delivery.channel} {delivery.subject}".strip(), why)
        messages.alarm(tenant, f"dead:{delivery.id}", words, f"/jobs/deliveries/{delivery.id}")

    messages.deliverer.dead = dead
    return Work(
        handlers=(
            *handlers,
            Handler("messages", messages.wants_notice, messages.take_notice),
            Handler("calls", messages.wants_call, _never, messages.call_out),
            Handler("webhooks", messages.wants_event, _never, messages.fan_out, messages.webhooks.any_in),
        ),
        kinds={"import": carry_out_import, "tidy": tidy, "duties": check_duties, "archive": archive, **kinds},
        daily=(
            Daily("duties", time(2, 30)),
            Daily("tidy", time(3, 10)),
            Daily("archive", time(3, 40)),
        ),
        lanes=(*lanes, Lane("messages", messages.deliverer.work, messages.deliverer.due)),
        buried=buried,
    )


def forget_old(shelf: Shelf, ctx: Context) -> None:
    """Delete what nobody asks for any more: heard events, read messages of last year, codes that ended."""
    now = ctx.now()
    with shelf.database(ctx.tenant).writing() as session:
        outbox.forget_events(session, now - KEPT)
        outbox.forget_handled(session, now - 2 * KEPT)
        rule_rows.forget_chain_steps(session, now - KEPT)
        timer_rows.forget_fires(session, now - KEPT)
        message_rows.forget_messages(session, now - MESSAGES_KEPT)
        reply_rows.forget_codes(session, now - KEPT)


def _never(_occasion: object) -> None:
    raise AssertionError("this handler writes rows")


def _dead_words(what: str, why: str) -> dict[str, str]:
    said = why.replace("{", "(").replace("}", ")")[:300]
    return {
        "zh": f"多次尝试后仍未成功，已停止：{what}。{said}",
        "en": f"Given up after many tries: {what}. {said}",
    }


class GatewayDoor:
    """What comes in by a line to a gateway: for which tenant it is, the number that it was sent to tells."""

    def __init__(self, messages: MessageService, tenants: Callable[[], Iterable[str]], settings: Settings) -> None:
        self._messages = messages
        self._tenants = tenants
        self._numbers = settings.sms_numbers

    def heard(self, sender: str, recipient: str, text: str, number: str) -> None:
        """Take a short message; raises when it could not be kept, so that the gateway brings it again."""
        tenant = self._numbers.get(recipient.removeprefix("+")) or self._only()
        if tenant is None:
            _log.warning("inbound_for_nobody", recipient=recipient[-4:])
            return
        try:
            self._messages.intake.take(tenant, Incoming("sms", "smpp", sender, text, number, recipient))
        except (LimitExceeded, Malformed) as error:
            _log.warning("inbound_refused", tenant=tenant, code=error.code)

    def receipted(self, number: str, good: bool) -> None:
        """Note what became of a message of ours, whichever tenant sent it."""
        for tenant in self._tenants():
            if self._messages.intake.receipt(tenant, "smpp", number, good):
                return

    def _only(self) -> str | None:
        known = list(self._tenants())
        return known[0] if len(known) == 1 and not self._numbers else None


class Printouts:
    """Makes what processes have printed: for the files of the record, and for people who are told where it is."""

    name = "printouts"

    def __init__(
        self,
        records: RecordService,
        printing: PrintService,
        attachments: AttachmentService,
        context_of: Callable[[str, str | None], Context],
    ) -> None:
        self._records, self._printing, self._attachments = records, printing, attachments
        self._context_of = context_of

    def wants(self, _model: TenantModel, name: str) -> bool:
        """Tell whether an event asks for a printout."""
        return name == "!print"

    def act(self, occasion: Occasion) -> None:
        """Print once, as the record is now."""
        ctx = self._context_of(occasion.tenant, None)
        event = occasion.event
        ref, template = event.record, str(event.facts["template"])
        made = self._printing.pdf(ctx, ref.object, ref.id, template) if event.facts.get("attach") else None

        def act(unit: Unit) -> None:
            if not occasion.once(unit.session):
                return
            if made is not None:
                self._attach(unit, ref, made)
            if event.facts.get("to"):
                self._tell(unit, event, template)

        self._records.command(ctx, act)

    def _attach(self, unit: Unit, ref: RecordRef, made: Printed) -> None:
        fields = unit.model.objects[ref.object].fields.values()
        field = next((one.name for one in fields if one.type == "files"), None)
        if field is None:
            wrong = Complaint("field", "no_file_field", {"object": ref.object, "field": "files"})
            raise Rejected("invalid", [wrong], count=1)
        received = self._attachments.receive(unit.ctx, ref.object, field, made.name, io.BytesIO(made.pdf))
        noted = self._attachments.note(unit.ctx, received)
        kept = self._records.get(unit.ctx, ref.object, ref.id, (field,)).values.get(field) or ()
        typed = unit.plans.of(ref.object).reader_of(field)([*kept, noted], unit.ctx.zone)
        change_ordered(unit, ref.object, ref.id, Order({field: typed}, free=True))

    def _tell(self, unit: Unit, event: Event, template: str) -> None:
        ref, format = event.record, unit.model.prints[template]
        display = unit.model.objects[ref.object].display
        facts = {
            "to": list(event.facts["to"]),
            "text": {one: f"{format.title.in_language(one)}: {{record.{display}}}" for one in ("zh", "en")},
            "link": f"/o/{ref.object}/{ref.id}",
            "kind": "notice",
        }
        outbox.append_outward(unit.session, "notify", f"{event.facts['key']}:told", ref, facts, unit.now)
