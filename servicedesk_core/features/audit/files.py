"""Checkpoints and the chain itself in files."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlalchemy import Connection as Tx

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.audit.model import AuditExport
from servicedesk_core.store import audit
from servicedesk_core.store.audit import AuditRecord, Checkpoint
from servicedesk_core.store.queries.ownership import own_audit, seen_record
from servicedesk_core.store.queries.scope import Scope, Sight


def keep(point: Checkpoint, file: Path) -> None:
    """Append a checkpoint to a file.

    Raises:
        SettingsError: The file cannot be written.
    """
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


def export(tx: Tx, file: BinaryIO, scope: Scope | None) -> AuditExport:
    """Write the records that a scope lets through as JSON lines."""
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


def read(path: Path) -> tuple[Checkpoint, ...]:
    """Return the checkpoints in a file.

    Raises:
        SettingsError: It cannot be read.
    """
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
