"""Reading named records, and the history of tickets."""

from collections.abc import AsyncIterator, Sequence

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import MAX_IDS, MAX_ROWS, where
from servicedesk_autotask.reading.joins import Joiner, batches
from servicedesk_autotask.reading.keyset import id_pages, row_id, whole_number
from servicedesk_autotask.reading.pull import record_for
from servicedesk_autotask.reading.stream import HISTORY_ENTITY, Source, Stream
from servicedesk_core.errors import AuthenticationError, ConnectorError, PermissionDeniedError, RejectedError
from servicedesk_core.hooks import FetchOutcome, FetchStatus, SourceRecord

_MOST_HALVINGS = 24
_NOT_AN_ID = "not an id of Autotask"


async def fetch_by_ids(api: Api, stream: Stream, refs: Sequence[str], *, joiner: Joiner) -> AsyncIterator[FetchOutcome]:
    """Read records by id, 200 at a time.

    Yields:
        One outcome for each ref.

    Raises:
        ConnectorError: The first batch could not be asked.
    """
    asked = False
    left = list(refs)
    for source in sorted(stream.sources, key=lambda source: source.prefix, reverse=True):
        numbers, other = _split(left, source.prefix)
        left = other
        for batch in batches(list(numbers), MAX_IDS):
            try:
                rows, refused = await _rows(api, source, batch)
                folded = await joiner.fold(list(rows.values()), source.joins)
            except AuthenticationError:
                raise
            except ConnectorError as error:
                if not asked and not isinstance(error, PermissionDeniedError | RejectedError):
                    raise
                for outcome in _refused(error, [numbers[number] for number in batch]):
                    yield outcome
                continue
            asked = True
            found = {record.external_id: record for record in (record_for(source, row) for row in folded)}
            for number in batch:
                record = found.get(f"{source.prefix}{number}")
                if record is not None:
                    yield FetchOutcome(numbers[number], FetchStatus.FOUND, (record,))
                elif number in refused:
                    yield FetchOutcome(numbers[number], FetchStatus.FAILED, reason="Autotask refuses to look it up")
                else:
                    yield FetchOutcome(numbers[number], FetchStatus.MISSING, reason="Autotask has none, or hides it")
    for ref in left:
        yield FetchOutcome(ref, FetchStatus.MISSING, reason=_NOT_AN_ID)


async def fetch_histories(api: Api, refs: Sequence[str], *, allowance: int) -> AsyncIterator[FetchOutcome]:
    """Read the history of tickets; it can only be asked for ticket by ticket.

    Args:
        api: The tenant's interface.
        refs: External ids of tickets.
        allowance: Tickets that may be asked for.

    Yields:
        One outcome for each ref.

    Raises:
        ConnectorError: The first ticket could not be asked.
    """
    asked = 0
    numbers, other = _split(refs, "")
    for number, ref in numbers.items():
        if asked >= allowance:
            yield FetchOutcome(ref, FetchStatus.FAILED, reason=f"the allowance of {allowance} histories is used up")
            continue
        rows: list[Row] = []
        try:
            ticket = [where("ticketID", "eq", number)]
            async for page in id_pages(api, HISTORY_ENTITY, ticket, size=MAX_ROWS):
                rows += page.rows
        except AuthenticationError:
            raise
        except ConnectorError as error:
            if asked == 0 and not isinstance(error, PermissionDeniedError | RejectedError):
                raise
            asked += 1
            for outcome in _refused(error, [ref]):
                yield outcome
            continue
        asked += 1
        records = tuple(SourceRecord(str(event), row) for row in rows if (event := row_id(row)) is not None)
        yield FetchOutcome(ref, FetchStatus.FOUND, records)
    for ref in other:
        yield FetchOutcome(ref, FetchStatus.MISSING, reason=_NOT_AN_ID)


async def _rows(api: Api, source: Source, batch: Sequence[int]) -> tuple[dict[int, Row], set[int]]:
    """Return rows by id, and the ids that the vendor refuses to look up.

    A refused batch is halved, so that one bad id doesn't spoil the others; not for ever, as the reason may be another.
    """
    found: dict[int, Row] = {}
    refused: set[int] = set()
    todo: list[Sequence[int]] = [batch]
    requests = 0
    while todo:
        numbers = todo.pop()
        requests += 1
        try:
            page = await api.query(source.entity, [where("id", "in", list(numbers))], size=MAX_ROWS)
        except RejectedError:
            if len(numbers) == 1 or requests >= _MOST_HALVINGS:
                refused.update(numbers)
            else:
                middle = len(numbers) // 2
                todo += [numbers[:middle], numbers[middle:]]
            continue
        found.update({number: row for row in page.rows if (number := row_id(row)) is not None})
    return found, refused


def _split(refs: Sequence[str], prefix: str) -> tuple[dict[int, str], list[str]]:
    """Tell refs that can be ids of a source from others; by number, so that each number is asked for once."""
    numbers: dict[int, str] = {}
    other: list[str] = []
    for ref in refs:
        text = ref.removeprefix(prefix)
        number = whole_number(text) if ref.startswith(prefix) else None
        if number is not None and number >= 0 and str(number) == text:
            numbers[number] = ref
        else:
            other.append(ref)
    return numbers, other


def _refused(error: ConnectorError, refs: Sequence[str]) -> list[FetchOutcome]:
    status = FetchStatus.DENIED if isinstance(error, PermissionDeniedError) else FetchStatus.FAILED
    return [FetchOutcome(ref, status, reason=error.message) for ref in refs]
