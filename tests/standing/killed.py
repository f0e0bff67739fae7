"""Acts under a standing approval, and ends by SIGKILL at a named instant: ``python -m tests.standing.killed``."""

import asyncio
import os
import signal
import sys
from types import SimpleNamespace

from servicedesk_core import ServiceDesk
from servicedesk_core.outbox.acting import Acting
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.people import JOBS
from servicedesk_core.testing.clock import FakeClock
from tests.outbox.conftest import QUICK, settings_for
from tests.standing.conftest import NOW, run


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url, vendor, at):
    async with ServiceDesk(settings_for(SimpleNamespace(url=vendor), url), clock=FakeClock(NOW), actor=JOBS) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        if at == "proposed":
            Acting._decided = die
        elif at == "approved":
            desk.outbox.sending.send = die
        await run(desk)


asyncio.run(main(*sys.argv[1:]))
