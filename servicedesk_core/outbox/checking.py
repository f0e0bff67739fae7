"""Looks, before a write is stored, whether its vendor would refuse it: what is wrong is told to who proposes it."""

import asyncio
import logging
from collections.abc import Collection
from typing import Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import ServiceDeskError, StoreError, UnsupportedError, WriteError
from servicedesk_core.hooks.write_capability import WriteCapability
from servicedesk_core.hooks.writing import Write, WriteProblem
from servicedesk_core.outbox.record_sender import capability
from servicedesk_core.plugins.host import Host

_log = logging.getLogger("servicedesk.writes")

FRESH_S: Final = 60.0
"""How old the lists may be that a word is refused by: it may have been added at the vendor since they were read."""

LONGEST_LOOK_S: Final = 10.0
"""Somebody waits at a screen: a vendor that does not answer within these seconds is not waited for."""

_OFFERED: Final = 12


class WriteChecks:
    """Checks intents by what connectors know of their vendors.

    Args:
        host: Opens connections.
        own: Kinds that the desk carries itself, of which no connector knows anything.
    """

    def __init__(self, host: Host, own: Collection[str] = ()) -> None:
        self._host = host
        self._own = own

    async def capability(self, connection: str, kind: str) -> WriteCapability | None:
        """Return what a connector says about a kind of writes; ``None`` when that cannot be found out now.

        Raises:
            UnsupportedError: It cannot send them.
            StoreError: The store cannot be used.
        """
        if kind in self._own:
            return None
        try:
            async with self._host.unplugged(connection) as lent:
                return capability(lent.calls, kind)
        except (StoreError, UnsupportedError):
            raise
        except ServiceDeskError as error:
            _log.info("what %s can write could not be found out (%s)", connection, error.code)
            return None

    async def ensure_takeable(self, intent: Intent, can: WriteCapability | None) -> None:
        """Refuse an intent that the vendor would certainly refuse.

        What the connector declares is held against it at once. Asks nobody while the remembered lists know every word;
        a word that they lack is refused only by lists that were just read. Whatever cannot be found out is left to the
        vendor, who has the last word when it is sent.

        Args:
            intent: What is wanted.
            can: What the connector says about such writes.

        Raises:
            WriteError: A field is missing, unknown or too long, or the vendor does not have a word; names it, the one
                that may be meant, and those that there are.
            StoreError: The store cannot be used.
        """
        if intent.kind in self._own:
            return
        write = Write(
            id="unsent",
            kind=intent.kind,
            target=intent.target,
            parent=intent.parent,
            values=dict(intent.values),
            base=dict(intent.base),
        )
        if can is not None and (wrong := tuple(can.problems(write))):
            raise _refusal(wrong, intent.connection)
        try:
            problems = await self._problems(intent.connection, write)
        except StoreError:
            raise
        except ServiceDeskError as error:
            _log.info("what %s would refuse could not be found out (%s)", intent.connection, error.code)
            return
        if problems:
            raise _refusal(problems, intent.connection)

    async def _problems(self, connection: str, write: Write) -> tuple[WriteProblem, ...]:
        async with self._host.unplugged(connection) as lent:
            suspected = await lent.calls.check_write(write, None)
        if not suspected:
            return ()
        try:
            async with asyncio.timeout(LONGEST_LOOK_S):
                opened = await self._host.open(connection)
                return await opened.calls.check_write(write, FRESH_S)
        except TimeoutError:
            _log.info("%s did not say in time what it would refuse", connection)
            return ()


def _refusal(problems: tuple[WriteProblem, ...], connection: str) -> WriteError:
    told = [one.reason + (did_you_mean(one.word, one.offered) if one.word else "") for one in problems]
    first = problems[0]
    some = ", ".join(first.offered[:_OFFERED]) + (" …" if len(first.offered) > _OFFERED else "")
    hint = first.hint or (f"There is: {some}." if some else None)
    return WriteError(f"This would be refused. {' '.join(told)}", hint=hint, connection=connection)
