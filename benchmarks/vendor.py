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

    @property
    def headers(self) -> dict[str, str]:
        return {
            "UserName": self.username,
            "Secret": self.secret,
            "ApiIntegrationCode": self.integration_code,
            "Content-Type": "application/json",
        }


@contextlib.contextmanager
def running_vendor(*, tickets: int, latency_s: float = 0.0, cached: bool = True) -> Iterator[Vendor]:
    """Start the vendor and stop it at the end."""
    command = [sys.executable, "-m", "benchmarks.vendor", "--tickets", str(tickets), "--latency", str(latency_s)]
    if not cached:
        command.append("--uncached")
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

    def __init__(self, app: Any, latency_s: float) -> None:
        self.app = app
        self.latency_s = latency_s
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
        key = (scope["method"], scope["raw_path"], scope["query_string"], body)
        if b"thresholdinformation" in scope["raw_path"].lower() or key not in self.answers:
            self.answers[key] = await self._ask(scope, body)
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        for message in self.answers[key]:
            await send(message)

    async def _ask(self, scope: Any, body: bytes) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            answer.append(message)

        await self.app(scope, receive, send)
        return answer


def main() -> None:
    import uvicorn
    from servicedesk_autotask.sandbox import Sandbox, SandboxOptions
    from servicedesk_autotask.sandbox.server import bind

    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--uncached", action="store_true")
    arguments = parser.parse_args()
    options = SandboxOptions(
        tickets=arguments.tickets, now=NOW, request_threshold=10**9, threads_per_endpoint=64, time_scale=0
    )
    sandbox = Sandbox(options)
    app: Any = sandbox if arguments.uncached else CachingApp(sandbox, arguments.latency)
    listener = bind(0)
    print(
        json.dumps(
            {
                "url": f"http://127.0.0.1:{listener.getsockname()[1]}",
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
