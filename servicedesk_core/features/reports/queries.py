"""Reports that were made to be sent, and one of them as it was."""

from typing import Annotated, Final

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.features.reports import tables
from servicedesk_core.features.reports.model import KeptReport, SentReport
from servicedesk_core.store import Tx
from servicedesk_core.store.paging import page_of

_PAGES: Final = "servicedesk_core.features.reports.pages"
OF_ALL: Final = "a report is of the whole desk"
NUMBER = Annotated[int, Help("Its number, as `reports sent` lists it.", names="reports.sent")]


class SentReports(Namespace[Manner]):
    """Reports that were made to be sent."""

    @query(
        "reports.sent",
        about="Reports that were made to be sent, the newest first.",
        needs=Capability.INTERNAL,
        unscoped=OF_ALL,
        empty="None was made. [report_mails.NAME] of the definitions says which is mailed, when, and to whom.",
        sorts=tuple(tables.SORTS),
    )
    def sent(
        self,
        tx: Tx,
        *,
        doubtful: Annotated[bool, Help("Only those of which nobody knows whether they came.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[SentReport]:
        """List the reports that were made to be sent, with what became of each.

        One that says what you may not see is not among them.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        chosen = tables.listed(tx, self.desk.may, doubtful=doubtful)
        return Page(*page_of(tx, chosen, tables.SORTS, tables.row_of, by="-id", sort=sort, after=after, limit=limit))

    @query(
        "reports.show",
        about="A report as it was made.",
        needs=Capability.INTERNAL,
        unscoped=OF_ALL,
        page=f"{_PAGES}:show",
        html=f"{_PAGES}:html",
    )
    def show(
        self,
        tx: Tx,
        number: NUMBER,
    ) -> KeptReport:
        """Show a report as it was made: the mail's text, and with --html the page, byte for byte.

        Raises:
            NotFoundLocallyError: There is none of that number that you may see.
        """
        return tables.kept(tx, number, self.desk.may)
