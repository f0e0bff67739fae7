"""Of one device and part, one claim is open: each open claim holds the keys of what it is for."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, select

from servicedesk_core.domain.warranty import ClaimDraft
from servicedesk_core.errors import ClaimExistsError, NotFoundLocallyError
from servicedesk_core.features.claims.tables.reading import by_number, get
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import claim_guards
from servicedesk_core.store.upserting import insert_into


def guard_keys(manufacturer: str, draft: ClaimDraft) -> frozenset[str]:
    """Return what may have one open claim: the device with each of its parts, or the device as a whole."""
    device = f"{manufacturer.casefold()}|{draft.device.serial_number.upper()}|"
    return frozenset(device + line.part_number.upper() for line in draft.lines) or frozenset({device})


def hold(tx: Connection, number: int, manufacturer: str, draft: ClaimDraft, *, force: bool) -> None:
    """Give a claim the keys of its draft instead of those that it held.

    Args:
        tx: A write transaction.
        number: The desk's number of the claim.
        manufacturer: The manufacturer.
        draft: What is claimed.
        force: Leave a key with the open claim that holds it.

    Raises:
        ClaimExistsError: An open claim holds one of them.
    """
    release(tx, number)
    for key in sorted(guard_keys(manufacturer, draft)):
        statement = insert_into(tx, claim_guards).values(key=key, claim=number).on_conflict_do_nothing()
        if tx.execute(statement.returning(claim_guards.c.key)).first() is not None or force:
            continue
        holder = tx.execute(select(claim_guards.c.claim).where(claim_guards.c.key == key)).scalar_one()
        other = by_number(tx, holder)
        part = key.rpartition("|")[2]
        what = f"part {part} of this device" if part else "this device"
        raise ClaimExistsError(
            f"Claim {other.claim_id} ({other.state.value.replace('_', ' ')}) is open for {what}.",
            hint=f"Look at it with `servicedesk claims show {other.claim_id}`, or say --force for a second one.",
            claim_id=other.claim_id,
        )


@contextmanager
def naming_only_seen(tx: Connection, scope: Scope | None) -> Iterator[None]:
    """Keep the id of an open claim, which somebody meets who may not see it, out of the error."""
    try:
        yield
    except ClaimExistsError as error:
        try:
            get(tx, error.claim_id, scope)
        except NotFoundLocallyError:
            message = "A claim is open for this device, or for a part of it."
            raise ClaimExistsError(message, hint="Say --force for a second one.") from None
        raise


def release(tx: Connection, number: int) -> None:
    """Free the keys that a claim holds."""
    tx.execute(delete(claim_guards).where(claim_guards.c.claim == number))
