"""Who takes 200 tickets among 50 technicians, from an open store: one after the other, with loads that grow."""

import asyncio
import tempfile
from pathlib import Path
from time import process_time

from benchmarks.morning import OPEN, TECHNICIANS, TOTAL, open_desk, prepare
from benchmarks.rows import Row, at_most, row
from servicedesk_core.features.tickets import TicketFilter
from servicedesk_core.store import Tx

WANTED = 200
_REQUIRED = """
[requirements.all]
skills = { networking = 2 }
"""
_PEOPLE = (
    "UPDATE technicians SET skills = CASE WHEN local_id % 3 = 0 THEN '{\"networking\": 4}' "
    "ELSE '{\"networking\": 2}' END, certifications = '[]'"
)
_UNASSIGNED = (
    "UPDATE tickets SET assignee_ref = NULL, status_category = 'triaged', due_at = NULL WHERE local_id IN "
    f"(SELECT local_id FROM tickets WHERE is_open ORDER BY local_id LIMIT {WANTED})"
)


def assigning(*, quick: bool) -> list[Row]:
    """Two hundred tickets that nobody has, ranked among fifty technicians."""
    return asyncio.run(_measured(TOTAL // 30 if quick else TOTAL))


async def _measured(total: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        await prepare(Path(folder), total)
        more = Path(folder) / "service" / "assigning.toml"
        more.write_text(_REQUIRED)
        async with open_desk(Path(folder)) as desk:
            await desk.definitions.apply(reason="measured", folder=more.parent)
            await desk.store.write(_prepare)
            wanted = [one.external_id for one in await desk.tickets.list(TicketFilter(assignee=("",)), limit=WANTED)]
            times = []
            for _ in range(4):
                began = process_time()
                shown = await desk.assign.preview(wanted)
                times.append(process_time() - began)
            given = sum(one.technician is not None for one in shown.rows)
            nothing = process_time()
            await desk.assign.candidates(shown.rows[0].external_id)
            one_s = process_time() - nothing
    seconds = min(times[1:])
    among = f"{len(shown.rows)} tickets among {TECHNICIANS} technicians, {OPEN:,} of {total:,} open"
    measure = f"who takes {among}, processor time"
    compared = f"{given} given; one ticket alone {one_s:.3f} s"
    return [row(measure, f"{seconds:.3f} s", compared, at_most(seconds, 2.0, "s"))]


def _prepare(tx: Tx) -> None:
    tx.exec_driver_sql(_PEOPLE)
    tx.exec_driver_sql(_UNASSIGNED)
