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
        info = json.loads(process.stdout.readline())
        seeded = time.monotonic() - start
        names = {"UserName": "username", "Secret": "secret", "ApiIntegrationCode": "integration_code"}
        headers = {header: info[key] for header, key in names.items()}
        with httpx.Client(base_url=f"{info['url']}/ATServicesRest/V1.0/", headers=headers, timeout=30) as client:
            last, size, start = 0, 0, time.monotonic()
            for _ in range(PAGES):
                answer = client.post("Tickets/query", json={"filter": [{"op": "gt", "field": "id", "value": last}]})
                size = max(size, len(answer.content))
                last = json.loads(answer.content)["items"][-1]["id"]
                if len(answer.content) < 900_000:
                    last = 0
            rate = PAGES / (time.monotonic() - start)
            recent = client.post(
                "Tickets/query", json={"filter": [{"op": "gte", "field": "lastActivityDate", "value": "2099-01-01"}]}
            )
            assert recent.elapsed.total_seconds() < 0.5
        peak = next(line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "VmHWM" in line)
        process.terminate()
    assert size > 900_000
    return seeded, rate, int(peak.split()[1]) / 1024


@pytest.mark.slow
def test_memory_is_flat_and_pages_are_quick():
    _, _, small = measure(6_000)
    seeded, rate, large = measure(60_000)
    assert seeded < 60
    assert rate >= 20
    assert large < 1.8 * small
    assert large < 150
