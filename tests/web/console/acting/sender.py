"""A console that sends one form, to be killed in the middle: ``sender.py SETTINGS COOKIE ADDRESS FIELDS``."""

import asyncio
import json
import sys
from datetime import datetime

import httpx

from servicedesk_core import ServiceDesk
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.console.app import application

ORIGIN = "http://localhost:9189"


async def main(settings: str, cookie: str, address: str, fields: str, now: str) -> None:
    async with ServiceDesk(json.loads(settings), clock=FakeClock(datetime.fromisoformat(now))) as desk:
        app = application(desk, desk.features, desk.settings.console)
        own = {"Cookie": cookie, "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=own) as client:
            await client.post(address, data=json.loads(fields))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
