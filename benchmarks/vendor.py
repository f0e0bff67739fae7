"""A vendor that is never the bottleneck: the Autotask sandbox behind a cache of its own answers.

The first identical request is answered by the sandbox, every further one from memory, so that both sides of a ratio
are measured against the same quick server. Runs as a process of its own, on the machine's other core.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from benchmarks.generated import GeneratedTickets

QUERY = "/atservicesrest/v1.0/Tickets/query"
REQUESTS = "/requests"
"""Answers how many requests came before, and how many of them were about tickets."""

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Vendor:
    """Where the vendor listens and what it accepts."""

    url: str
    username: str
    secret: str
    integration_code: str

    @property
    def api(self) -> str:
        return f"{self.url}/atservicesrest/v1.0/"

    def requests(self) -> int:
        """Return how many requests were sent so far, all programmes together."""
        return int(httpx.get(self.url + REQUESTS).json()[0])

    def ticket_requests(self) -> int:
        """Return how many of them asked for tickets or counted them."""
        return int(httpx.get(self.url + REQUESTS).json()[1])

    @property
    def headers(self) -> dict[str, str]:
        return {
            "UserName": self.username,
            "Secret": self.secret,
            "ApiIntegrationCode": self.integration_code,
            "Content-Type": "application/json",
        }


@contextlib.contextmanager
def running_vendor(
    *, tickets: int, latency_s: float = 0.0, cached: bool = True, generated: bool = False, others: int = 0
) -> Iterator[Vendor]:
    """Start the vendor and stop it at the end.

    Args:
        tickets: How many it has.
        latency_s: How long it waits before each answer.
        cached: Whether it remembers its answers.
        generated: Whether its tickets are made up for each answer; see :mod:`benchmarks.generated`.
        others: Requests of other integrations that stand in its counter, of 10,000 that it then allows an hour.
    """
    command = [sys.executable, "-m", "benchmarks.vendor", "--tickets", str(tickets), "--latency", str(latency_s)]
    command += ["--uncached"] * (not cached) + ["--generated"] * generated + ["--others", str(others)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            msg = f"the vendor did not start: {' '.join(command)}"
            raise RuntimeError(msg)
        yield Vendor(**json.loads(line))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


class CachingApp:
    """ASGI middleware that remembers answers by method, target and body."""

    def __init__(self, app: Any, latency_s: float, *, generated: int = 0, others: int = 0) -> None:
        self.app = app
        self.latency_s = latency_s
        self.others = others
        self.generated = GeneratedTickets(generated, NOW, self._page) if generated else None
        self.scope: Any = None
        self.count = 0
        self.about_tickets = 0
        self.answers: dict[tuple[str, bytes, bytes, bytes], list[dict[str, Any]]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["path"] == REQUESTS:
            await _send_json(send, b"[%d, %d]" % (self.count, self.about_tickets))
            return
        self.count += 1
        self.about_tickets += scope["path"].lower().startswith(QUERY.lower())
        if self.others and b"thresholdinformation" in scope["raw_path"].lower():
            used = {"externalRequestThreshold": 10_000, "currentTimeframeRequestCount": self.others + self.count}
            await _send_json(send, json.dumps(used | {"requestThresholdTimeframe": 60}).encode())
            return
        if self.generated is not None:
            self.scope = scope
            found = await self.generated.answer(scope["path"].lower(), body)
            if found is not None:
                await asyncio.sleep(self.latency_s)
                await _send_json(send, found)
                return
        key = (scope["method"], scope["raw_path"], scope["query_string"], body)
        if b"thresholdinformation" in scope["raw_path"].lower() or key not in self.answers:
            self.answers[key] = await self._ask(scope, body)
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        for message in self.answers[key]:
            await send(message)

    async def _page(self, body: bytes) -> bytes:
        messages = await self._ask(self.scope | {"path": QUERY, "raw_path": QUERY.encode()}, body)
        return b"".join(message.get("body", b"") for message in messages)

    async def _ask(self, scope: Any, body: bytes) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            answer.append(message)

        await self.app(scope, receive, send)
        return answer


async def _send_json(send: Any, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    # Here alone: the processes whose memory is measured import this module too, to say where the vendor is.
    import uvicorn  # noqa: PLC0415

    from servicedesk_autotask.sandbox import Sandbox, SandboxOptions  # noqa: PLC0415
    from servicedesk_core.sandboxing import address_of, bind  # noqa: PLC0415

    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--uncached", action="store_true")
    parser.add_argument("--generated", action="store_true")
    parser.add_argument("--others", type=int, default=0)
    arguments = parser.parse_args()
    options = SandboxOptions(
        tickets=1_000 if arguments.generated else arguments.tickets,
        now=NOW,
        request_threshold=10**9,
        threads_per_endpoint=64,
        time_scale=0,
    )
    sandbox = Sandbox(options)
    app: Any = (
        sandbox
        if arguments.uncached
        else CachingApp(
            sandbox,
            arguments.latency,
            generated=arguments.tickets if arguments.generated else 0,
            others=arguments.others,
        )
    )
    listener = bind(0)
    print(
        json.dumps(
            {
                "url": address_of(listener),
                "username": options.username,
                "secret": options.secret,
                "integration_code": options.integration_code,
            }
        ),
        flush=True,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    try:
        server.run(sockets=[listener])
    finally:
        sandbox.close()


if __name__ == "__main__":
    main()
