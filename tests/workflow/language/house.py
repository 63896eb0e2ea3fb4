"""The tenant of the language: the people of Org-1, and the examples by which the language of processes is explained."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.test import Client

from engine.messaging.channels.webhook import SIGNATURE, signature_of
from tests.workflow.org1 import house as org1
from tests.workflow.org1.house import SMS_SECRET, TENANT, Desk, Org1

EXAMPLES = Path(__file__).parents[2] / "metamodel" / "packs" / "processes"
# what people are besides what Org-1 makes of them
MORE_ROLES = {
    "amy": ("sales_assistant",),
    "lin": ("sales_manager", "pricing"),
    "fang": ("credit_controller",),
    "fu": ("seal_keeper",),
    "luo": ("archivist",),
    "shen": ("service_desk",),
    "tina": ("diagnostician", "quality_checker"),
    "tao": ("quality_checker",),
    "sun": ("lead_pool_keeper",),
}
SKILLS = {"tom": ["pump"], "tina": ["pump", "valve"], "tao": ["valve"]}
_PEOPLE_FIELDS = """\
  skills:        {type: choices, of: skill, title: {zh: 技能, en: Skills}}
  region:        {type: choice, of: area, title: {zh: 区域, en: Region}}
  regions:       {type: choices, of: area, title: {zh: 负责区域, en: Regions}}
  accepts_leads: {type: boolean, title: {zh: 接收线索, en: Accepts leads}}
"""
_COST_CENTER = "  cost_center: {type: reference, to: cost_center, title: {zh: 成本中心, en: Cost centre}}\n"
_TEAMS = {
    "sales": ("amy", "bob"),
    "support_l2": ("tina",),
    "pricing": ("lin", "bob"),
}


def write_pack(folder: Path) -> Path:
    """Bring the examples and an organisation with heads, posts, teams and limits together into one pack."""
    made = shutil.copytree(EXAMPLES, folder / "language")
    theirs = (made / "organisation.yaml").read_text(encoding="utf-8")
    ours = (org1.PACK / "organisation.yaml").read_text(encoding="utf-8")
    head = ours.partition("---\nrole: staff")[0]
    head = head.replace("  region:     {type: text, title: {zh: 区域, en: Region}}\n", _PEOPLE_FIELDS)
    head = head.replace(
        "  head:    {type: reference, to: employee,", _COST_CENTER + "  head:    {type: reference, to: employee,"
    )
    kept = theirs[theirs.index("object: cost_center") : theirs.index("---\nworktime")]
    objects = [
        line.removeprefix("object: ")
        for line in (made / "objects.yaml").read_text(encoding="utf-8").splitlines()
        if line.startswith("object: ")
    ]
    grants = "".join(
        f'  {name}: {{read: {{}}, create: {{}}, update: {{}}, delete: {{}}, actions: ["*"]}}\n'
        for name in [*objects, "cost_center", "department", "employee"]
    )
    staff = f"---\nrole: staff\ntitle: {{zh: 员工, en: Staff}}\ngrants:\n{grants}"
    time_of_office = "---\n" + ours[ours.index("worktime: office") :]
    (made / "organisation.yaml").write_text(head + "---\n" + kept + staff + time_of_office, encoding="utf-8")
    return made


@dataclass
class Language(Org1):
    """The tenant, with the records that the examples need."""

    sent: int = 0

    def phone(self, login: str) -> str:
        return f"+86138000000{sorted(org1.PEOPLE).index(login):02}"

    def says(self, login: str, text: str) -> None:
        """Let the gateway bring a text from somebody's phone."""
        self.hears(self.phone(login), text)

    def hears(self, number: str, text: str) -> None:
        """Let the gateway bring a text from a number."""
        self.sent += 1
        body = urlencode({"From": number, "Body": text, "MessageSid": f"m{self.sent}"}, quote_via=quote).encode()
        answer = Client(self.app, use_cookies=False).post(
            f"/hooks/sms/{TENANT}",
            data=body,
            headers={SIGNATURE: signature_of(SMS_SECRET, body, int(time.time()))},
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.settle()

    def texts(self, number: str) -> list[str]:
        """Return what was sent to a number, the oldest first."""
        self.settle()
        file = self.engine.settings.home / "sms" / f"sms-{TENANT}.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [one["text"] for one in map(json.loads, lines) if one["to"] == number]

    def login_of(self, user: str) -> str:
        return next(login for login, id in self.users.items() if id == user)

    def made(self, object: str, **values: Any) -> str:
        """Make a record as the system and return its id."""
        return str(self.engine.records.create(self.system, object, values).id)

    def record(self, object: str, id: str) -> dict[str, Any]:
        """Return a record as Ada reads it."""
        return self.desk("ada").read(object, id)

    def move_department(self, code: str, **values: Any) -> None:
        """Change a department as the system."""
        id = self.department(code)
        self.engine.records.update(self.system, "department", id, self.version("department", id), values)

    def department(self, code: str) -> str:
        return str(self.rows(f"SELECT id FROM department WHERE code = '{code}'")[0][0])


def move(desk: Desk, object: str, id: str, transition: str, status: int = 200, **given: Any) -> Any:
    """Perform a transition on the record as it is now."""
    tag = f'"{desk.org.version(object, id)}"'
    return desk.post(f"/records/{object}/{id}/transitions/{transition}", given, status, If_Match=tag)


def open_language(url: str, home: Path, pack: Path) -> Language:
    """Make the tenant with everybody in it."""
    org = org1.reopen_org1(url, home)
    made = Language(org.engine, org.app, org.url, org.clock)
    made.engine.tenancy.create(TENANT, "Huaxin")
    made.engine.tenancy.install(TENANT, [pack])
    org1.people_it(made)
    for login, more in MORE_ROLES.items():
        made.engine.auth.accounts.set_roles(TENANT, login, ("staff", *org1.PEOPLE[login][3], *more))
    for login, skills in SKILLS.items():
        made.move_person(login, skills=skills, region="east")
    for login in ("amy", "bob"):
        made.move_person(login, accepts_leads=True, regions=["east"] if login == "amy" else ["north"])
    for team, members in _TEAMS.items():
        id = made.made("team", code=team, name=team)
        for member in members:
            made.made("team_member", team=id, employee=made.employee(member))
    committee = made.made("team", code="contract_committee", name="committee")
    made.made("team_member", team=committee, employee=made.employee("luo"))
    return made
