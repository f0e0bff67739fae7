"""What is taken away from a page: the whole list as CSV, and the document of ``--json``."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from anyio import CancelScope
from starlette.responses import Response, StreamingResponse

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Offer, Page
from servicedesk_core.faces.column import chosen_columns, fields_of
from servicedesk_core.faces.csv_cell import csv_cell
from servicedesk_core.faces.document import document_of, json_bytes
from servicedesk_core.web import taken
from servicedesk_core.web.console.requested import AS, Requested, called
from servicedesk_core.web.console.visiting import Visit

_FIRST: Final = 50
_PIECE: Final = 1_000
"""Rows that are asked for at once; of the first, for which somebody waits, there are few."""


async def as_json(visit: Visit, offer: Offer[..., Any], wanted: Requested, found: Any) -> Response:
    """Return a result as its document."""
    if isinstance(found, Page):
        await taken.keep(visit.desk, offer, wanted.pairs, rows=len(found), kind="json")
    return Response(json_bytes(document_of(offer.name, offer.version, found)), media_type="application/json")


async def as_csv(visit: Visit, offer: Offer[..., Any], wanted: Requested) -> Response:
    """Return a whole list, piece by piece: its filter holds, and it does not end where a page does.

    Raises:
        SettingsError: It is no list, has no such column, or is not understood.
    """
    if offer.row is None:
        raise SettingsError("This is no list.", hint=f"It can be had as JSON: {AS}=json.")
    names = chosen_columns(offer.row, wanted.columns) or fields_of(offer.row)
    kept = [pair for pair in wanted.pairs if pair[0] not in {"after", "limit"}]
    more = {"limit": _PIECE} if offer.is_cut else {}
    first = await called(visit, offer, kept, **more and {"limit": _FIRST})

    async def lines() -> AsyncIterator[str]:
        found, rows = first, 0
        try:
            yield _line(names)
            while True:
                yield "".join(_line(csv_cell(getattr(row, name)) for name in names) for row in found.items)
                rows += len(found)
                if not found.next:
                    return
                found = await called(visit, offer, kept, **more, after=found.next)
        finally:
            with CancelScope(shield=True):  # who leaves in the middle has taken what came until then
                await taken.keep(visit.desk, offer, kept, rows=rows, kind="csv")

    headers = {"Content-Disposition": f'attachment; filename="{offer.name.replace(".", "-")}.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _line(cells: Iterable[Any]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
