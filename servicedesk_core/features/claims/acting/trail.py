"""What the audit trail is told of a claim: what a person decided here. What is sent is told by its write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.store import audit


def tell(
    tx: Tx,
    action: str,
    claim: StoredClaim,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> None:
    """Tell what was and what is; fields that are about people or devices are sealed."""
    audit.append(
        tx,
        at=now,
        actor=actor,
        action=action,
        entity=f"claim:{claim.claim_id}",
        before=audit.sealed(tx, before) if before is not None else None,
        after=audit.sealed(tx, after),
    )


def tell_step(tx: Tx, action: str, before: StoredClaim, after: StoredClaim, *, actor: str, now: datetime) -> None:
    """Tell where a claim stood and where it stands."""
    then = {"state": before.progress.state.value}
    at_last = {"state": after.progress.state.value, "ref": after.progress.ref}
    tell(tx, action, before, before=then, after=at_last, actor=actor, now=now)
