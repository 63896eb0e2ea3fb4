"""What a tenant's users made of open dictionaries, as rows beside the packs' items."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from engine.kernel.text import LocalText
from engine.metamodel.model import DictionaryItem
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.system import DICTIONARY_ITEM

_KEPT = ("code", "order", "tone", "active", "parent", "valid_from", "valid_to", "successor")


def read_items(session: Session) -> list[tuple[str, DictionaryItem]]:
    """Return the dictionary and the item of every row that is not removed."""
    columns = (DICTIONARY_ITEM.c.dictionary, DICTIONARY_ITEM.c.title, *(DICTIONARY_ITEM.c[name] for name in _KEPT))
    chosen = select(*columns).where(DICTIONARY_ITEM.c.removed.is_(False))
    found: list[tuple[str, DictionaryItem]] = []
    for row in session.execute(chosen.order_by(*DICTIONARY_ITEM.primary_key.columns)).mappings():
        kept = {name: row[name] for name in _KEPT}
        found.append((row["dictionary"], DictionaryItem(title=LocalText(row["title"]), **kept)))
    return found


def save_item(session: Session, dictionary: str, item: DictionaryItem, at: datetime, by: str) -> None:
    """Write an item; a row of the same code is replaced."""
    values = {
        **{name: getattr(item, name) for name in _KEPT},
        "title": dict(item.title.by_language),
        "removed": False,
        "updated_at": at,
        "updated_by": by,
    }
    new = upsert(session.dialect, DICTIONARY_ITEM).values(dictionary=dictionary, version=1, **values)
    again = {**values, "version": DICTIONARY_ITEM.c.version + 1}
    key = list(DICTIONARY_ITEM.primary_key.columns)
    session.execute(new.on_conflict_do_update(index_elements=key, set_=again))


def remove_item(session: Session, dictionary: str, code: str) -> bool:
    """Delete the row of an item; tell whether there was one."""
    gone = delete(DICTIONARY_ITEM).where(DICTIONARY_ITEM.c.dictionary == dictionary, DICTIONARY_ITEM.c.code == code)
    return session.execute(gone).rowcount == 1
