"""A real desk on both databases: all KPIs of a month, and its records as Parquet, the first time and after that."""

import asyncio
import tempfile
from pathlib import Path
from time import process_time

from benchmarks import kpis
from benchmarks.databases import new_database, running_postgres
from benchmarks.real_desk import NOW, RealDesk
from benchmarks.rows import Row, at_most, row
from benchmarks.service import write_definitions
from servicedesk_core import ServiceDesk
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.testing import FakeClock


def real_desk(*, quick: bool) -> list[Row]:
    """Fifty technicians, 300,000 tickets with their events, 1,000 of them open."""
    desk = RealDesk(tickets=3_000, still_open=100) if quick else RealDesk()
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        addresses = {"SQLite": f"sqlite:///{folder}/desk.db", "PostgreSQL": new_database(server)}
        return [
            one
            for name, url in addresses.items()
            for one in asyncio.run(_measured(desk, url, Path(folder) / name, on=name))
        ]


async def _measured(size: RealDesk, url: str, folder: Path, *, on: str) -> list[Row]:
    clock = FakeClock(NOW)
    with Store.open(url, clock=clock) as store:
        size.fill(store)
    write_definitions(folder / "service")
    async with ServiceDesk({"desk": {"name": "Measured desk"}}, store=url, clock=clock) as desk:
        await desk.definitions.apply(reason="measured", folder=folder / "service")
        await desk.sla.evaluate()
        figures = await asyncio.to_thread(kpis.measured, desk.store, size, on=f", {on}")
        whole_s = await _exported(desk, folder)
        await desk.store.write(_change_one)
        again_s = await _exported(desk, folder)
    measure = f"records as Parquet once one ticket changed, {on}, processor time"
    compared = f"all of them {whole_s:.1f} s"
    return [figures, row(measure, f"{again_s:.1f} s", compared, at_most(again_s / whole_s, 0.25))]


async def _exported(desk: ServiceDesk, folder: Path) -> float:
    began = process_time()
    await desk.analytics.export(folder / "parquet")
    return process_time() - began


def _change_one(tx: Tx) -> None:
    tx.exec_driver_sql(f"UPDATE tickets SET changed_at = {to_us(NOW) + 1} WHERE external_id = '7'")
