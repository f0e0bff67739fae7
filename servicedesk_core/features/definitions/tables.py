"""Versions of definitions in the store. Rows are only ever added."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, cast

import orjson
from pydantic import BaseModel, ValidationError
from sqlalchemy import and_, func, select

from servicedesk_core.config.problems import problem_line
from servicedesk_core.definitions.key import Key
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import definition_versions, definitions

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Version:
    """What was applied together."""

    version: int
    at: datetime
    author: str
    reason: str
    despite_freeze: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A definition as a version left it."""

    kind: str
    name: str
    version: int
    effective_from: datetime | None
    body: Any
    """``None`` = removed."""

    @property
    def key(self) -> Key:
        """Which one."""
        return Key(self.kind, self.name)


VERSIONS: Final = Rows(Version, definition_versions)
KEPT: Final = Rows(Kept, definitions)


def newest(tx: Tx) -> Version | None:
    """Return the newest version; ``None`` = nothing was ever applied."""
    return VERSIONS.one(tx, VERSIONS.select().order_by(definition_versions.c.version.desc()).limit(1))


def state(tx: Tx, version: int) -> dict[Key, Kept]:
    """Return every definition as a version left it, with those that were removed.

    Raises:
        NotFoundLocallyError: There is no such version.
    """
    last = newest(tx)
    last_number = last.version if last is not None else 0
    if not 0 <= version <= last_number:
        raise NotFoundLocallyError(
            f"There is no version {version} of the definitions.",
            hint=f"The newest is {last_number}." if last_number else "Nothing was applied yet.",
        )
    table = definitions.c
    wanted = (
        select(table.kind, table.name, func.max(table.version).label("version"))
        .where(table.version <= version)
        .group_by(table.kind, table.name)
        .subquery()
    )
    joined = KEPT.select().join(
        wanted,
        and_(table.kind == wanted.c.kind, table.name == wanted.c.name, table.version == wanted.c.version),
    )
    return {one.key: one for one in KEPT.all(tx, joined.order_by(table.kind, table.name))}


def value(kind: DefinitionKind[M], kept: Kept, *, dated: bool = False) -> M:
    """Return a definition that was not removed: the same object for the same text, with all that it worked out.

    Args:
        kind: The kind.
        kept: What is stored of it.
        dated: Whether it is to say from when on it holds, where its model has a field for that.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    try:
        return cast("M", _read(kind.model, orjson.dumps(kept.body), kept.effective_from if dated else None, dated))
    except ValidationError as error:
        first = problem_line(error.errors(include_url=False)[0], kind.model, prefix=kept.key.path)
        raise DefinitionsError(
            f"What version {kept.version} says of {kept.key} does not fit this program: {first}",
            hint="Install the version of the program or plugin with which it was applied, or a newer one.",
        ) from error


@lru_cache(maxsize=1_000)
def _read(model: type[BaseModel], body: bytes, since: datetime | None, dated: bool) -> BaseModel:  # noqa: FBT001
    found = model.model_validate(orjson.loads(body))
    has_date = dated and "effective_from" in model.model_fields
    return found.model_copy(update={"effective_from": since}) if has_date else found


def versions_of(tx: Tx, kind: DefinitionKind[M]) -> tuple[M, ...]:
    """Return the versions of all definitions of a kind that hold at some time, oldest first.

    What was removed is still there for whatever was promised by it. One that another replaced before it began to hold
    is not. Where the model has a field ``effective_from``, it says when a version begins to hold.

    Args:
        tx: A transaction.
        kind: The kind.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    return tuple(one.value for one in holding(tx, kind) if one.value is not None)


@dataclass(frozen=True, slots=True)
class Holding(Generic[M]):
    """A definition from when on it holds until its next version does.

    Attributes:
        name: Its name; empty where there is one of the kind.
        since: From when on; ``None`` = since ever.
        value: What it says; ``None`` = there is none from then on.
    """

    name: str
    since: datetime | None
    value: M | None


def holding(tx: Tx, kind: DefinitionKind[M], known_at: datetime | None = None) -> tuple[Holding[M], ...]:
    """Return what :func:`versions_of` does, with when each begins to hold and with what was removed, oldest first.

    Args:
        tx: A transaction.
        kind: The kind.
        known_at: Only what was applied by then; ``None`` = all.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    query = KEPT.select().where(definitions.c.kind == kind.name).order_by(definitions.c.version.desc())
    if known_at is not None:
        applied = select(definition_versions.c.version).where(definition_versions.c.at <= known_at)
        query = query.where(definitions.c.version.in_(applied))
    next_from: dict[Key, datetime | None] = {}
    held: list[Holding[M]] = []
    for one in KEPT.all(tx, query):
        if one.key in next_from and not _is_before(one.effective_from, next_from[one.key]):
            continue
        next_from[one.key] = one.effective_from
        found = None if one.body is None else value(kind, one, dated=True)
        held.append(Holding(one.name, one.effective_from, found))
    return tuple(reversed(held))


def in_force(tx: Tx, kind: DefinitionKind[M], at: datetime) -> tuple[M, ...]:
    """Return the definitions of a kind that hold at an instant, by name; what was removed does not.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    return _last(kind, [one for one in _of(tx, kind) if one.effective_from is None or one.effective_from <= at])


def newest_values(tx: Tx, kind: DefinitionKind[M]) -> tuple[M, ...]:
    """Return the definitions of a kind as they were decided last, by name, whenever that begins to hold.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    return _last(kind, _of(tx, kind))


def decisions(tx: Tx, kind: DefinitionKind[Any]) -> dict[str, Version]:
    """Return the version that last changed each definition of a kind, by the definitions' names."""
    joined = select(definitions.c.name, *VERSIONS.columns).where(definitions.c.kind == kind.name)
    joined = joined.join(definition_versions, definition_versions.c.version == definitions.c.version)
    rows = tx.execute(joined.order_by(definitions.c.version)).all()
    return {name: VERSIONS.of(version) for name, *version in rows}


def applied(tx: Tx, kind: DefinitionKind[M]) -> Iterator[tuple[str, Version, M | None]]:
    """Yield what versions said of the definitions of a kind, oldest first; ``None`` = it was removed.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    joined = select(*KEPT.columns, *VERSIONS.columns).where(definitions.c.kind == kind.name)
    joined = joined.join(definition_versions, definition_versions.c.version == definitions.c.version)
    many = len(KEPT.columns)
    for row in tx.execute(joined.order_by(definitions.c.version, definitions.c.name)):
        kept = KEPT.of(row[:many])
        yield kept.name, VERSIONS.of(row[many:]), None if kept.body is None else value(kind, kept)


def _of(tx: Tx, kind: DefinitionKind[Any]) -> list[Kept]:
    return KEPT.all(tx, KEPT.select().where(definitions.c.kind == kind.name).order_by(definitions.c.version))


def _last(kind: DefinitionKind[M], kept: Iterable[Kept]) -> tuple[M, ...]:
    found = {one.name: one for one in kept}
    return tuple(value(kind, found[name]) for name in sorted(found) if found[name].body is not None)


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one < other)
