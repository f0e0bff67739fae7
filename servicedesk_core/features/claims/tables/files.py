"""The files of claims."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.claims.model import ClaimFile
from servicedesk_core.features.claims.tables.stored import FILES, LOADED_FILES, LoadedFile
from servicedesk_core.store.schema import claim_attachments

_C = claim_attachments.c


def add(
    tx: Connection, claim: int, *, name: str, media_type: str, kind: str, content: bytes, actor: str, now: datetime
) -> ClaimFile:
    """Store a file of a claim; the same content of the same claim is stored once."""
    digest = hashlib.sha256(content).hexdigest()
    there = FILES.select().where(_C.claim == claim, _C.sha256 == digest).order_by(_C.id).limit(1)
    if (known := FILES.one(tx, there)) is not None:
        return known
    values = {
        "claim": claim,
        "name": name,
        "media_type": media_type,
        "kind": kind,
        "size": len(content),
        "sha256": digest,
        "added_at": now,
        "added_by": actor,
        "content": content,
    }
    tx.execute(insert(claim_attachments).values(values))
    return FILES.all(tx, there)[0]


def of(tx: Connection, claim: int) -> list[ClaimFile]:
    """Return the files of a claim without their content."""
    query = FILES.select().where(_C.claim == claim).order_by(_C.id)
    return FILES.all(tx, query)


def load(tx: Connection, numbers: Collection[int]) -> list[LoadedFile]:
    """Return files with their content, by number.

    Raises:
        NotFoundLocallyError: One is not there.
    """
    if not numbers:
        return []
    found = LOADED_FILES.all(tx, LOADED_FILES.select().where(_C.id.in_(list(numbers))).order_by(_C.id))
    if len(found) != len(set(numbers)):
        message = "A file of the claim is not in the store any more."
        raise NotFoundLocallyError(message, hint="Add it again with `servicedesk claims attach`.")
    return found


def remove(tx: Connection, claim: int, number: int) -> bool:
    """Forget a file that was not sent; return whether it was there."""
    gone = delete(claim_attachments).where(_C.claim == claim, _C.id == number, _C.sent_as.is_(None))
    return tx.execute(gone).rowcount == 1


def sent(tx: Connection, numbers: Collection[int], write: int) -> None:
    """Remember which write sent files."""
    tx.execute(update(claim_attachments).where(_C.id.in_(list(numbers))).values(sent_as=write))
