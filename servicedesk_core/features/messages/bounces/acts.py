"""Reading what mail servers report, and letting mails go to an address again."""

import asyncio
from pathlib import Path
from typing import Annotated

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.messages.bounces import tables
from servicedesk_core.features.messages.bounces.reports import NoReportError, Report, files_in, read
from servicedesk_core.features.messages.model import Bounces, Cleared
from servicedesk_core.features.messages.queries import UNSCOPED_ADDRESSES, MessageQueries
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, audit


class Bouncing(MessageQueries[Manner]):
    """Mails that did not arrive."""

    desk: ProposingDesk

    @action(
        "messages.bounces",
        off_web="it reads a file of the machine",
        about="What was read.",
        needs=Capability.MESSAGES,
        unscoped=UNSCOPED_ADDRESSES,
    )
    async def bounces(
        self: "Bouncing[Awaited]",
        path: Annotated[Path, Help("A report of a mail server, or a folder of such, each a file.")],
    ) -> Bounces:
        """Read reports of mails that did not arrive (RFC 3464); nothing more is mailed to an address that is gone.

        A report counts for a mail that this desk sent to that address only, and once, however often it is read.

        Raises:
            SettingsError: There is no such file or folder.
        """
        if not path.exists():
            raise SettingsError(f"There is no file or folder {path}.", hint="Save the reports from the mailbox first.")
        found, left = await asyncio.to_thread(_read_all, path)

        def work(tx: Tx) -> Bounces:
            audit.take_turn(tx)
            now, by = self.desk.clock.now(), str(self.desk.actor)
            ours = [(name, one) for name, one in found if tables.is_ours(tx, one)]
            foreign = [f"{name}: it is about no mail of this desk" for name, one in found if (name, one) not in ours]
            new = [*tables.keep(tx, (one for _, one in ours), by, now)]
            if new:
                after = {"final": sum(one.is_final for one in new), "others": sum(not one.is_final for one in new)}
                audit.append(tx, at=now, actor=by, action="messages.bounced", entity="messages", after=after)
            final = sum(one.is_final for one in new)
            return Bounces(len(ours), final, len(new) - final, (*left, *foreign))

        return await self.desk.store.write(work)

    @action(
        "messages.clear",
        about="What stood against it.",
        needs=Capability.MESSAGES,
        unscoped=UNSCOPED_ADDRESSES,
    )
    async def clear(
        self: "Bouncing[Awaited]",
        address: Annotated[str, Help("The mail address that is right again.", names="messages.bounced")],
    ) -> Cleared:
        """Let mails go to an address again to which one did not arrive.

        Raises:
            NotFoundLocallyError: Nothing stands against it.
        """

        def work(tx: Tx) -> Cleared:
            audit.take_turn(tx)
            now = self.desk.clock.now()
            if not (many := tables.clear(tx, address, now)):
                raise NotFoundLocallyError(
                    f"Nothing stands against {address}.", hint="`servicedesk messages bounced` lists what does."
                )
            by = str(self.desk.actor)
            audit.append(tx, at=now, actor=by, action="messages.cleared", entity="messages", after={"bounces": many})
            return Cleared(many)

        return await self.desk.store.write(work)


def _read_all(path: Path) -> tuple[list[tuple[str, Report]], list[str]]:
    found: list[tuple[str, Report]] = []
    left: list[str] = []
    for one in files_in(path):
        try:
            found += [(one.name, report) for report in read(one)]
        except NoReportError as error:
            left.append(f"{one.name}: {error}")
        except OSError as error:
            left.append(f"{one.name}: it cannot be read ({error.strerror})")
    return found, left
