"""What monitoring is answered, over real HTTP; and the whole server as a process of its own."""

import http.client
import json
import logging
import os
import platform
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from prometheus_client.parser import text_string_to_metric_families

from servicedesk_core import __version__
from servicedesk_core.desk.monitoring.health import health
from servicedesk_core.desk.serving.endpoint import Answers, Endpoint
from servicedesk_core.desk.serving.exposition import metrics
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.errors import SettingsError, StoreBusyError
from servicedesk_core.jobs.scheduler import HUNG_S, Scheduler
from servicedesk_core.jobs.tally import JobTally
from servicedesk_core.store import changes, runs, sources

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
        return desk.store.read_blocking(
            partial(health, settings=desk.settings, jobs=desk.known_jobs, now=desk.clock.now())
        )

    found = Endpoint("127.0.0.1:0", Answers(ask, partial(desk.store.read_blocking, changes.head)))
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


def _fail(tx, now):
    """Two syncs of the stream of tickets that failed."""
    source = sources.ensure(tx, "log", "tabular", "live", now)
    for number in range(2):
        row = runs.start(tx, str(number), source.id, "tickets", mode="", now=now)
        runs.finish(tx, row, runs.RunCounts(), outcome="failed", now=now, error_code="network",
                    error="The vendor said: secret text")  # fmt: skip


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
    await desk.store.write(partial(_fail, now=clock.now()))
    await desk.run_jobs("alerts")
    status, _, body = get(endpoint.address, "/health")
    assert status == 503
    assert json.loads(body)["data"]["connections"]["log"]["tickets"]["last_error"] == "network"
    text = get(endpoint.address, "/metrics")[2]
    assert numbers(text)["servicedesk_stream_failed", ("log", "tickets")] == 1
    assert numbers(text)["servicedesk_alert_open", ("stream:log/tickets", "failing")] == 1
    assert numbers(text)["servicedesk_healthy", ()] == 0
    assert "secret text" not in body + text


async def test_neither_shows_records_or_secrets(desk, endpoint):
    await desk.run_jobs("sync")
    shown = get(endpoint.address, "/health")[2] + get(endpoint.address, "/metrics")[2]
    assert "Printer" not in shown
    read = numbers(get(endpoint.address, "/metrics")[2])
    assert read["servicedesk_stream_last_success_timestamp_seconds", ("log", "tickets")] == desk.clock.now().timestamp()


async def test_a_store_that_cannot_be_read_is_told(desk, endpoint, monkeypatch):
    def busy(work):
        raise StoreBusyError("Locked.")

    monkeypatch.setattr(desk.store, "read_blocking", busy)
    status, _, body = get(endpoint.address, "/health")
    assert (status, json.loads(body)["data"]["error"]) == (503, "store_busy")


def test_nothing_else_is_answered_and_what_is_refused_is_said_in_a_line(endpoint):
    status, headers, body = get(endpoint.address, "/")
    assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "/live, /ready, /health, /metrics" in body
    request = urllib.request.Request(endpoint.address + "/health", method="POST", data=b"x")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=300)
    assert (caught.value.code, caught.value.headers["Allow"]) == (405, "GET, HEAD")
    assert caught.value.read() == b"only GET and HEAD are answered\n"
    caught.value.close()


def test_one_connection_is_asked_again_and_again(endpoint):
    with closing(http.client.HTTPConnection(endpoint.address.removeprefix("http://"), timeout=300)) as client:
        for _ in range(2):
            client.request("GET", "/live")
            answer = client.getresponse()
            assert (answer.version, answer.status, answer.read()) == (11, 200, b"live\n")


async def test_an_alert_makes_the_desk_unhealthy_but_neither_dead_nor_unready(desk, clock, endpoint):
    await desk.store.write(partial(_fail, now=clock.now()))
    await desk.run_jobs("alerts")
    found = {path: get(endpoint.address, path)[0] for path in ("/live", "/ready", "/health", "/metrics")}
    assert found == {"/live": 200, "/ready": 200, "/health": 503, "/metrics": 200}


async def test_a_scheduler_that_hangs_is_not_live_and_one_whose_store_is_down_is_not_ready(desk, clock, monkeypatch):
    scheduler = Scheduler(desk, {})

    def busy():
        raise StoreBusyError("Locked.")

    endpoint = Endpoint("127.0.0.1:0", Answers(busy, busy, scheduler.is_live))
    try:
        assert (get(endpoint.address, "/live")[0], get(endpoint.address, "/ready")[0]) == (200, 503)
        clock.advance(HUNG_S)
        assert get(endpoint.address, "/live")[0] == 503
    finally:
        endpoint.close()


async def test_metrics_follow_the_conventions_and_count_what_the_store_holds(desk, clock, settings):
    await desk.run_jobs("sync")
    tally = JobTally()
    tally.note("sync:log", "ok", 1.5)
    tally.note("sync:log", "failed", 0.5)
    now = clock.now()
    found = await desk.store.read(partial(health, settings=desk.settings, jobs=desk.known_jobs, now=now))
    text = metrics(found, tally).decode()
    read = numbers(text)  # labels in order of their names
    assert read["servicedesk_build_info", (platform.python_version(), __version__)] == 1
    assert read["servicedesk_open_tickets", ()] == 2
    assert {labels[0] for name, labels in read if name == "servicedesk_writes"} == set(UNFINISHED)
    assert read["servicedesk_store_size_bytes", ()] > 10_000
    assert read["servicedesk_changes_total", ()] == found.load.changes > 0
    assert read["servicedesk_audit_records_total", ()] >= 1
    assert read["servicedesk_job_runs_total", ("sync:log", "failed")] == 1
    assert read["servicedesk_job_duration_seconds_count", ("sync:log",)] == 2
    assert read["servicedesk_job_duration_seconds_sum", ("sync:log",)] == 2.0
    assert read["servicedesk_job_last_success_timestamp_seconds", ("sync:log",)] == now.timestamp()
    if sys.platform == "linux":
        assert read["process_resident_memory_bytes", ()] > 1_000_000
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.type in {"gauge", "counter", "summary"}


async def test_a_client_that_hangs_up_leaves_no_trace_in_the_log(endpoint, caplog, capfd):
    host, port = endpoint.address.removeprefix("http://").split(":")
    for path in ("/metrics", "/health") * 5:
        client = socket.create_connection((host, int(port)))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        client.close()
    assert get(endpoint.address, "/live")[0] == 200
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
    assert capfd.readouterr().err == ""


def test_a_fault_of_the_endpoint_is_one_masked_line(caplog, capfd):
    def broken():
        raise RuntimeError("the subject of a ticket")

    endpoint = Endpoint("127.0.0.1:0", Answers(broken, broken))
    try:
        with pytest.raises((http.client.RemoteDisconnected, urllib.error.URLError)):
            urllib.request.urlopen(endpoint.address + "/health", timeout=300)
    finally:
        endpoint.close()
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert "RuntimeError" in record.getMessage()
    assert "subject" not in record.getMessage() + capfd.readouterr().err


async def test_a_port_that_is_taken_says_what_to_do(endpoint):
    with pytest.raises(SettingsError, match=r"serve\.listen"):
        Endpoint(endpoint.address.removeprefix("http://"), Answers(list, list))


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
