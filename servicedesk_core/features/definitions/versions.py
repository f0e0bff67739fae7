"""Versions: what each changed, and how one is added."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import insert, select

from servicedesk_core.definitions.key import Key
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.definitions.model import DefinitionVersion
from servicedesk_core.features.definitions.tables import KEPT, VERSIONS, Kept, Version, newest
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.schema import definition_versions, definitions

MOMENT: Final = timedelta(microseconds=1)
"""So much later than the one before is a version at least, whatever the clock of this machine says."""


def history(tx: Tx) -> Iterator[DefinitionVersion]:
    """Yield all versions with the definitions that each changed."""
    changed: dict[int, list[str]] = {}
    table = definitions.c
    rows = tx.execute(select(table.version, table.kind, table.name).order_by(table.kind, table.name))
    for version, kind, name in rows.all():
        changed.setdefault(version, []).append(str(Key(kind, name)))
    for one in VERSIONS.all(tx, VERSIONS.select()):
        names = tuple(changed.get(one.version, ()))
        yield DefinitionVersion(one.version, one.at, one.author, one.reason, names, one.despite_freeze)


def append(tx: Tx, version: Version, changed: Iterable[Kept]) -> None:
    """Add a version."""
    tx.execute(insert(definition_versions).values(VERSIONS.values(version)))
    tx.execute(insert(definitions), [KEPT.values(one) for one in changed])


def decide(tx: Tx, kind: DefinitionKind[Any], name: str, value: BaseModel | None, version: Version) -> Version:
    """Decide about one definition by an act, as a version of its own, and return that.

    A freeze does not hold it up: what acts decide about is nothing that was promised.

    Args:
        tx: A write transaction.
        kind: Its kind.
        name: Its name.
        value: What it says from now on; ``None`` = it is removed.
        version: Who decides, when, and why; it gets the next number.
    """
    audit.take_turn(tx)  # whoever decides at the same time sees this version, or this one sees theirs
    last = newest(tx)
    at = version.at if last is None else max(version.at, last.at + MOMENT)
    made = replace(version, version=1 if last is None else last.version + 1, at=at)
    body = None if value is None else value.model_dump(mode="json")
    append(tx, made, [Kept(kind.name, name, made.version, at, body)])
    return made
