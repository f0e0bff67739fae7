"""The examples, served by several real worker processes."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import Company, Ticket
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming

EXAMPLES = Path(__file__).parents[2] / "examples"
SERVERS = {
    "fastapi": ["uvicorn", "--app-dir", str(EXAMPLES / "fastapi_app"), "app:app", "--workers", "2", "--fd"],
    "django": [
        "gunicorn", "--chdir", str(EXAMPLES / "django_app"), "--workers", "2", "--bind", "127.0.0.1:0", "site_app",
    ],
    "django preloaded": [
        "gunicorn", "--preload", "--chdir", str(EXAMPLES / "django_app"), "--workers", "2", "--bind", "127.0.0.1:0",
        "site_app",
    ],
}  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path):
    """A desk with one ticket of each of two clients; its store is made by the separate call."""
    path = tmp_path / "servicedesk.toml"
    path.write_text('[desk]\nname = "X"\n[connections.psa]\nconnector = "tabular"\n')
    assert ServiceDesk.migrate(path) > 0
    now = datetime(2026, 3, 2, tzinfo=UTC)

    def fill(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", now).id
        for client in ("7", "8"):
            ticket = Ticket(external_id=f"t{client}", title=f"Of client {client}", company_ref=client, created_at=now)
            for entity in (Company(external_id=client, name=client), ticket):
                row = [Incoming(entity, None, None, "1")]
                records.apply(tx, source, entity.stream, row, mode="incremental", now=now)

    with Store.open(f"sqlite:///{tmp_path / 'servicedesk.db'}", clock=SystemClock()) as store:
        store.write_blocking(fill)
    return path


@pytest.fixture(params=list(SERVERS))
def address(request, config):
    module, *arguments = SERVERS[request.param]
    pytest.importorskip(module)
    pytest.importorskip(request.param.partition(" ")[0])
    listening = socket.create_server(("127.0.0.1", 0))
    fd = [str(listening.fileno())] if module == "uvicorn" else []  # it does not say which port it was given
    server = subprocess.Popen(
        [sys.executable, "-m", module, *arguments, *fd],
        pass_fds=[int(one) for one in fd],
        env={**os.environ, "SERVICEDESK_CONFIG": str(config)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    lines = []
    for line in server.stderr:
        lines.append(line)
        if found := re.search(r"(?:http://|socket \(')127\.0\.0\.1(?::|', )(\d+)", line):
            break
    else:
        pytest.fail("".join(lines))
    drain = threading.Thread(target=server.stderr.read, daemon=True)  # a full pipe would stop the server
    drain.start()
    yield f"http://127.0.0.1:{found[1]}"
    listening.close()
    server.terminate()
    server.wait(300)
    drain.join(300)
    server.stderr.close()


def get(url):
    with urllib.request.urlopen(url, timeout=300) as answer:
        return json.load(answer)


def test_several_workers_answer_each_client_with_its_own(address):
    workers = set()
    end = time.monotonic() + 600
    with ThreadPoolExecutor(8) as clients:  # one after the other, the same worker may be the quicker one for ever
        while len(workers) < 2 and time.monotonic() < end:
            for answer in clients.map(get, [f"{address}/clients/7/tickets"] * 16):
                assert answer["tickets"] == [{"id": "t7", "title": "Of client 7"}]
                workers.add(answer["worker"])
    assert len(workers) > 1, "one worker answered everything"
    assert get(f"{address}/clients/8/tickets/t8")["title"] == "Of client 8"
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(f"{address}/clients/7/tickets/t8")
    assert caught.value.code == 404
    caught.value.close()
