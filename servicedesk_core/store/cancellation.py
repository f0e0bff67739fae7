"""A write whose result somebody has to have: what it left behind is undone when its caller is stopped meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def or_undone(writing: Coroutine[Any, Any, T], undo: Callable[[T], Awaitable[object]]) -> T:
    """Return what a write returned; a caller that is cancelled before it knows that gets it undone.

    A write that has begun is committed also when its caller is cancelled, and then nobody would know what to give back.

    Args:
        writing: The write.
        undo: Undoes it; gets what it returned.

    Raises:
        asyncio.CancelledError: The caller was cancelled.
    """
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and task.exception() is None:
            await undo(task.result())
        raise
