"""Writing the records of the desk as Parquet."""

from functools import partial
from pathlib import Path
from typing import Annotated, Protocol

from servicedesk_core.faces import Capability, Desk, Help, Manner, Namespace, action
from servicedesk_core.features.analytics.exporting import write
from servicedesk_core.features.analytics.folder import Folder
from servicedesk_core.features.analytics.model import Exported
from servicedesk_core.store import Store
from servicedesk_core.store.holding import held


class ExportingDesk(Desk, Protocol):
    """A desk whose store can be held."""

    @property
    def store(self) -> Store:
        """Where its records are."""
        ...


class Analytics(Namespace[Manner]):
    """The records of the desk as Parquet."""

    desk: ExportingDesk

    @action(
        "analytics.export",
        about="What was written.",
        needs=Capability.INTERNAL,
        unscoped="who sees a part of the desk exports streams one by one",
    )
    async def export(
        self, folder: Annotated[Path, Help("Where to; a new folder, or one that an export has written.")]
    ) -> Exported:
        """Write all records as Parquet into a folder, or what changed since the last time.

        The folder holds one instant of the desk: its "manifest.json" names the files that count. One that fails or is
        killed leaves it as it was. What is gone or erased in the store is gone in the folder after the next export.
        What work and goods cost, and when people are away, is written only by who may read it.

        Raises:
            SettingsError: The extra ``analytics`` is missing, or the folder cannot be written or is another's.
            LeaseHeldError: Another process writes into the folder.
        """
        desk, target = self.desk, Folder(folder.absolute())
        async with held(desk.store, f"analytics:{target.root}") as fence:
            of_all = partial(
                write,
                folder=target,
                at=desk.clock.now(),
                with_costs=desk.may(Capability.MONEY),
                with_absences=desk.may(Capability.ABSENCES),
            )
            written = await desk.store.read(of_all)
            # In a transaction: whoever lost the lease publishes nothing, and nobody takes it meanwhile.
            await desk.store.write(lambda _: target.publish(written.manifest), fence=fence)
        files = [one for table in written.manifest.tables.values() for one in table.files]
        return Exported(
            folder=str(folder),
            tables=len(written.manifest.tables),
            rows=sum(one.rows for one in files),
            files=len(files),
            written=written.files,
            position=written.manifest.position,
        )
