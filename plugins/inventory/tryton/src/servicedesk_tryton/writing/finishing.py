"""Taking a document to its end, step by step, whoever else works on it at the same time."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from servicedesk_core.errors import RejectedError, WriteConflictError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_tryton.api.errors import WarningError
from servicedesk_tryton.api.wire import Row, text
from servicedesk_tryton.writing.documents import CANCELLED, Documents

_MOST_STEPS: Final = 12
"""Three acts at most; somebody else's changes and answered questions may cost some more."""

_TRIES: Final = "assign_try"
"""The act that may do nothing, without a word: there is too little."""

Prepare = Callable[[str, Row], Awaitable[bool]]
"""What is looked at, or done, before the act that leads on from a state; returns whether the document was changed, and
raises :class:`RejectedError` to end it."""


Release = Callable[[Row], Awaitable[None]]
"""What is done before a document is cancelled: it lets go of what others planned."""


async def nothing(state: str, document: Row) -> bool:
    """Prepare nothing."""
    del state, document
    return False


async def nobody(document: Row) -> None:
    """Let go of nothing."""
    del document


class Finisher:
    """Takes documents to their end.

    Args:
        documents: Of one kind.
        answered: Kinds of questions that are answered with yes.
        field: The field of the write that a refusal is about.
    """

    def __init__(self, documents: Documents, answered: Collection[str], field: str) -> None:
        self._documents = documents
        self._answered = answered
        self._field = field

    async def finish(
        self,
        write: Write,
        ref: str,
        prepare: Prepare = nothing,
        release: Release = nobody,
        *,
        rests_in: Collection[str] = (),
    ) -> WriteReceipt:
        """Take a document to its end.

        Args:
            write: What it is for.
            ref: Its id.
            prepare: Before each act.
            release: Before it is cancelled.
            rests_in: States in which it is left, once it is prepared.

        Raises:
            RejectedError: The server refused it; the document is cancelled.
            OutcomeUnknownError: It may have been done.
            TransientError: The server was not reached.
        """
        kind = self._documents.kind
        for _ in range(_MOST_STEPS):
            document = await self._documents.one(ref)
            state = text(document.get("state")) if document is not None else None
            if document is None or state == CANCELLED:
                raise self.refused(f"Somebody cancelled the {kind.title} in Tryton.")
            if state in kind.done:
                return WriteReceipt(ref)
            if state is None or state not in kind.steps:
                return self._left(ref, f"it is {state}")
            try:
                if await prepare(state, document):
                    continue
                if state in rests_in:
                    return WriteReceipt(ref)
                is_done = await self._step(write.kind, kind.steps[state], document)
                if is_done and kind.steps[state] == _TRIES and await self._is_still(ref, state):
                    raise self.refused("There are not so many any more.")
            except WriteConflictError:
                continue  # somebody else changed it since it was read
            except RejectedError as error:
                if not await self._is_still(ref, state):
                    continue  # somebody else took it further at the same moment
                if state not in kind.undone:
                    return self._left(ref, error.message)
                return await self._undone(write, ref, error, release)
        return self._left(ref, "somebody else changes it all the time")

    def refused(self, problem: str) -> RejectedError:
        """Return the error of something that was not done."""
        return RejectedError(f"{problem} Nothing was done.", field_errors=(self._field,))

    async def _step(self, grant: str, act: str, document: Row) -> bool:
        """Do the next act, and return whether it was done: where a question was answered, it must be done anew."""
        try:
            await self._documents.act(grant, act, document)
        except WarningError as asked:
            if asked.kind not in self._answered:
                raise
            await self._documents.answer(grant, asked.name)
            return False
        return True

    async def _is_still(self, ref: str, state: str) -> bool:
        document = await self._documents.one(ref)
        return document is not None and document.get("state") == state

    async def _undone(self, write: Write, ref: str, error: RejectedError, release: Release) -> WriteReceipt:
        """Cancel a document that cannot be done, and raise why; one that cannot be cancelled is left for a person."""
        try:
            await release(await self._documents.one(ref) or {})
            document = await self._documents.one(ref)
            await self._documents.act(write.kind, "cancel", document or {"id": int(ref)})
        except RejectedError:
            return self._left(ref, error.message)
        raise error

    def _left(self, ref: str, why: str) -> WriteReceipt:
        told = f"The {self._documents.kind.title} {ref} was made and is not done: {why}"
        return WriteReceipt(ref, refused={self._field: told})
