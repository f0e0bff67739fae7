"""A process that is killed in the middle of an act leaves nothing half-written, and its form can be sent again."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.web.console.acting.conftest import followed, opened

pytestmark = pytest.mark.slow  # another process

ROOT = Path(__file__).parents[4]


async def test_a_note_whose_sender_was_killed_is_written_once(browser, desk, vendor, settings, clock):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/tickets/note?ticket=T1")
    words = {"text": "Called", "_do": "staff"}
    vendor.faults.append("hang_after")
    told = (json.dumps(settings), ana.client.headers["Cookie"], action, json.dumps(words), clock.now().isoformat())
    sender = await asyncio.create_subprocess_exec(sys.executable, "-m", f"{__package__}.sender", *told, cwd=ROOT)
    try:
        assert await asyncio.to_thread(vendor.committed.wait, 60), "the vendor got it"
    finally:
        sender.kill()
        await sender.wait()
    vendor.release.set()
    (write,) = (await desk.writes.list(everything=True)).items
    assert write.state == "sending"
    page = await followed(ana, await ana.post(action, words))
    assert "Write 1" in page.text
    await desk.outbox.run()
    (write,) = (await desk.writes.list(everything=True)).items
    assert write.state in {"confirmed", "in_doubt"}
    clock.advance(3600)
    await desk.outbox.run()
    assert (await desk.writes.show(1)).write.state == "confirmed"
    assert len(vendor.commits) == 1
