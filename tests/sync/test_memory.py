"""Memory does not grow with the number of records."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from servicedesk_core.hooks import Page, SourceRecord

STAMP = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_memory_stays_flat_however_many_records_come(desk, monkeypatch):
    """Compares the peak of a long stream with that of a short one."""
    from dataclasses import replace

    desk.limits = replace(desk.limits, batch_rows=1_000)

    def endless(pages):
        async def pull(request):
            for number in range(pages):
                rows = (number * 500 + n for n in range(500))
                records = [
                    SourceRecord(f"{row:08}", {"id": f"{row:08}", "name": f"Company {row}", "text": "x" * 500})
                    for row in rows
                ]
                last = number == pages - 1
                yield Page(records, None if last else f"v1:{number}", last, max_stamp=STAMP)

        return pull

    async def peak(pages):
        monkeypatch.setattr(desk.calls, "pull", endless(pages))
        tracemalloc.start()
        report = await desk.sync(desk.connection(filters={"pages": pages}), streams=("companies",))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert report.stream("companies").read >= pages * 500
        return most

    short = await peak(8)
    assert await peak(60) <= 1.2 * short
