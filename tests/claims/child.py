"""Submits a claim in a process of its own and stops dead at one point, to be killed there.

``python child.py CONFIGURATION CLAIM POINT``; the file ``reached`` in the vendor's folder says that it is there.
"""

import asyncio
import sys
from pathlib import Path

from servicedesk_core import ServiceDesk
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.writes import Writes

QUICK = WritePolicy(
    lease_ttl_s=1.0,
    lease_margin_s=0.2,
    longest_attempt_s=3.0,
    shortest_settle_s=0.0,
    first_ask_s=0.05,
    first_wait_s=0.05,
)
"""Times of the product shortened, so that a dead sender is given up after some seconds."""


async def main(config, claim, point):
    reached = Path(config).parent / "vendor" / "reached"

    async def stop():
        reached.touch()
        await asyncio.sleep(3600)

    send, approve = ClaimSender.send, Writes.approve

    async def stopping_send(self, calls, write):
        if point == "before_send":
            await stop()
        sent = await send(self, calls, write)
        if point == "after_send":
            await stop()
        return sent

    async def stopping_approve(self, *args, **options):
        if point == "proposed":
            await stop()
        return await approve(self, *args, **options)

    ClaimSender.send, Writes.approve = stopping_send, stopping_approve
    async with ServiceDesk.open(config) as desk:
        desk.outbox.sending.policy = QUICK
        await desk.claims.submit(claim)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
