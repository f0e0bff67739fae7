"""The product at the same work, through its public SDK."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.vendor import Vendor
from servicedesk_core import ServiceDesk


def settings(vendor: Vendor, store: str, streams: Sequence[str] = ("tickets",)) -> dict[str, Any]:
    """Return a configuration of one Autotask connection in its sandbox."""
    return {
        "desk": {"name": "Measured desk", "store": store},
        "connections": {
            "psa": {
                "connector": "autotask",
                "environment": "sandbox",
                "zone_url": f"{vendor.url}/atservicesrest/",
                "username": vendor.username,
                "secret": vendor.secret,
                "integration_code": vendor.integration_code,
                "streams": list(streams),
                "history_requests": 0,
            }
        },
    }


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


@asynccontextmanager
async def desk(vendor: Vendor, store: str, streams: Sequence[str] = ("tickets",)) -> AsyncIterator[ServiceDesk]:
    """Open a desk on the vendor."""
    async with ServiceDesk(settings(vendor, store, streams)) as opened:
        yield opened


async def timed_sync(opened: ServiceDesk, **arguments: Any) -> tuple[Any, float]:
    """Sync once.

    Returns:
        The report and the seconds it took.
    """
    started = perf_counter()
    report = await opened.sync("psa", **arguments)
    return report, perf_counter() - started
