"""Every source of parts is asked side by side, each within its own time; what one does spoils nothing of the others."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from servicedesk_core.domain.parts import Offered, PartQuery, PartSource
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import ConnectorError, ServiceDeskError, StoreError
from servicedesk_core.features.parts.model import Answered, AskedSource
from servicedesk_core.features.parts.rules import asked_of, fits, of_maker
from servicedesk_core.hooks.capabilities import PartsCapability
from servicedesk_core.plugins.host import Host


@dataclass(frozen=True, slots=True)
class Answer:
    """What one source answered.

    Attributes:
        asked: What became of the question.
        offers: What it offers.
    """

    asked: AskedSource
    offers: tuple[Offered, ...] = ()


class Asking:
    """Asks the sources of a desk.

    Args:
        host: Opens connections.
        limit_s: How many seconds each source has, the opening of its connection included.
    """

    def __init__(self, host: Host, limit_s: float) -> None:
        self._host = host
        self._limit_s = limit_s

    async def all(
        self,
        wanted: Sequence[PartQuery],
        sources: Sequence[str],
        device: DeviceRef | None,
        makers: Sequence[str],
    ) -> tuple[Answer, ...]:
        """Return the answers, in the order of the names.

        Args:
            wanted: What is looked for, as whatever it may mean; empty = only what fits the device.
            sources: Connections that find parts.
            device: The device that it is for; ``None`` = none is known.
            makers: Connections that list the parts of devices.
        """
        questions: list[Coroutine[Any, Any, Answer]] = []
        if wanted:
            questions += [self._within(name, None, self._find(name, wanted)) for name in sources]
        if device is not None:
            words, number = (wanted[-1].words, wanted[-1].part_number) if wanted else (None, None)
            makers_asked = (self._list(name, device, words, number) for name in makers)
            questions += [
                self._within(name, PartSource.MAKER, one) for name, one in zip(makers, makers_asked, strict=True)
            ]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one) for one in questions]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # a fault of the store or of the program, not of a source
        return tuple(task.result() for task in tasks)

    async def _within(self, name: str, source: PartSource | None, question: Coroutine[Any, Any, Answer]) -> Answer:
        limit = asyncio.timeout(self._limit_s)
        try:
            async with limit:
                return await question
        except TimeoutError:
            problem = f"It did not answer within {self._limit_s:g} s."
            late = AskedSource(name, source, Answered.LATE, 0, problem, exit_code=ConnectorError.exit_code)
            return Answer(replace(late, hint="Ask again, with a longer --limit if it is always slow."))
        except StoreError:
            raise
        except ServiceDeskError as error:
            failed = AskedSource(name, source, Answered.FAILED, 0, error.message, error.hint, error.exit_code)
            return Answer(failed)

    async def _find(self, name: str, wanted: Sequence[PartQuery]) -> Answer:
        opened = await self._host.open(name)
        can = opened.capabilities.parts or PartsCapability(PartSource.DISTRIBUTOR)
        queries = [query for one in wanted if (query := asked_of(one, can.finds_by)) is not None]
        if not queries:
            words = " and ".join(sorted(one.replace("_", " ") for one in wanted[-1].asks_by))
            return Answer(AskedSource(name, can.source, Answered.CANNOT, 0, f"It cannot look by {words}."))
        found = [offer for query in queries for offer in await opened.calls.find_parts(query)]
        offers = tuple(Offered(name, can.source, offer) for offer in dict.fromkeys(found))
        return Answer(AskedSource(name, can.source, Answered.ANSWERED, len(offers)), offers)

    async def _list(self, name: str, device: DeviceRef, words: str | None, part_number: str | None) -> Answer:
        opened = await self._host.open(name)
        own = opened.calls.recognise(device)
        if own is None:
            return Answer(AskedSource(name, PartSource.MAKER, Answered.NOT_THEIRS, 0))
        listed = (of_maker(info, own.manufacturer) for info in await opened.calls.find_service_parts(own))
        offers = tuple(Offered(name, PartSource.MAKER, one) for one in listed if fits(one, words, part_number))
        return Answer(AskedSource(name, PartSource.MAKER, Answered.ANSWERED, len(offers)), offers)
