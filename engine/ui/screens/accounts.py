"""Accounts, their devices and their tokens, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.auth import Device, Issued, User
from engine.ui.desk import Desk
from engine.ui.widgets.base import Option
from engine.ui.widgets.references import initial_of, tone_of

_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
_NAMES = {"Edg": "Edge", "Mac OS": "macOS"}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A session of the reader."""

    id: str
    name: str
    address: str
    seen: str
    current: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token of the reader."""

    id: str
    name: str
    scopes: str
    created: str
    used: str
    expires: str


@dataclass(frozen=True, slots=True)
class ProfileScreen:
    """The reader's own page."""

    name: str
    login: str
    email: str
    roles: tuple[str, ...]
    administrator: bool
    devices: tuple[DeviceRow, ...]
    tokens: tuple[TokenRow, ...]
    token: str
    errors: Mapping[str, str]
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account in the list."""

    login: str
    name: str
    initial: str
    tone: str
    roles: tuple[str, ...]
    active: bool
    administrator: bool


@dataclass(frozen=True, slots=True)
class UsersScreen:
    """All accounts, and the roles that can be given."""

    users: tuple[UserRow, ...]
    roles: tuple[tuple[str, str], ...]
    may_create: bool


_INPUTS = frozenset({"login", "name", "password", "email", "phone", "roles", "employee"})


@dataclass(frozen=True, slots=True)
class UserScreen:
    """One account, or the form for a new one.

    ``all_rights``: the reader may give any role, and administration; ``giving``: he gives some roles, on another page.
    ``employees`` are those whom the new account may be for, ``for_nobody``: it may be for none of them.
    """

    login: str
    name: str
    email: str
    phone: str
    language: str
    roles: tuple[Option, ...]
    administrator: bool
    active: bool
    is_new: bool
    own: bool
    all_rights: bool
    errors: Mapping[str, str] = field(default_factory=dict)
    employees: tuple[Option, ...] = ()
    for_nobody: bool = True
    giving: bool = False

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong with no input of the form: in the record of the employee, for instance."""
        return tuple(text for path, text in self.errors.items() if path not in _INPUTS)


def build_devices(desk: Desk, devices: Iterable[Device]) -> tuple[DeviceRow, ...]:
    """Return the sessions, this one first."""
    ordered = sorted(devices, key=lambda one: (not one.current, -one.seen_at.timestamp()))
    return tuple(
        DeviceRow(one.id, device_name(one.agent) or desk.say("profile.unknown_device"), one.address,
                  desk.dates.instant_or_word(one.seen_at), one.current)
        for one in ordered
    )  # fmt: skip


def build_tokens(desk: Desk, tokens: Iterable[Issued]) -> tuple[TokenRow, ...]:
    """Return the tokens."""
    return tuple(
        TokenRow(
            one.id,
            one.name,
            desk.say("profile.read_write" if "write" in one.scopes else "profile.read_only"),
            desk.dates.instant(one.created_at)[:10],
            desk.dates.instant_or_word(one.used_at) if one.used_at else desk.say("profile.never"),
            desk.dates.instant(one.expires_at)[:10] if one.expires_at else desk.say("profile.no_end"),
        )
        for one in tokens
    )


def build_users(desk: Desk, users: Iterable[User], *, may_create: bool) -> UsersScreen:
    """Return the list of accounts."""
    titles = role_titles(desk)
    rows = tuple(
        UserRow(
            one.login,
            one.name,
            initial_of(one.name),
            tone_of(one.id),
            tuple(titles.get(role, role) for role in one.roles),
            one.active,
            one.administrator,
        )
        for one in users
    )
    return UsersScreen(rows, tuple(titles.items()), may_create)


def role_options(desk: Desk, held: Sequence[str]) -> tuple[Option, ...]:
    """Return the roles of the packs as boxes to tick."""
    return tuple(Option(name, title, name in held) for name, title in role_titles(desk).items())


def role_titles(desk: Desk) -> Mapping[str, str]:
    """Return the roles by name."""
    return {name: desk.title(role.title) for name, role in desk.model.roles.items()}


def device_name(agent: str) -> str:
    """Return browser and system out of what a browser says of itself."""
    browser = next((name for name in _BROWSERS if name in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return ", ".join(_NAMES.get(name, name) for name in (browser, system) if name)
