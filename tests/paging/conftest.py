"""A desk whose people are reached over real mail and real HTTP, on each database."""

import asyncio
import email
import email.policy
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.smtp import SMTP

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Priority, StatusCategory, Technician, Ticket
from servicedesk_core.people import Actor
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 22, tzinfo=UTC)  # a Monday night

DEFINITIONS = """\
[technicians.ana]
[technicians.ben]
[technicians.dora]

[on_call.night]
primary = ["ana"]
secondary = ["ben"]
manager = ["dora"]
"""

TICKET = Ticket(
    external_id="1",
    number="T1",
    title="Mail is down",
    status="New",
    status_category=StatusCategory.NEW,
    priority=Priority.P1,
    created_at=NOW,
)


class Mailbox:
    """A mail server: what it took, and how it is to answer."""

    def __init__(self):
        self.mails, self.refused, self.falls_silent, self.slow_s = [], set(), False, 0.0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await asyncio.sleep(self.slow_s)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        if self.falls_silent:
            server.transport.abort()
        return "250 OK"


@pytest.fixture
async def mailbox():
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    box.port, box.close = server.sockets[0].getsockname()[1], server.close
    yield box
    server.close()
    await server.wait_closed()


class Phones:
    """Where pages arrive: what each was told, and how each is to answer: ok, refuse, half, or hang."""

    def __init__(self):
        self.told, self.manner, self.go_on = [], {}, threading.Event()
        phones = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = self.path.strip("/")
                manner = phones.manner.get(name, "ok")
                if manner == "refuse":
                    self.send_error(500)
                    return
                phones.told.append((name, said["title"], said["message"]))
                if manner == "half":
                    return  # it has all of it, and no answer comes
                if manner == "hang":
                    phones.go_on.wait(30)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def names(self):
        return [name for name, _, _ in self.told]

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def phones(monkeypatch):
    found = Phones()
    for name in ("ana", "ana2", "ben", "dora"):
        monkeypatch.setenv(f"PAGE_{name.upper()}", f"json://secret-4711:x@127.0.0.1:{found.port}/{name}")
    yield found
    found.close()


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url, mailbox, phones):
    office = {"kind": "smtp", "host": "127.0.0.1", "port": mailbox.port, "security": "none",
              "sender": "desk@example.com", "recipients": ["ops@example.com", "lead@example.com"]}  # fmt: skip
    return {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "alerts": {"channels": {"office": office}},
        "paging": {"mail": "office"},
        "people": {
            "ana": {"roles": ["technician"], "mail": "ana@example.com", "page": ["env:PAGE_ANA", "env:PAGE_ANA2"],
                    "quiet": "22:00-07:00"},
            "ben": {"roles": ["technician"], "mail": "ben@example.com", "page": ["env:PAGE_BEN"]},
            "dora": {"roles": ["service-manager", "admin"], "page": ["env:PAGE_DORA"]},
        },
    }  # fmt: skip


@pytest.fixture
async def desk(settings, clock, tmp_path):
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:dora")) as opened:
        crew = [Technician(external_id=name[0], name=name) for name in ("Ana", "Ben", "Dora")]
        await opened.store.write(lambda tx: stored.put(tx, [*crew, TICKET], now=NOW))
        folder = tmp_path / "service"
        folder.mkdir()
        (folder / "said.toml").write_text(DEFINITIONS)
        await opened.definitions.apply(reason="agreed", folder=folder)
        yield opened


@pytest.fixture
def run(desk):
    """Return a coroutine function that does the job once and returns what it said."""

    async def done():
        [outcome] = await desk.run_jobs("paging")
        assert outcome.outcome == "ok", outcome
        return outcome.summary

    return done
