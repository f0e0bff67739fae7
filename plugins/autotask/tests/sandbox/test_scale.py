"""A large desk is served as quickly as a small one, in the same memory."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

PAGES = 40


def measure(tickets):
    """Seconds to seed, pages a second and resident megabytes of a sandbox process."""
    start = time.monotonic()
    command = [sys.executable, "-m", "servicedesk_autotask.sandbox", "--tickets", str(tickets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            info = json.loads(process.stdout.readline())
            seeded = time.monotonic() - start
            rate = read_pages(info)
            status = Path(f"/proc/{process.pid}/status").read_text()
        finally:
            process.terminate()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return seeded, rate, int(peak.split()[1]) / 1024


def read_pages(info):
    """Pages of 500 a second, by keyset."""
    names = {"UserName": "username", "Secret": "secret", "ApiIntegrationCode": "integration_code"}
    headers = {header: info[key] for header, key in names.items()}
    with httpx.Client(base_url=f"{info['url']}/ATServicesRest/V1.0/", headers=headers, timeout=30) as client:
        last, start = 0, time.monotonic()
        for _ in range(PAGES):
            answer = client.post("Tickets/query", json={"filter": [{"op": "gt", "field": "id", "value": last}]})
            items = json.loads(answer.content)["items"]
            last = items[-1]["id"] if len(items) == 500 else 0
        rate = PAGES / (time.monotonic() - start)
        recent = {"op": "gte", "field": "lastActivityDate", "value": "2099-01-01"}
        assert client.post("Tickets/query", json={"filter": [recent]}).elapsed.total_seconds() < 0.5
    return rate


@pytest.mark.slow
def test_memory_is_flat_and_pages_are_quick():
    _, _, small = measure(6_000)
    seeded, rate, large = measure(60_000)
    assert seeded < 60
    assert rate >= 20
    assert large < 1.8 * small
    assert large < 150
