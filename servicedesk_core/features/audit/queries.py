"""What the chain says, and whether it holds."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.features.audit import files
from servicedesk_core.store import audit
from servicedesk_core.store.audit import AuditRecord, AuditVerdict
from servicedesk_core.store.queries.ownership import own_audit, seen_record
from servicedesk_core.store.queries.scope import Scope, Sight


class AuditQueries(Namespace[Manner]):
    """Who did what."""

    @query(
        "audit.list",
        about="Records of the audit trail, the newest first.",
        needs=Capability.AUDIT_READ,
        version=2,
        sorts=audit.COLUMNS,
        empty="No such record. Every sync, write, claim and privacy command leaves one.",
    )
    def list(
        self,
        tx: Tx,
        *,
        entity: Annotated[str | None, Help("Only about this, such as write:12.")] = None,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[AuditRecord]:
        """List what was done, the newest first.

        Returns:
            Records by number, downwards; with a scope only what was done to its writes, each without references that
            lead out of it and without the hash of the record before.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        sight = None if scope is None else Sight(tx, scope)
        only = None if sight is None else own_audit(tx, sight)
        found = audit.page(tx, entity=entity, only=only, sort=sort, after=after, limit=limit)
        return found if sight is None else replace(found, items=tuple(seen_record(sight, one) for one in found))

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
    ) -> AuditVerdict:
        """Look at every record of the chain. Exit code 1 when it does not hold.

        It is held against the store's own checkpoints and those of a file.

        Raises:
            SettingsError: The file cannot be read.
        """
        points = files.read(checkpoints) if checkpoints else ()
        return audit.verify(tx, points)
