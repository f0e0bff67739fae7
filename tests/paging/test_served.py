"""A real ``servicedesk serve``: it takes a step that falls due, rings whoever is on call, and says that it lives."""

import asyncio
import getpass
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import ActorType, EventSource, EventType, StatusCategory, Technician, Ticket, TicketEvent
from servicedesk_core.features.paging import open_page
from tests import stored

pytestmark = pytest.mark.slow  # a process of its own

CONFIG = """\
[desk]
name = "Example MSP"
timezone = "UTC"
store = "sqlite:///desk.db"
[connections.psa]
connector = "tabular"
[serve]
listen = ""
heartbeat = "env:BEAT"
[people.{user}]
roles = ["service-manager", "technician", "admin"]
page = ["env:PAGE"]
"""

SAID = """\
[calendars.always]
zone = "UTC"
hours = {{ mon-sun = "00:00-24:00" }}
[sla]
calendar = "always"
[[sla.policies]]
name = "std"
otherwise = {{ completion = "10 min" }}
[technicians.{user}]
[on_call.all]
primary = ["{user}"]
[escalation_plans.std]
steps = [{{ at = "50 %", notify = ["{user}"], urgent = true }}]
"""


class World:
    """What a server calls: the telephone of whoever is on call, and whoever hears its heartbeat."""

    def __init__(self):
        self.said, self.beats, self.heard = [], 0, threading.Condition()
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                said = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with world.heard:
                    world.said.append(said)
                    world.heard.notify_all()
                self.answer()

            def do_GET(self):
                with world.heard:
                    world.beats += 1
                    world.heard.notify_all()
                self.answer()

            def answer(self):
                self.send_response(200)
                self.end_headers()

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hears(self, text):
        return any(text in one for one in self.said)


@pytest.fixture
def world():
    found = World()
    yield found
    found.server.shutdown()
    found.server.server_close()


async def fill(path):
    """Make a desk on which somebody is rung, and a step of a plan fell due a moment ago."""
    now = datetime.now(UTC)
    at, known = now - timedelta(minutes=6), {"status_category": StatusCategory.NEW, "priority": "P3"}
    rows = [
        Technician(external_id="a", name=getpass.getuser()),
        Ticket(external_id="1", number="T1", title="Mail is down", created_at=at, **known),
        TicketEvent(external_id="e1", ticket_ref="1", type=EventType.CREATED, source=EventSource.HISTORY,
                    effective_at=at, actor_type=ActorType.CUSTOMER,
                    after={"status_category": "new", "priority": "P3"}),
    ]  # fmt: skip
    async with ServiceDesk.open(path) as desk:
        await desk.store.write(lambda tx: stored.put(tx, sorted(rows, key=lambda one: one.stream), now=now))
        await desk.definitions.apply(reason="agreed")
        await desk.sla.evaluate()
        await desk.store.write(lambda tx: open_page(tx, "p1/1", "P1 No power", "Look.", now))


def test_it_takes_steps_rings_and_says_that_it_lives(tmp_path, world, monkeypatch):
    monkeypatch.setenv("PAGE", f"json://{world.at}/phone")
    monkeypatch.setenv("BEAT", f"http://{world.at}/alive")
    user, path = getpass.getuser(), tmp_path / "servicedesk.toml"
    path.write_text(CONFIG.format(user=user))
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "said.toml").write_text(SAID.format(user=user))
    asyncio.run(fill(path))
    command = [sys.executable, "-m", "servicedesk_core.cli", "--config", str(path), "serve"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        with world.heard:
            all_heard = world.heard.wait_for(
                lambda: world.beats and world.hears("P1 No power") and world.hears("has used 50 %"), 240
            )
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=120)
    assert all_heard, (world.beats, world.said, err)
    assert server.returncode == 128 + signal.SIGTERM, err
