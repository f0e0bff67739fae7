"""A look-up of 5,000 devices at two makers' stand-ins: requests, wall time against what their limits allow, memory."""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.process import own_peak_mb
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.cli.main import tune_interpreter
from servicedesk_core.domain.warranty import DeviceRef

DEVICES = 5_000
FEW = 500
LATENCY_S = 0.1
IN_FLIGHT = 2
"""Requests that either connector has open at once unless told otherwise."""
_ALPHABET = "BCDFGHJKLMNPQRSTVWXYZ"


def warranty_lookup(*, quick: bool) -> list[Row]:
    """Look up, each size in a process of its own."""
    count = 1_000 if quick else DEVICES
    with _stand_in("dell") as dell, _stand_in("lenovo") as lenovo:
        few, many = _measured(dell, lenovo, FEW), _measured(dell, lenovo, count)
    rows = []
    for maker in ("dell", "lenovo"):
        told = many[maker]
        least = ceil(told["asked"] / told["batch"])
        rows.append(
            row(
                f"requests at {maker}, {told['asked']:,} devices in batches of {told['batch']}",
                f"{told['requests']} and {told['others']} to log in",
                f"{least} batches",
                at_most(told["requests"] / least, 1),
            )
        )
    slower = max(ceil(many[m]["asked"] / many[m]["batch"]) * LATENCY_S / IN_FLIGHT for m in ("dell", "lenovo"))
    seconds = many["seconds"]
    rows.append(
        row(
            f"look-up of {count:,} devices at two makers, {LATENCY_S * 1000:.0f} ms a request",
            f"{seconds:.2f} s",
            f"{slower:.2f} s at the slower maker's limits",
            at_most(seconds / slower, 1.3),
        )
    )
    small, large = few["peak_mb"], many["peak_mb"]
    rows.append(
        row(
            f"peak memory, {count:,} devices against {FEW}",
            f"{large:.0f} MB",
            f"{small:.0f} MB",
            at_most(large / small, 1.2),
        )
    )
    return rows


@contextlib.contextmanager
def _stand_in(name: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", name, "--json", "--latency", str(LATENCY_S)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            msg = f"the stand-in did not start: {' '.join(command)}"
            raise RuntimeError(msg)
        yield json.loads(line)
    finally:
        process.kill()
        process.wait()


def _measured(dell: dict[str, Any], lenovo: dict[str, Any], count: int) -> Any:
    command = [sys.executable, "-m", "benchmarks.warranty", json.dumps(_settings(dell, lenovo)), str(count)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def _settings(dell: dict[str, Any], lenovo: dict[str, Any]) -> dict[str, Any]:
    known = ("warranty_client_id", "warranty_client_secret")
    return {
        "dell": {"connector": "dell", "gateway_url": dell["url"], **{name: dell[name] for name in known}},
        "lenovo": {"connector": "lenovo", **{n: v for n, v in lenovo.items() if n in ("url", "client_id", "account")}},
    }


def _devices(count: int) -> list[DeviceRef]:
    made = []
    for number in range(count // 2):
        letters, rest = "", number
        for _ in range(5):
            rest, at = divmod(rest, len(_ALPHABET))
            letters += _ALPHABET[at]
        made.append(DeviceRef(manufacturer="Dell", serial_number=f"1{letters}2"))
        made.append(DeviceRef(manufacturer="Lenovo", serial_number=f"PF{letters}3"))
    return made


async def _lookup(connections: dict[str, Any], count: int, folder: Path) -> dict[str, Any]:
    settings = {
        "desk": {"name": "Measured"},
        "connections": {n: {**c, "environment": "sandbox"} for n, c in connections.items()},
    }
    secrets = {"secret": "x"}
    async with ServiceDesk(settings, store=f"sqlite:///{folder / 'ours.db'}", secrets=secrets.get) as desk:
        opened, failed = await desk.host.open_all(desk.warranty.makers())  # requests are counted there
        if failed:
            raise next(iter(failed.values()))
        before = {name: one.requests_sent for name, one in opened.items()}
        devices = _devices(count)
        began = perf_counter()
        report = await desk.warranty.lookup(devices, rows=0)
        seconds = perf_counter() - began
        told: dict[str, Any] = {"seconds": seconds, "peak_mb": own_peak_mb()}
        for maker in report.makers:
            if maker.problem:
                raise RuntimeError(maker.problem)
            one = opened[maker.connection]
            capability = one.capabilities.warranty
            assert capability is not None
            told[maker.connection] = {
                "asked": maker.asked,
                "batch": capability.devices_per_request,
                "requests": maker.calls,
                "others": one.requests_sent - before[maker.connection] - maker.calls,
                "states": report.states,
            }
        return told


def main() -> None:
    """Look up once, in a process set up like the command line's, and print what it took."""
    tune_interpreter()
    connections, count = json.loads(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(_lookup(connections, count, Path(folder)))))


if __name__ == "__main__":
    main()
