"""Writing what would be billed into files."""

from pathlib import Path
from typing import Annotated

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, Namespace, action
from servicedesk_core.features.billing.export.files import files_of
from servicedesk_core.features.billing.export.model import BillingExported
from servicedesk_core.features.billing.preview.queries import UNSCOPED, Company, Everybody, Period, month_of
from servicedesk_core.features.billing.preview.tables.previews import ClientPreview, asked_for, by_client
from servicedesk_core.files import replace_file
from servicedesk_core.store import Tx


class Exporting(Namespace[Manner]):
    """What would be billed, as files."""

    @action(
        "billing.export",
        off_web="it writes a file of the machine",
        about="What was written.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
    )
    async def export(
        self,
        *,
        period: Period,
        company: Company = None,
        everybody: Everybody = False,
        folder: Annotated[Path | None, Help("Where to; a folder [default: billing-PERIOD].", name="to")] = None,
    ) -> BillingExported:
        """Write what would be billed for a month as CSV: documents, lines, and the records that each line bills.

        No accounting system is needed. What documents of ours bill already is left out. Each file comes into its place
        as a whole; those of the last time are replaced.

        Raises:
            SettingsError: That is no month, or the folder cannot be written.
            NotFoundLocallyError: There is no such client.
            DefinitionsError: A definition does not fit this program.
        """
        first, last = month_of(period)

        def found(tx: Tx) -> list[ClientPreview]:
            return list(by_client(tx, asked_for(tx, self.desk, first, last, company, everybody=everybody)))

        clients = await self.desk.store.read(found)
        drafts = [made.draft for one in clients for made in one.made]
        target = folder or Path(f"billing-{first:%Y-%m}")
        files = files_of(drafts)
        try:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            hint = "Choose a folder that you may write to."
            raise SettingsError(f"{target} cannot be made: {error.strerror}.", hint=hint) from error
        for name, content in files.items():
            replace_file(target / name, content)
        lines, left = sum(len(one.lines) for one in drafts), sum(len(one.left) for one in clients)
        return BillingExported(str(target), tuple(files), len(drafts), lines, left)
