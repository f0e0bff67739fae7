"""Answers that are remembered for as long as they hold, and made anew before anybody has to wait for them."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, Generic, ParamSpec, TypeVar

from servicedesk_core.faces import Method
from servicedesk_core.web.console.cache.asking import AskedDesk, Question, has_acted
from servicedesk_core.web.console.live.reader import Reader, State

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("servicedesk.console")

KEPT: Final = 200
"""Answers that are remembered; the one that nobody asked for longest goes first."""

HOLDS: Final = timedelta(minutes=1)
"""Ages and due times make an answer old by then, whatever happens in the store."""

BEHIND_S: Final = 2.5
"""How far behind the store an answer is told at most; one that takes longer to make, a few times as long."""

WANTED_S: Final = 60.0
"""What somebody asked for within it is made anew when it holds no longer."""

_EVERY_S: Final = 0.25
_REST: Final = 3
"""Between two makings of an answer lies so many times what one takes: who waits comes first."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What somebody was told.

    Attributes:
        value: The answer.
        at: The instant for which it was made.
        state: How far the store was then, at least.
    """

    value: T
    at: datetime
    state: State


@dataclass(slots=True)
class _Kept:
    """An answer that is remembered.

    Attributes:
        question: What it answers.
        answer: The answer.
        took_s: How long it took to make.
        made_s: When it was made, by the clock of the process.
        asked_s: When somebody asked for it last.
        passed_s: When the store was first seen to be further; ``None`` = it is not.
    """

    question: Question
    answer: Answer[Any]
    took_s: float
    made_s: float
    asked_s: float
    passed_s: float | None = None

    @property
    def behind_s(self) -> float:
        """Since when it does not hold any more, in seconds; 0 = it holds."""
        passed = 0.0 if self.passed_s is None else monotonic() - self.passed_s
        age = self.question.desk.clock.now() - self.answer.at
        return max(passed, (age - HOLDS).total_seconds(), 0.0)

    @property
    def may_be_told(self) -> bool:
        """Whether it is not too far behind; what others did, and what a sync brought, may show a moment later."""
        return self.behind_s <= max(BEHIND_S, self.took_s * (_REST + 2))

    @property
    def is_due(self) -> bool:
        """Whether it is time to make it anew."""
        now = monotonic()
        return now - self.asked_s <= WANTED_S and self.behind_s > 0 and now - self.made_s >= self.took_s * _REST


class Answers:
    """The answers of one process. Whoever sees other records, or may do other things, is told another answer.

    Args:
        reader: Says how far the store is; one for each process.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Answer[Any]]] = {}

    async def call(self, desk: AskedDesk, asked: Method[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Answer[T]:
        """Ask a query of a desk, or return what is remembered of it; raises what the query raises.

        Args:
            desk: The desk, as whoever asks acts on it.
            asked: The declaration of the query, as an attribute of its class.
            args: What it is given, like all that follows.
            kwargs: See there.
        """
        state = await self.reader.look()
        self._see(state)
        question = Question(desk, asked, args, kwargs)
        if question.key is None:
            return Answer(await asked.of(desk, *args, **kwargs), desk.clock.now(), state)
        kept = self._known(question)
        if kept is not None and kept.may_be_told and await self._shows_own(question, kept.answer, state):
            return kept.answer
        answer = await self._once(question, state)
        while not await self._shows_own(question, answer, state):  # somebody had asked before that was done
            answer = await self._once(question, state)
        return answer

    @asynccontextmanager
    async def kept_current(self) -> AsyncIterator[None]:
        """Keep what people asked for lately current during a block."""
        async with self.reader.followed():
            going_on = asyncio.create_task(self._go_on())
            try:
                yield
            finally:
                tasks = [going_on, *self._making.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _shows_own(self, question: Question, answer: Answer[Any], state: State) -> bool:
        """Whether an answer shows all that whoever asks did: their own acts must show at once."""
        if answer.state.acts >= state.acts:
            return True
        store, name, since = question.desk.store, question.desk.actor.name, answer.state.acts
        return not await store.read(lambda tx: has_acted(tx, name, since))

    def _known(self, question: Question) -> _Kept | None:
        """Return what is remembered, and note that somebody asked: the list of people knows them as they are now."""
        key = question.own if question.own in self._kept else question.key
        if (kept := self._kept.get(key)) is not None:
            kept.asked_s, kept.question = monotonic(), question
            self._kept.move_to_end(key)
        return kept

    async def _once(self, question: Question, state: State) -> Answer[Any]:
        """Make an answer once for all who wait for it; who gives up takes it from nobody else."""
        task = self._making.get(question.own)
        if task is None or task.done():  # what has ended is taken out a moment later
            task = self._making[question.own] = asyncio.create_task(self._made(question, state))
            task.add_done_callback(lambda done: self._end(question.own, done))
        return await asyncio.shield(task)

    async def _made(self, question: Question, state: State) -> Answer[Any]:
        at, began_s = question.desk.clock.now(), monotonic()
        value, is_personal = await question.asked_of()
        answer, ended_s = Answer(value, at, state), monotonic()
        before = self._kept.pop(question.own, None) or self._kept.get(question.key)
        key = question.own if is_personal else question.key
        asked_s = began_s if before is None else before.asked_s
        self._kept[key] = _Kept(question, answer, ended_s - began_s, ended_s, asked_s)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return answer

    def _end(self, own: Hashable, task: asyncio.Task[Answer[Any]]) -> None:
        if self._making.get(own) is task:
            del self._making[own]
        if not task.cancelled():
            task.exception()  # whoever waited was told it

    def _see(self, state: State) -> None:
        """Note which answers the store has passed."""
        now = monotonic()
        for kept in self._kept.values():
            if kept.passed_s is None and kept.answer.state != state:
                kept.passed_s = now

    async def _go_on(self) -> None:
        while True:
            self._see(state := self.reader.now)
            due = [(key, one) for key, one in self._kept.items() if one.is_due]
            if not due:
                await self.reader.other_than(state, within_s=_EVERY_S)
                continue
            key, kept = max(due, key=lambda one: one[1].asked_s)  # others may be looked at before the next is made
            try:
                await self._once(kept.question, state)
            except Exception as error:  # noqa: BLE001  # whoever asks next is told it
                _log.warning("what pages show could not be made anew: %s", type(error).__name__)
            if self._kept.get(key) is kept:  # it failed, or is another one for everybody by now
                del self._kept[key]
