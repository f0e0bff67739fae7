"""How a hook is called: with a time limit, a boundary for errors and a check of the answer."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

from servicedesk_core.errors import AuthenticationError, HookError, ServiceDeskError, UnsupportedError
from servicedesk_core.hooks.boundary import Origin, boundary
from servicedesk_core.hooks.checks import wrong_items, wrong_type
from servicedesk_core.hooks.registration import Implementation, Registered
from servicedesk_core.hooks.watchdog import Watchdog
from servicedesk_core.hooks.writing import FindResult, Found, Inconclusive, ProvenAbsent

T = TypeVar("T")
Check = Callable[[Any], str | None]

_log = logging.getLogger("servicedesk.hooks")

DEFAULT_STEP_TIMEOUT_S = 3600.0
"""Longest wait for one step of a hook: the last resort, so longer than five attempts of a vendor that takes minutes for
one, with the HTTP kit's waits between them."""

_END = object()


class Caller:
    """Calls the hooks of one connection by name.

    Args:
        registered: The connector and what it implements.
        origin: Whose code runs; for errors.
        watchdog: Reports code that blocks.
        step_timeout_s: Longest wait for one awaited step: a call, or one item of a stream.
        on_authentication_failure: Told when the vendor rejected the credentials, before the error goes on.
    """

    def __init__(
        self,
        registered: Registered,
        origin: Origin,
        *,
        watchdog: Watchdog,
        step_timeout_s: float = DEFAULT_STEP_TIMEOUT_S,
        on_authentication_failure: Callable[[AuthenticationError], Awaitable[None]] | None = None,
    ) -> None:
        self.origin = origin
        self._hooks = registered.hooks
        self._watchdog = watchdog
        self._step_timeout_s = step_timeout_s
        self._on_authentication_failure = on_authentication_failure

    @property
    def implemented(self) -> frozenset[str]:
        """Names of the hooks that the connector implements."""
        return frozenset(self._hooks)

    def implementation(self, hook: str) -> Implementation:
        """Return the connector's implementation of a hook.

        Raises:
            UnsupportedError: It has none.
        """
        if found := self._hooks.get(hook):
            return found
        raise UnsupportedError(
            f'The connector "{self.origin.connector}" does not offer {hook}.', connection=self.origin.connection
        )

    def plain(self, hook: str, expected: type[T], **values: Any) -> T:
        """Call a hook that is a plain function."""
        implementation = self.implementation(hook)
        with boundary(self.origin, hook):
            answer: T = implementation(**values)
        return self._checked(hook, answer, wrong_type(answer, expected))

    def judge(self, hook: str, expected: type[T], **values: Any) -> T | None:
        """Call a plain hook that looks at what anybody may have sent; one that is not implemented answers nothing.

        Raises:
            ValueError: The connector cannot make sense of it.
        """
        if hook not in self._hooks:
            return None
        malformed = False
        answer: T | None = None
        with boundary(self.origin, hook):
            try:
                answer = self._hooks[hook](**values)
            except ValueError:  # of the data: its text may repeat what came
                malformed = True
        if malformed:
            message = f"{hook} cannot make sense of it"
            raise ValueError(message)
        return None if answer is None else self._checked(hook, answer, wrong_type(answer, expected))

    async def one(self, hook: str, expected: type[T], **values: Any) -> T:
        """Call a coroutine hook that answers one thing."""
        answer: T = await self._answer(hook, values)
        return self._checked(hook, answer, wrong_type(answer, expected))

    async def done(self, hook: str, **values: Any) -> None:
        """Call a coroutine hook that answers nothing."""
        answer = await self._answer(hook, values)
        self._checked(hook, answer, None if answer is None else f"it answered {type(answer).__name__}")

    async def optional(self, hook: str, expected: type[T], **values: Any) -> T | None:
        """Call a coroutine hook that may answer nothing; one that is not implemented answers nothing."""
        if hook not in self._hooks:
            return None
        answer: T | None = await self._answer(hook, values)
        return None if answer is None else self._checked(hook, answer, wrong_type(answer, expected))

    async def many(self, hook: str, expected: type[T], **values: Any) -> tuple[T, ...]:
        """Call a coroutine hook that answers a tuple."""
        answer: Sequence[T] = await self._answer(hook, values)
        return tuple(self._checked(hook, answer, wrong_items(answer, expected)))

    async def find(self, hook: str, **values: Any) -> FindResult:
        """Call a hook that settles a doubt: nothing, and any error, is :class:`Inconclusive`."""
        self.implementation(hook)
        try:
            answer = await self._answer(hook, values)
        except ServiceDeskError as error:
            return Inconclusive(f"{hook} failed: {error.message}")
        if answer is None:
            return Inconclusive(f"{hook} answered nothing")
        wrong = wrong_type(answer, (Found, ProvenAbsent, Inconclusive))
        return Inconclusive(self.origin.garbage(hook, wrong).message) if wrong else answer

    async def stream(self, hook: str, check: Check, **values: Any) -> AsyncGenerator[Any, None]:
        """Iterate over a streaming hook; closes it whatever happens."""
        implementation = self.implementation(hook)
        with boundary(self.origin, hook):
            items = implementation(**values)
        if not isinstance(items, AsyncIterator):
            raise self.origin.garbage(hook, f"it answered {type(items).__name__}, not an async generator")
        try:
            while (item := await self._step(hook, lambda: anext(items, _END))) is not _END:
                yield self._checked(hook, item, check(item))
        finally:
            await self._close(hook, items)

    async def each(
        self, hook: str, asked: Sequence[Hashable], key: Callable[[Any], Hashable], check: Check, **values: Any
    ) -> AsyncGenerator[Any, None]:
        """Iterate over a streaming hook that owes exactly one item for everything that was asked."""
        open_items = set(asked)
        if not open_items:
            self.implementation(hook)
            return
        items = self.stream(hook, check, **values)
        try:
            async for item in items:
                if key(item) not in open_items:
                    raise self.origin.garbage(hook, "it answered twice, or something that was not asked")
                open_items.remove(key(item))
                yield item
        finally:
            await items.aclose()
        if open_items:
            raise self.origin.garbage(hook, f"it gave no answer for {len(open_items)} of {len(asked)}")

    async def _answer(self, hook: str, values: dict[str, Any]) -> Any:
        implementation = self.implementation(hook)
        return await self._step(hook, lambda: implementation(**values))

    async def _step(self, hook: str, start: Callable[[], Awaitable[Any]]) -> Any:
        limit = asyncio.timeout(self._step_timeout_s)
        try:
            # The limit is outside the boundary: a TimeoutError that gets here can only be the limit's own.
            async with limit:
                with self._watchdog.on_loop(f"[{self.origin.connection}] {hook}"), boundary(self.origin, hook):
                    return await start()
        except TimeoutError:
            raise self.origin.late(hook, self._step_timeout_s) from None
        except AuthenticationError as error:
            if self._on_authentication_failure is not None:
                await self._on_authentication_failure(error)
            raise

    async def _close(self, hook: str, items: AsyncIterator[Any]) -> None:
        if isinstance(items, AsyncGenerator):
            try:
                await self._step(hook, items.aclose)
            except HookError as error:  # what was yielded stays good
                _log.warning("%s (while it was closed; %s)", error, error.detail)

    def _checked(self, hook: str, answer: T, wrong: str | None) -> T:
        if wrong is not None:
            raise self.origin.garbage(hook, wrong)
        return answer
