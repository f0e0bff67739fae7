"""Taking the chain, or its newest hash, out of the store."""

from pathlib import Path
from typing import Annotated, BinaryIO

from servicedesk_core.faces import Capability, Help, Manner, action, method
from servicedesk_core.features.audit import files
from servicedesk_core.features.audit.model import AuditExport
from servicedesk_core.features.audit.queries import AuditQueries
from servicedesk_core.files import replacing
from servicedesk_core.store import audit
from servicedesk_core.store.audit import Checkpoint
from servicedesk_core.store.queries.scope import Scope


class AuditTrail(AuditQueries[Manner]):
    """Who did what, and copies of it elsewhere."""

    @method(Capability.AUDIT_READ)
    async def export(self, target: Path | BinaryIO, *, scope: Scope | None = None) -> AuditExport:
        """Write the whole chain as JSON lines, one record each, with its hash.

        Args:
            target: A path, where the file appears when it is complete, or an open binary file.
            scope: Only what it lets through; see :meth:`list`. Such a file cannot be verified: the chain has holes.

        Raises:
            SettingsError: The file cannot be written.
        """
        if not isinstance(target, Path):
            return await self.desk.store.read(lambda tx: files.export(tx, target, scope))
        with replacing(target) as file:
            return await self.desk.store.read(lambda tx: files.export(tx, file, scope))

    @action(
        "audit.checkpoint",
        about="How far the chain is.",
        needs=Capability.AUDIT_READ,
        unscoped="the chain is one for the whole desk",
    )
    async def checkpoint(
        self, *, file: Annotated[Path | None, Help("Append it to this file, best on another machine.")] = None
    ) -> Checkpoint:
        """Remember how far the chain is, so that a cut tail or a chain made anew shows.

        Raises:
            SettingsError: The file cannot be written.
        """
        point = await self.desk.store.write(lambda tx: audit.checkpoint(tx, self.desk.clock.now()))
        if file is not None:
            files.keep(point, file)
        return point
