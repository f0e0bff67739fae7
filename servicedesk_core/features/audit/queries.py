"""What the chain says, and whether it holds."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final

from sqlalchemy import Connection as Tx

from servicedesk_core.faces import Capability, Help, Manner, Namespace, Page, number_after, query
from servicedesk_core.features.audit import files
from servicedesk_core.features.audit.model import AuditCheck
from servicedesk_core.store import audit
from servicedesk_core.store.audit import AuditRecord
from servicedesk_core.store.queries.ownership import own_audit, seen_record
from servicedesk_core.store.queries.scope import Scope, Sight

_MOST_PROBLEMS: Final = 100


class AuditQueries(Namespace[Manner]):
    """Who did what."""

    @query(
        "audit.list",
        about="Records of the audit trail, the newest first.",
        needs=Capability.AUDIT_READ,
        version=2,
        empty="No such record. Every sync, write, claim and privacy command leaves one.",
    )
    def list(
        self,
        tx: Tx,
        *,
        entity: Annotated[str | None, Help("Only about this, such as write:12.")] = None,
        after: Annotated[str | None, Help('"next" of the page before: what is older.')] = None,
        limit: Annotated[int, Help("At most so many.", between=(1, 10_000))] = 50,
        scope: Scope | None = None,
    ) -> Page[AuditRecord]:
        """List what was done, the newest first.

        Returns:
            Records by number, downwards; with a scope only what was done to its writes, each without references that
            lead out of it and without the hash of the record before.
        """
        find = partial(audit.read, after=number_after(after), limit=limit + 1, newest_first=True, entity=entity)
        if scope is None:
            found = tuple(find(tx))
        else:
            sight = Sight(tx, scope)
            found = tuple(seen_record(sight, record) for record in find(tx, only=own_audit(tx, sight)))
        return Page(found[:limit], str(found[limit - 1].seq) if len(found) > limit else None)

    @query(
        "audit.verify",
        about="Whether the chain holds.",
        needs=Capability.AUDIT_READ,
        unscoped="the chain is one for the whole desk",
        page="servicedesk_core.features.audit.pages:check",
        fails=lambda found: not found.is_valid,
    )
    def verify(
        self,
        tx: Tx,
        *,
        checkpoints: Annotated[Path | None, Help('A file that "audit checkpoint --file" wrote elsewhere.')] = None,
    ) -> AuditCheck:
        """Look at every record of the chain. Exit code 1 when it does not hold.

        It is held against the store's own checkpoints and those of a file.

        Raises:
            SettingsError: The file cannot be read.
        """
        points = files.read(checkpoints) if checkpoints else ()
        verdict = audit.verify(tx, points)
        return AuditCheck(
            is_valid=verdict.is_valid,
            records=verdict.records,
            head=verdict.head,
            anchored_to=verdict.anchored_to,
            unanchored=verdict.head - verdict.anchored_to,
            checkpoints=len(points),
            problems=verdict.problems[:_MOST_PROBLEMS],
        )
