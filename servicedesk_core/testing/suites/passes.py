"""How the suites of the ticket-sync family read a connector."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Page, PullMode, PullRequest, StreamCapability, Support
from servicedesk_core.hooks.connector import AnyConnector


def mapped_streams_of(connector: AnyConnector) -> list[StreamCapability]:
    """Return the described streams whose records have payloads of their own."""
    described = connector.describe_capabilities().streams
    return [s for s in described if s.support is Support.FULL and s.stream in STREAMS and s.part_of is None]


def streams_of(connector: AnyConnector) -> list[StreamCapability]:
    """Return the described streams that can be pulled as a whole."""
    return [stream for stream in mapped_streams_of(connector) if stream.children_of is None]


def children_of(connector: AnyConnector) -> list[StreamCapability]:
    """Return the described streams that are read below their parents."""
    return [stream for stream in mapped_streams_of(connector) if stream.children_of is not None]


def whole(
    stream: StreamCapability, page_size: int | None, *, resume: str | None = None, partition: str | None = None
) -> PullRequest:
    """Return the request for everything that a stream has."""
    since = datetime.now(UTC) - timedelta(days=100 * 365) if stream.has_created else None
    return PullRequest(
        stream.stream, PullMode.BACKFILL, since=since, partition=partition, resume=resume, page_size=page_size
    )


async def pages_of(connector: AnyConnector, request: PullRequest, *, limit: int | None = None) -> list[Page]:
    """Return the pages of a pass.

    Args:
        connector: The connector.
        request: What is asked for.
        limit: The first pages only.
    """
    return await _pages(connector.pull(request), "pull", limit)


async def children_pages(connector: AnyConnector, stream: str, parent: str) -> list[Page]:
    """Return the pages of a parent's children."""
    return await _pages(connector.pull_children(stream, parent), "pull_children", None)


async def _pages(stream: object, hook: str, limit: int | None) -> list[Page]:
    pages: list[Page] = []
    assert isinstance(stream, AsyncGenerator), f"{hook} must be an async generator, so that core can close it"
    async with aclosing(stream) as running:
        async for page in running:
            pages.append(page)
            if limit is not None and len(pages) == limit:
                break
    return pages


def ids_of(pages: list[Page]) -> list[str]:
    """Return the ids on pages."""
    return [record.external_id for page in pages for record in page.records]


def mapped(connector: AnyConnector, stream: str, pages: list[Page]) -> dict[str, Entity]:
    """Return what the records on pages mean, by id; those that core would put into quarantine are left out."""
    found: dict[str, Entity] = {}
    for record in (record for page in pages for record in page.records):
        if record.raw is None:
            continue
        try:
            found[record.external_id] = connector.map_record(stream, record.raw).entity
        except (MappingError, ValueError):
            continue
    return found
