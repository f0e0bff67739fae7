"""Pages that come soon after one another make one commit.

Each commit costs the same few dozen statements, and writes once what its rows touch of the indexes. Nobody misses a
page for the moment that it waits: the next ones are being fetched meanwhile, and the last one waits for nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from servicedesk_core.hooks.pulling import Page
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.sync.landing.intake import Arrived, is_usable_id, take_in
from servicedesk_core.sync.options import Limits
from servicedesk_core.sync.reading.pages import NoPageYet, PageStream


@dataclass(slots=True)
class Batch:
    """Pages that are committed together.

    Attributes:
        arrived: Records that may be stored; an id may come again in a later page, then the later one is meant.
        rejected: Records for the quarantine.
        listed: Stamps by id of records that came without a payload.
        gone: Ids that the vendor lists as deleted.
        resume: Position after the batch; ``None`` after the last page.
        last: Whether the last page is among them.
        whole: Whether the pass that ends with them brought everything that the stream has.
        max_stamp: Newest modification stamp.
        records: Number of records on them.
        size: Bytes of payload.
    """

    arrived: list[Arrived] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    listed: dict[str, Mapping[str, datetime]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    resume: str | None = None
    last: bool = False
    whole: bool = False
    max_stamp: datetime | None = None
    records: int = 0
    size: int = 0

    def add(self, page: Page) -> None:
        """Take a page in."""
        intake = take_in(page.records)
        self.arrived += intake.arrived
        self.rejected += intake.rejected
        self.listed |= {r.external_id: r.stamps for r in page.records if r.raw is None and is_usable_id(r.external_id)}
        self.gone += page.gone
        self.resume = page.resume
        self.last = page.last
        self.whole = page.last and page.whole
        if page.max_stamp is not None and (self.max_stamp is None or page.max_stamp > self.max_stamp):
            self.max_stamp = page.max_stamp
        self.records += len(page.records)
        self.size += intake.size


async def batches(pages: PageStream, limits: Limits) -> AsyncGenerator[Batch, None]:
    """Yield the pages of a pull in batches; what came before an error is yielded before the error is raised."""
    page = await pages.next()
    while page is not None:
        batch = Batch()
        failure: Exception | None = None
        until = asyncio.get_running_loop().time() + limits.gather_s
        while page is not None:
            batch.add(page)
            page = None
            if batch.last or batch.records >= limits.batch_rows or batch.size >= limits.batch_bytes:
                break
            try:
                page = await pages.next_until(until)
            except NoPageYet:
                break
            except Exception as error:  # noqa: BLE001  # raised below, after the batch
                failure = error
                break
        yield batch
        if failure is not None:
            raise failure
        page = None if batch.last else await pages.next()
