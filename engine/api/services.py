"""What this door needs of the house; wiring's Engine fits."""

from __future__ import annotations

from typing import Protocol

from engine.analytics import AnalyticsService
from engine.attachments import AttachmentService
from engine.auth import AuthService, User
from engine.jobs import JobBook
from engine.kernel.clock import Clock
from engine.messaging import MessageService
from engine.printing import PrintService
from engine.records import DictionaryService, RecordService
from engine.rights import Administering, RightsService
from engine.settings import Settings
from engine.storage import Shelf
from engine.tenancy import OverlayService, TenantService
from engine.workflow import LifecycleService, Workflow
from engine.workflow.approvals.service import ApprovalService


class Services(Protocol):
    """The parts that the routes call."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def shelf(self) -> Shelf: ...
    @property
    def auth(self) -> AuthService: ...
    @property
    def records(self) -> RecordService: ...
    @property
    def dictionaries(self) -> DictionaryService: ...
    @property
    def workflow(self) -> LifecycleService: ...

    @property
    def processes(self) -> Workflow: ...
    @property
    def rights(self) -> RightsService: ...
    @property
    def administering(self) -> Administering[User]: ...
    @property
    def tenancy(self) -> TenantService: ...
    @property
    def overlays(self) -> OverlayService: ...
    @property
    def approvals(self) -> ApprovalService: ...
    @property
    def attachments(self) -> AttachmentService: ...
    @property
    def printing(self) -> PrintService: ...

    @property
    def messages(self) -> MessageService: ...
    @property
    def jobs(self) -> JobBook: ...
    @property
    def analytics(self) -> AnalyticsService: ...

    def ready(self) -> bool:
        """Tell whether what the routes need can be reached."""
        ...

    def degraded(self) -> tuple[str, ...]:
        """Return what is away although everything works without it."""
        ...
