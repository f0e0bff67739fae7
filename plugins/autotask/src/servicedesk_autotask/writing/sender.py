"""One change, sent once: looks before it, the change itself, and a look at what came of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.meaning.lists import MAX_AGE
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing import attachments, below, service_calls, tickets
from servicedesk_autotask.writing.checking import Values, checked_values, target_of
from servicedesk_autotask.writing.comparing import differing, refuse_conflict, same, shown
from servicedesk_autotask.writing.foreseeing import foreseen
from servicedesk_autotask.writing.kinds import (
    LOOK_BACK_S,
    PREPARE_S,
    SEND_S,
    entity_of,
    lists_of,
    prefix_of,
    shape_of,
    stream_of,
)
from servicedesk_autotask.writing.making import Maker, Pulled, Request
from servicedesk_autotask.writing.wire import to_wire
from servicedesk_autotask.writing.words import UnknownWordError, Words
from servicedesk_core.domain import Entity
from servicedesk_core.errors import (
    ConnectorError,
    MappingError,
    NotFoundError,
    OutcomeUnknownError,
    RejectedError,
    VendorTimeoutError,
)
from servicedesk_core.hooks import (
    Capabilities,
    VocabularyMapping,
    Write,
    WriteCapability,
    WriteProblem,
    WriteReceipt,
)

_MISSING_WORD_PAUSE = timedelta(minutes=1)
"""How old lists must be to be read again for a word that somebody wants to write and that they lack."""
_MEANINGS = {"status_category": "status", "priority": "priority_name", "kind": "kind_name"}
_SHOWN = {*_MEANINGS, *_MEANINGS.values(), "queue_ref", "assignee_ref", "category", "issue"}
"""Fields whose value is a word of a list or an id, so that a message may name it."""


class Sender:
    """Sends writes of one connection.

    Args:
        api: The vendor.
        settings: The connection's settings.
        vocabulary: The operator's mapping.
        mapper: Gives the mapping by the newest lists that were read.
        capabilities: What the connector says it can write.
        load_lists: Reads the lists of an entity again if they are older than this.
        pulled: Returns a row of a stream as a pull brings it, with all that is folded in.
        confirmed: Told the row of each record that was written and read back.
        pace: Holds files back that the vendor would refuse now.
    """

    def __init__(
        self,
        api: Api,
        settings: AutotaskSettings,
        vocabulary: VocabularyMapping,
        *,
        mapper: Callable[[], Mapper],
        capabilities: Capabilities,
        load_lists: Callable[[str, timedelta], Awaitable[None]],
        pulled: Pulled,
        confirmed: Callable[[str, Row], Awaitable[None]],
        pace: attachments.Pace,
    ) -> None:
        self._api = api
        self._settings = settings
        self._vocabulary = vocabulary
        self._mapper = mapper
        self._capabilities = capabilities
        self._load_lists = load_lists
        self._pulled = pulled
        self._confirmed = confirmed
        self._pace = pace
        self._maker = Maker(api, settings, pulled)

    async def check(self, write: Write, max_age: timedelta | None) -> tuple[WriteProblem, ...]:
        """Name what would be refused of a change; see the hook ``check_write``."""
        kind = self._capabilities.declared(write.kind)
        if max_age is not None:
            await self._load_lists(lists_of(kind), max_age)
        return foreseen(write, kind, self._words(), self._settings)

    async def send(self, write: Write) -> WriteReceipt:
        """Send a change; see the hook ``send_write``."""
        kind = self._capabilities.declared(write.kind)
        values = checked_values(write, kind)
        async with _within(PREPARE_S, _too_slow):
            await self._load_lists(lists_of(kind), MAX_AGE)
            request = await self._request(write, kind, values)
            if isinstance(request, WriteReceipt):
                return request
            if write.content is not None:
                await self._pace.take(len(write.content))
        before = self._api.requests_sent
        try:
            async with _within(SEND_S, lambda: _no_answer(may_have_left=self._api.requests_sent > before)):
                number, refused = await self._done(request, kind)
        except RejectedError as error:
            await self._explain(error, kind)
            raise
        if request.method == "DELETE":
            return WriteReceipt(f"{prefix_of(kind)}{number}")
        return replace(await self._receipt(kind, number, request.values), refused=refused)

    async def _done(self, request: Request, kind: WriteCapability) -> tuple[int, service_calls.Refused]:
        """Send a request with all that follows it; return the id of the record, and what was refused."""
        number = request.number or 0
        if request.method:
            entity = entity_of(kind)
            number = await self._api.write(request.method, request.path, entity, request.body, right=kind.right)
        return number, await request.finish(number) if request.finish else {}

    async def _request(self, write: Write, kind: WriteCapability, values: Values) -> Request | WriteReceipt:
        """Return what to send, or the receipt when the vendor already shows it."""
        try:
            return await self._prepared(write, kind, values)
        except UnknownWordError:
            await self._load_lists(lists_of(kind), _MISSING_WORD_PAUSE)
            return await self._prepared(write, kind, values)

    async def _prepared(self, write: Write, kind: WriteCapability, values: Values) -> Request | WriteReceipt:
        words = self._words()
        if kind.needs == "target":
            return await self._change(write, kind, values, words)
        return await self._maker.new(write, kind, values, words)

    async def _change(
        self, write: Write, kind: WriteCapability, values: Values, words: Words
    ) -> Request | WriteReceipt:
        number = target_of(write, kind)
        row = await self._api.item(entity_of(kind), number)
        if row is None:
            raise NotFoundError(
                f"Autotask has no {stream_of(kind).removesuffix('s')} {number}, or hides it from the API user.",
                hint="Sync, and look whether it was deleted or merged.",
            )
        record = self._mapper().map(stream_of(kind), await whole(kind, row, self._pulled)).entity
        refuse_conflict(kind.typed(write.base), values, record, modified_at=getattr(record, "modified_at", None))
        wanted = {name: values[name] for name in differing(values, record)}
        is_visit = entity_of(kind) == "ServiceCalls"
        if not wanted and is_visit and await service_calls.lacks_links(self._api, number, values, record):
            wanted = {name: values[name] for name in service_calls.LINKED & values.keys()}
        if not wanted:
            told = ("Autotask already showed exactly this; nothing was sent.",)
            pulled = await self._pulled(stream_of(kind), row)
            return WriteReceipt(pulled.external_id, told, pulled)
        if kind.kind == "secondary_resources.delete":
            return Request("DELETE", f"Tickets/{row['ticketID']}/SecondaryResources/{number}", None, {}, number)
        if is_visit:
            return self._maker.changed_visit(kind, row, record, wanted, words)
        body = to_wire(shape_of(kind), wanted, words)
        if entity_of(kind) == "Tickets":
            await tickets.complete_assignment(self._api, body, row)
        return Request("PATCH", below.address_of(entity_of(kind), row), {"id": number, **body}, wanted)

    async def _receipt(self, kind: WriteCapability, number: int, wanted: Values) -> WriteReceipt:
        """Read the record back. It was written in any case; what fails here is a warning."""
        ref = f"{prefix_of(kind)}{number}"
        try:
            async with _within(LOOK_BACK_S, _too_slow):
                row = await self._api.item(entity_of(kind), number)
                if row is None:
                    return WriteReceipt(ref, ("Autotask took it, but does not show it yet.",))
                await self._confirmed(entity_of(kind), row)
                pulled = await self._pulled(stream_of(kind), row)
                record = self._mapper().map(stream_of(kind), pulled.raw or {}).entity
        except (ConnectorError, MappingError) as error:
            return WriteReceipt(ref, (f"Autotask took it, but it could not be read back ({error.code}).",))
        warnings = tuple(_unexpected(name, record) for name in differing(wanted, record))
        return WriteReceipt(ref, warnings, pulled)

    async def _explain(self, error: RejectedError, kind: WriteCapability) -> None:
        """Read the lists again when the vendor refused a value of one: the tenant changed it under us."""
        if any("picklist value" in text.lower() for text in error.field_errors):
            await self._load_lists(lists_of(kind), _MISSING_WORD_PAUSE)
            error.hint = "The tenant changed this list; it was read again. Look at the values that it has now."

    def _words(self) -> Words:
        return Words(self._mapper().lists, self._vocabulary, self._settings)


def _unexpected(name: str, record: Entity) -> str:
    """Say that the vendor shows something else; list words are shown, texts are not."""
    value = getattr(record, _MEANINGS.get(name, name)) if name in _SHOWN else None
    what = f' ("{value}")' if value is not None else ""
    return f"{name} shows something else after the write{what}; a workflow rule of the tenant may have changed it."


def _too_slow() -> ConnectorError:
    return VendorTimeoutError("Autotask took too long for the looks before the write; nothing was sent.")


def _no_answer(*, may_have_left: bool) -> ConnectorError:
    if not may_have_left:  # it waited for a place in the quota all the time
        return VendorTimeoutError("There was no room in Autotask's quota in time; nothing was sent.")
    return OutcomeUnknownError(
        "Autotask did not answer the write in time.", hint="It is looked up before it is sent again."
    )


@asynccontextmanager
async def _within(seconds: float, error: Callable[[], ConnectorError]) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise error() from late


async def whole(kind: WriteCapability, row: Row, pulled: Pulled) -> Mapping[str, Any]:
    """Return a record as it is compared: of a service call with what belongs to it, which costs further requests."""
    return (await pulled(stream_of(kind), row)).raw or {} if entity_of(kind) == "ServiceCalls" else row


def unchanged(base: Mapping[str, Any], record: Entity) -> bool:
    """Return whether a record shows everything that a write was based on."""
    return all(same(value, shown(record, name, value)) for name, value in base.items())


def last_touched(record: Entity) -> datetime | None:
    """Return the vendor's newest stamp on a record."""
    stamps = [getattr(record, name, None) for name in ("modified_at", "last_activity_at")]
    return max((stamp for stamp in stamps if stamp is not None), default=None)
