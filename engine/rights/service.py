"""The service of rights: its parts, by what they are for."""

from __future__ import annotations

from engine.records import RecordService
from engine.rights.areas import Areas
from engine.rights.assigning import Assigning
from engine.rights.delegating import Delegating
from engine.rights.explaining import Explaining
from engine.rights.foreseeing import Foreseeing
from engine.rights.handing import Handing
from engine.rights.portraying import Portraying
from engine.rights.receiving import Receiving
from engine.rights.sharing import Sharing
from engine.rights.viewing import Viewing


class RightsService:
    """All verbs take the caller's Context first; each part says whose right it asks for."""

    def __init__(self, records: RecordService) -> None:
        self.areas = Areas(records)
        self.sharing = Sharing(records)
        self.handing = Handing(records)
        self.delegating = Delegating(records)
        self.assigning = Assigning(records)
        self.explaining = Explaining(records)
        self.portraying = Portraying(records)
        self.receiving = Receiving(records)
        self.viewing = Viewing(records)
        self.foreseeing = Foreseeing(records)
