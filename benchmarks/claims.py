"""Following ten thousand open claims in one run, within the connection's budget."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter

from sqlalchemy import insert

from benchmarks.claim_maker import BATCH
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain.warranty import ClaimDraft, ClaimProgress, ClaimState, DeviceRef
from servicedesk_core.store import Store
from servicedesk_core.store.schema import claims

WINDOW_S = 5.0
ALLOWED = 40
"""Requests that the vendor allows in each window; the kit pauses at three quarters of them."""


class _Vendor(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[float]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Vendor

    def do_POST(self) -> None:  # the library's name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(monotonic())
        answer = json.dumps(dict.fromkeys(body["refs"], "Approved")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _vendor() -> Iterator[_Vendor]:
    server = _Vendor(("127.0.0.1", 0), _Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def claim_polling(*, quick: bool) -> list[Row]:
    """Requests, and the most of them in any window, when all open claims have news."""
    count = 2_000 if quick else 10_000
    with TemporaryDirectory() as folder, _vendor() as vendor:
        url = f"sqlite:///{Path(folder) / 'claims.db'}"
        _fill(url, count)
        settings = {
            "desk": {"store": url},
            "connections": {
                "maker": {
                    "connector": f"{Path(__file__).with_name('claim_maker.py')}:Maker",
                    "url": f"http://127.0.0.1:{vendor.server_port}/",
                    "requests": ALLOWED,
                    "window_s": WINDOW_S,
                }
            },
        }
        seconds, asked, changed = asyncio.run(_poll(settings))
        busiest = max(sum(at <= other < at + WINDOW_S for other in vendor.asked) for at in vendor.asked)
    assert asked == changed == count, (asked, changed)
    return [
        row(
            f"{count:,} open claims followed in one run, all with news: requests",
            f"{len(vendor.asked):,}",
            f"⌈n/{BATCH}⌉ = {-(-count // BATCH):,}",
            at_most(len(vendor.asked) / -(-count // BATCH), 1.0),
        ),
        row(
            f"the same: most requests in any {WINDOW_S:g} s, of {ALLOWED} that the vendor allows",
            f"{busiest}, {count / seconds:,.0f} claims/s",
            f"{ALLOWED}",
            at_most(busiest / ALLOWED, 1.0),
        ),
    ]


async def _poll(settings: dict[str, object]) -> tuple[float, int, int]:
    async with ServiceDesk(settings) as desk:
        started = perf_counter()
        (outcome,) = await desk.claims.poll()
        assert outcome.error is None, outcome.error
        return perf_counter() - started, outcome.asked, outcome.changed


def _fill(url: str, count: int) -> None:
    now = datetime.now(UTC)
    common = {
        "revision": 1, "connection": "maker", "manufacturer": "measured", "by_hand": False, "state": "under_review",
        "state_since": now, "is_open": True, "created_at": now, "created_by": "user:measured", "changed_at": now,
        "submitted_at": now, "poll_at": now,
    }  # fmt: skip
    many = [
        {
            **common,
            "claim_id": f"SD-{number:010}",
            "serial_number": f"SN{number}",
            "ref": f"C{number}",
            "body": ClaimDraft(device=DeviceRef(manufacturer="measured", serial_number=f"SN{number}")),
            "progress": ClaimProgress(state=ClaimState.UNDER_REVIEW, ref=f"C{number}"),
        }
        for number in range(count)
    ]
    with Store.open(url, clock=SystemClock()) as store:
        store.write_blocking(lambda tx: tx.execute(insert(claims), many) and None)
