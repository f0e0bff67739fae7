"""A desk that is synced for years grows with its records, not with its runs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from servicedesk_core.store.schema import RECORDS, metadata


def rows(desk):
    kept_for_ever = {*RECORDS, "audit"}
    system = [table for name, table in metadata.tables.items() if name not in kept_for_ever]
    return desk.store.read_blocking(
        lambda tx: {t.name: tx.execute(select(func.count()).select_from(t)).scalar_one() for t in system}
    )


async def half_a_year(desk, clock):
    """The same tickets change every month."""
    for month in range(6):
        for n in range(10):
            desk.vendor.ticket(f"{n:05}", company="c1", assignee="t1", status="New" if month % 2 else "Complete")
        clock.advance(30 * 86_400)
        assert (await desk.sync()).ok


@pytest.mark.slow
async def test_no_table_grows_by_running(desk, clock):
    desk.seed(tickets=20, notes=5)
    desk.announcer = Quiet()
    await half_a_year(desk, clock)
    before = rows(desk)
    await half_a_year(desk, clock)
    assert {name: (before[name], count) for name, count in rows(desk).items() if count > before[name]} == {}
    assert before["changes"] > 0 < before["runs"]


async def test_how_long_is_kept_can_be_said(desk, clock):
    desk.seed(tickets=20, notes=5)
    await desk.sync()
    clock.advance(3 * 86_400)
    engine = desk.engine(keep_changes=timedelta(days=1))
    await engine.run(desk.connection())
    assert rows(desk)["changes"] == 1


class Quiet:
    def on_changes(self, changes):
        pass

    def on_sync_finished(self, finished):
        pass
