"""What monitoring is answered, over real HTTP; and the whole server as a process of its own."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from prometheus_client.parser import text_string_to_metric_families

from servicedesk_core.errors import SettingsError
from servicedesk_core.runtime.monitoring.health import health
from servicedesk_core.runtime.serving.endpoint import Endpoint
from servicedesk_core.store import runs, sources

pytestmark = pytest.mark.slow  # a server and its clients

CONFIGURATION = """
[desk]
name = "Example MSP"
[serve]
listen = "127.0.0.1:0"
jitter_s = 0
[schedules]
sync = "every 1 second"
alerts = "every 1 second"
[connections.log]
connector = "tabular"
[[connections.log.files]]
path = "tickets.csv"
stream = "tickets"
columns = { external_id = "id", title = "title" }
"""


@pytest.fixture
def endpoint(desk):
    def ask():
        return desk.store.read_blocking(partial(health, settings=desk.settings, now=desk.clock.now()))

    found = Endpoint("127.0.0.1:0", ask)
    yield found
    found.close()


def get(address, path):
    try:
        with urllib.request.urlopen(address + path, timeout=300) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def numbers(text):
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_health_tells_age_and_last_error_of_each_stream(desk, clock, endpoint):
    await desk.run_jobs("sync")
    clock.advance(7 * 60)
    status, headers, body = get(endpoint.address, "/health")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    data = json.loads(body)["data"]
    assert data["status"] == "ok"
    stream = data["connections"]["log"]["tickets"]
    assert (stream["age_s"], stream["last_state"], stream["last_error"]) == (420.0, "ok", None)
    assert data["jobs"]["sync:log"]["last_state"] == "ok"


async def test_health_fails_while_an_alert_is_open_and_shows_codes_only(desk, clock, endpoint):
    def fail(tx):
        source = sources.ensure(tx, "log", "tabular", "live", clock.now())
        for number in range(2):
            row = runs.start(tx, str(number), source.id, "tickets", mode="", now=clock.now())
            runs.finish(tx, row, runs.RunCounts(), outcome="failed", now=clock.now(), error_code="network",
                        error="The vendor said: secret text")  # fmt: skip

    await desk.store.write(fail)
    await desk.run_jobs("alerts")
    status, _, body = get(endpoint.address, "/health")
    assert status == 503
    assert json.loads(body)["data"]["connections"]["log"]["tickets"]["last_error"] == "network"
    text = get(endpoint.address, "/metrics")[2]
    assert numbers(text)["servicedesk_stream_failed", ("log", "tickets")] == 1
    assert numbers(text)["servicedesk_alert_open", ("stream:log/tickets", "failing")] == 1
    assert numbers(text)["servicedesk_up", ()] == 0
    assert "secret text" not in body + text


async def test_neither_shows_records_or_secrets(desk, endpoint):
    await desk.run_jobs("sync")
    shown = get(endpoint.address, "/health")[2] + get(endpoint.address, "/metrics")[2]
    assert "Printer" not in shown
    assert numbers(get(endpoint.address, "/metrics")[2])["servicedesk_stream_age_seconds", ("log", "tickets")] == 0


async def test_a_store_that_cannot_be_read_is_told(desk, endpoint, monkeypatch):
    from servicedesk_core.errors import StoreBusyError

    def busy(work):
        raise StoreBusyError("Locked.")

    monkeypatch.setattr(desk.store, "read_blocking", busy)
    status, _, body = get(endpoint.address, "/health")
    assert (status, json.loads(body)["data"]["error"]) == (503, "store_busy")


def test_nothing_else_is_answered(endpoint):
    assert get(endpoint.address, "/")[0] == 404
    request = urllib.request.Request(endpoint.address + "/health", method="POST", data=b"x")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=300)
    assert caught.value.code == 501
    caught.value.close()


async def test_a_port_that_is_taken_says_what_to_do(endpoint):
    with pytest.raises(SettingsError, match=r"serve\.listen"):
        Endpoint(endpoint.address.removeprefix("http://"), None)


def start(folder):
    (folder / "tickets.csv").write_text("id,title\n1,Printer\n", encoding="utf-8")
    (folder / "servicedesk.toml").write_text(CONFIGURATION, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "servicedesk_core.cli", "serve"], cwd=folder, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def address_of(process):
    for line in process.stderr:
        if found := re.search(r"Monitoring: (http://[\d.:]+)", line):
            return found[1]
    raise AssertionError(process.wait())


def rows(folder, query):
    with closing(sqlite3.connect(folder / "servicedesk.db", timeout=300)) as store:
        return store.execute(query).fetchall()


@pytest.mark.slow
def test_the_server_syncs_answers_and_ends_cleanly_on_sigterm(tmp_path):
    process = start(tmp_path)
    try:
        address = address_of(process)
        while not re.search(r'"age_s": \d', get(address, "/health")[2]):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=600) == 143
    finally:
        process.kill()
        err = process.communicate()[1]
    assert "Stopped." in err
    assert rows(tmp_path, "SELECT count(*) FROM leases WHERE expires_at > 0") == [(0,)]
    assert rows(tmp_path, "SELECT title FROM tickets") == [("Printer",)]
    assert rows(tmp_path, "SELECT count(*) FROM job_runs WHERE outcome = 'running'") == [(0,)]


@pytest.mark.slow
def test_three_servers_serve_each_due_time_once_also_when_one_is_killed(tmp_path):
    first = start(tmp_path)
    address_of(first)  # the store is there now
    others = [start(tmp_path) for _ in range(2)]
    for process in others:
        address_of(process)
    try:

        def slots():
            return rows(tmp_path, "SELECT job, slot, attempt FROM job_runs WHERE job LIKE 'sync:%'")

        while len(slots()) < 6:
            assert first.poll() is None
        first.kill()
        before = len(slots())
        while len(slots()) < before + 2:
            assert all(process.poll() is None for process in others)
    finally:
        for process in (first, *others):
            process.kill()
            process.communicate()
    found = [(job, slot) for job, slot, _ in slots()]
    assert len(found) == len(set(found))
    assert all(attempt <= 3 for *_, attempt in slots())
    assert timedelta(0) < timedelta(microseconds=max(s for _, s in found) - min(s for _, s in found))
