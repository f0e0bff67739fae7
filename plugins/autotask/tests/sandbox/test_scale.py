"""A large desk is served in the same memory as a small one."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

RUN = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", "autotask", "--json"]

PAGES = 40


def peak_mb(tickets):
    """Resident megabytes of a sandbox process that was seeded and read from."""
    command = [*RUN, "--tickets", str(tickets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            read_pages(json.loads(process.stdout.readline()))
            status = Path(f"/proc/{process.pid}/status").read_text()
        finally:
            process.terminate()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def read_pages(info):
    """Read some pages of 500 by keyset, again from the start after the last one."""
    names = {"UserName": "username", "Secret": "secret", "ApiIntegrationCode": "integration_code"}
    headers = {header: info[key] for header, key in names.items()}
    with httpx.Client(base_url=f"{info['url']}/ATServicesRest/V1.0/", headers=headers, timeout=60) as client:
        last = 0
        for _ in range(PAGES):
            answer = client.post("Tickets/query", json={"filter": [{"op": "gt", "field": "id", "value": last}]})
            items = json.loads(answer.content)["items"]
            last = items[-1]["id"] if len(items) == 500 else 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads a process's peak memory from /proc")
def test_memory_is_flat_however_large_the_desk():
    small, large = peak_mb(3_000), peak_mb(30_000)
    assert large < 1.8 * small
    assert large < 150
