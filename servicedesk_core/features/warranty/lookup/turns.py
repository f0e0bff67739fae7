"""Long work on the event loop, cut so that what waits for the loop need not wait for all of it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

_ITEMS_A_TURN = 10
"""About a millisecond of work on a device each."""


async def in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Iterate, and let the event loop turn every few items: a request that may go out goes out in between.

    Args:
        items: What to iterate over.
    """
    for number, item in enumerate(items, 1):
        yield item
        await turn(number)


async def turn(number: int) -> None:
    """Let the event loop turn once every few calls.

    Args:
        number: Which call this is, counted up by one.
    """
    if number % _ITEMS_A_TURN == 0:
        await asyncio.sleep(0)
