"""The audit trail of a desk: read it, verify it, keep checkpoints of it elsewhere."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import orjson
from sqlalchemy import Connection as Tx

from servicedesk_core.errors import SettingsError
from servicedesk_core.ports import Clock
from servicedesk_core.runtime.files import replacing
from servicedesk_core.store import Store, audit
from servicedesk_core.store.audit import AuditProblem, AuditRecord, AuditVerdict, Checkpoint
from servicedesk_core.store.queries.ownership import own_audit, seen_record
from servicedesk_core.store.queries.scope import Scope, Sight

_MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a verification found.

    Attributes:
        is_valid: Whether the chain holds, as far as it can be told.
        records: How many records were looked at.
        head: Number of the newest record.
        anchored_to: Number of the newest record that a checkpoint vouches for; what comes after it could have been made
            anew.
        unanchored: How many records no checkpoint vouches for.
        checkpoints: How many checkpoints from elsewhere were used.
        problems: Where the chain does not hold; at most 100.
    """

    is_valid: bool
    records: int
    head: int
    anchored_to: int
    unanchored: int
    checkpoints: int
    problems: tuple[AuditProblem, ...]


@dataclass(frozen=True, slots=True)
class AuditExport:
    """What was exported.

    Attributes:
        records: How many records.
        head: Number of the newest record.
        hash: Its hash.
    """

    records: int
    head: int
    hash: str


class AuditTrail:
    """The audit trail of a desk.

    Args:
        store: The desk's store.
        clock: The time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list(
        self, *, entity: str | None = None, before: int = 0, limit: int = 100, scope: Scope | None = None
    ) -> tuple[AuditRecord, ...]:
        """Return records, the newest first.

        Args:
            entity: Only about this, for example ``write:12``.
            before: Only with a smaller number; 0 = from the end.
            limit: At most so many.
            scope: Only records about its writes, each without references that lead out of it and without the hash of
                the record before.
        """
        find = partial(audit.read, after=before, limit=limit, newest_first=True, entity=entity)

        def work(tx: Tx) -> tuple[AuditRecord, ...]:
            if scope is None:
                return tuple(find(tx))
            sight = Sight(tx, scope)
            return tuple(seen_record(sight, record) for record in find(tx, only=own_audit(tx, sight)))

        return await self._store.read(work)

    async def verify(self, checkpoints: Path | None = None) -> AuditCheck:
        """Look at every record, and hold the chain against the store's own checkpoints and those of a file.

        Args:
            checkpoints: A file that :meth:`checkpoint` wrote.

        Raises:
            SettingsError: The file cannot be read.
        """
        points = _read(checkpoints) if checkpoints else ()
        verdict: AuditVerdict = await self._store.read(lambda tx: audit.verify(tx, points))
        return AuditCheck(
            is_valid=verdict.is_valid,
            records=verdict.records,
            head=verdict.head,
            anchored_to=verdict.anchored_to,
            unanchored=verdict.head - verdict.anchored_to,
            checkpoints=len(points),
            problems=verdict.problems[:_MOST_PROBLEMS],
        )

    async def export(self, target: Path | BinaryIO, *, scope: Scope | None = None) -> AuditExport:
        """Write the whole chain as JSON lines, one record each, with its hash.

        Args:
            target: A path, where the file appears when it is complete, or an open binary file.
            scope: Only what it lets through; see :meth:`list`. Such a file cannot be verified: the chain has holes.

        Raises:
            SettingsError: The file cannot be written.
        """
        if not isinstance(target, Path):
            return await self._store.read(lambda tx: _export(tx, target, scope))
        with replacing(target) as file:
            return await self._store.read(lambda tx: _export(tx, file, scope))

    async def checkpoint(self, file: Path | None = None) -> Checkpoint:
        """Remember how far the chain is.

        Args:
            file: Append it here too; worth most on another machine.

        Raises:
            SettingsError: The file cannot be written.
        """
        point = await self._store.write(lambda tx: audit.checkpoint(tx, self._clock.now()))
        if file is not None:
            _keep(point, file)
        return point


def _keep(point: Checkpoint, file: Path) -> None:
    line = orjson.dumps(asdict(point), option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    try:
        # What all trust rests on is its owner's to write, whatever the umask says.
        with open(file, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as lines:
            lines.write(line)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}).", hint="Name another.") from error


def _records(tx: Tx, scope: Scope | None) -> Iterator[AuditRecord]:
    if scope is None:
        return audit.each(tx)
    sight = Sight(tx, scope)
    return (seen_record(sight, record) for record in audit.each(tx, own_audit(tx, sight)))


def _export(tx: Tx, file: BinaryIO, scope: Scope | None) -> AuditExport:
    count, head, newest = 0, 0, audit.FIRST
    for record in _records(tx, scope):
        line = {
            "action": record.action,
            "actor": record.actor,
            "after": record.after,
            "at": audit.stamp(record.at),
            "before": record.before,
            "entity": record.entity,
            "prev_hash": record.prev_hash,
            "reason": record.reason,
            "seq": record.seq,
            "hash": record.hash,
        }
        file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        count, head, newest = count + 1, record.seq, record.hash
    return AuditExport(count, head, newest)


def _read(path: Path) -> tuple[Checkpoint, ...]:
    try:
        lines = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
        return tuple(
            Checkpoint(line["seq"], line["hash"], line["count"], datetime.fromisoformat(line["at"])) for line in lines
        )
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).", hint="Name a file of checkpoints.") from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} holds something else than checkpoints."
        raise SettingsError(message, hint="Name a file that `servicedesk audit checkpoint --file` wrote.") from error
