"""Looking up many devices: batches, whatever comes back for them, and what was left out."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    UnsupportedError,
)
from servicedesk_core.hooks import Clock, LogSink
from servicedesk_dell.api.warranty import MAX_TAGS, Row, WarrantyApi
from servicedesk_dell.meaning.entitlements import failed, result_for, tag_of
from servicedesk_dell.meaning.service_levels import ServiceLevels

_REFUSED = (RejectedError, NotFoundError)
_FOR_ALL = (AuthenticationError, PermissionDeniedError, UnsupportedError)
"""Errors that the next batch would meet as well."""


class Lookup:
    """Asks for what covers devices.

    Args:
        api: The Warranty API.
        levels: What service levels cover.
        clock: The time.
        log: Told about answers that nobody asked for.
    """

    def __init__(self, api: WarrantyApi, levels: ServiceLevels, clock: Clock, log: LogSink) -> None:
        self._api = api
        self._levels = levels
        self._clock = clock
        self._log = log

    async def ask(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Yield exactly one result for each device.

        Args:
            devices: As ``recognise`` gave them back.

        Raises:
            AuthenticationError: Dell rejected the key.
            ConnectorError: Nothing could be asked at all.
        """
        asked: dict[str, list[DeviceRef]] = defaultdict(list)
        for device in devices:
            asked[device.serial_number.upper()].append(device)
        tags = list(asked)
        stopped: ConnectorError | None = None
        for start in range(0, len(tags), MAX_TAGS):
            batch = tags[start : start + MAX_TAGS]
            try:
                answers: dict[str, list[Row] | ConnectorError] = (
                    dict.fromkeys(batch, stopped) if stopped else await self._batch(batch)
                )
            except ConnectorError as error:
                if start == 0 or isinstance(error, _FOR_ALL):
                    raise
                if isinstance(error, RateLimitedError):
                    stopped = error
                answers = dict.fromkeys(batch, error)
            for tag in batch:
                for device in asked[tag]:
                    yield self._result(device, answers[tag])

    def _result(self, device: DeviceRef, answer: list[Row] | ConnectorError) -> EntitlementResult:
        if isinstance(answer, ConnectorError):
            return failed(device, LookupOutcome.FAILED, answer.message)
        return result_for(device, answer, self._levels, self._clock.now().date())

    async def _batch(self, tags: Sequence[str]) -> dict[str, list[Row] | ConnectorError]:
        """Ask for a batch; for what is missing, once more, because leaving out is no way to say anything."""
        found = await self._halving(tags)
        missing = [tag for tag in tags if found[tag] == []]
        if missing:
            self._log.warning(
                "Dell left %d of %d service tags out of its answer; asking again", len(missing), len(tags)
            )
            try:
                found |= await self._halving(missing)
            except _FOR_ALL:
                raise
            except ConnectorError as error:
                found |= dict.fromkeys(missing, error)
        return found

    async def _halving(self, tags: Sequence[str]) -> dict[str, list[Row] | ConnectorError]:
        """Ask; when Dell refuses the whole batch, ask for its halves, so that one bad tag spoils only itself."""
        try:
            rows = await self._api.entitlements(tags)
        except _REFUSED as error:
            if len(tags) == 1:
                return {tags[0]: error}
            middle = len(tags) // 2
            return await self._halving(tags[:middle]) | await self._halving(tags[middle:])
        by_tag: dict[str, list[Row] | ConnectorError] = {tag: [] for tag in tags}
        strangers = 0
        for row in rows:
            known = by_tag.get(tag_of(row))
            if isinstance(known, list):
                known.append(row)
            else:
                strangers += 1
        if strangers:
            self._log.warning("Dell answered %d service tags that were not asked for; left out", strangers)
        return by_tag
