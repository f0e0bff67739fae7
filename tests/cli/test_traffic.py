"""No traffic except to configured connections: sync, doctor and demo with every other socket blocked."""

import json
import subprocess
import sys

import pytest

BLOCKED = """
import json, sys
from pathlib import Path

reached, allowed = [], json.loads(sys.argv[1])


def watch(event, args):
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        if isinstance(address, tuple):
            reached.append(f"{address[0]}:{address[1]}")
            if address[0] not in allowed:
                raise OSError(f"blocked: {address}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and args[0] not in {None, *allowed}:
        reached.append(f"look-up of {args[0]!r}")
        raise OSError(f"blocked look-up: {args[0]!r}")


sys.addaudithook(watch)
from servicedesk_core.cli.main import main

code = main(sys.argv[2:])
Path("traffic.json").write_text(json.dumps([code, reached]))
"""


@pytest.fixture
def traffic(tmp_path, monkeypatch):
    """Run a command where nothing but the allowed hosts can be reached; return its code and what it reached."""
    monkeypatch.chdir(tmp_path)

    def traffic(*argv, allowed=()):
        done = subprocess.run(
            [sys.executable, "-c", BLOCKED, json.dumps(list(allowed)), *argv],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (tmp_path / "traffic.json").exists(), done.stderr
        code, reached = json.loads((tmp_path / "traffic.json").read_text())
        return code, reached, done.stderr

    return traffic


@pytest.mark.slow
def test_a_desk_whose_vendor_needs_no_network_reaches_nothing(traffic, acme):
    code, reached, told = traffic("sync", "psa")
    assert (code, reached) == (0, []), told
    code, reached, told = traffic("doctor")
    assert reached == [], told
    code, reached, told = traffic("report", "desk", "--html", "desk.html")
    assert (code, reached) == (0, []), told


@pytest.mark.slow
def test_what_is_blocked_is_seen(traffic, acme):
    file = acme.folder / "acme.py"
    leak = '        import socket; socket.create_connection(("192.0.2.1", 9), timeout=1)\n'
    begin = "    async def vendor_identity(self):\n"
    file.write_text(file.read_text().replace(begin, begin + leak))
    code, reached, _ = traffic("sync", "psa")
    assert code != 0
    assert [one for one in reached if "192.0.2.1" in one]


@pytest.mark.slow
def test_the_demo_reaches_this_machine_only(traffic):
    code, reached, told = traffic("demo", allowed=["127.0.0.1"])
    assert code == 0, told
    assert {one.rpartition(":")[0] for one in reached} == {"127.0.0.1"}
