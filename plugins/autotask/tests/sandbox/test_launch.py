"""The sandbox as a process of its own."""

import json
import signal
import socket
import subprocess
import sys

import httpx
import pytest

RUN = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", "autotask", "--json"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_told_to_stop(stop):
    command = [
        *RUN,
        "--tickets",
        "20",
        "--secret",
        "other",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        info = json.loads(process.stdout.readline())
        zone = httpx.get(
            f"{info['url']}/atservicesrest/v1.0/zoneInformation", params={"user": info["username"]}, timeout=60
        )
        names = {"UserName": "username", "Secret": "secret", "ApiIntegrationCode": "integration_code"}
        headers = {header: info[key] for header, key in names.items()}
        company = httpx.get(f"{zone.json()['url']}V1.0/Companies/0", headers=headers, timeout=60)
        process.send_signal(stop)
        _, errors = process.communicate(timeout=100)
    assert (info["secret"], company.status_code) == ("other", 200)
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [
            *RUN,
            "--port",
            str(taken.getsockname()[1]),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode != 0
    assert "in use on this machine" in done.stderr
