"""Getting the content of a file that is on a ticket, and proposing to add one."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Protocol

from servicedesk_core.domain import Attachment
from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action, method
from servicedesk_core.features.attachments import tables
from servicedesk_core.features.attachments.model import SavedFile
from servicedesk_core.features.attachments.queries import AttachmentQueries
from servicedesk_core.features.tickets import child_of
from servicedesk_core.features.tickets import found as found_ticket
from servicedesk_core.features.writes import ProposingDesk, proposed, proposes
from servicedesk_core.files import content_of, ensure_absent, replacing, safe_name
from servicedesk_core.hooks.content import Content, ensure_fits
from servicedesk_core.outbox.values import known
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.plugins.host import Host
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

CREATE_INTERNAL: Final = "attachments.create_internal"
CREATE_PUBLIC: Final = "attachments.create_public"

_MB = 1_000_000
_LARGEST_MB = 100

WHICH = Annotated[str, Help("The vendor's id, as the list shows it.")]
WHERE = Annotated[str | None, Help("Where it is, if several have it.")]
LARGEST = Annotated[int, Help("Most millions of bytes that are taken.")]


class AskingDesk(ProposingDesk, Protocol):
    """A desk that asks vendors, and proposes writes."""

    @property
    def host(self) -> Host:
        """Opens connections."""
        ...


class Attachments(AttachmentQueries[Manner]):
    """Files on tickets, their notes and their time: what is known of them, and their content."""

    desk: AskingDesk

    @action(
        "attachments.save", off_web="it writes a file of the machine", about="Where the file is.", needs=Capability.READ
    )
    async def save(
        self: "Attachments[Awaited]",
        attachment: WHICH,
        *,
        to: Annotated[Path | None, Help("Where to; a folder, or a new file. Else a file of its name here.")] = None,
        connection: WHERE = None,
        largest_mb: LARGEST = _LARGEST_MB,
        scope: Scope | None = None,
    ) -> SavedFile:
        """Ask the vendor for the content of a file, and write it into a new one. The store keeps none of it.

        The name is the vendor's without what is unsafe in one; what the vendor says that the file is, is not believed.

        Raises:
            NotFoundLocallyError: The store has no such attachment, or whoever acts may not see it.
            SettingsError: There is a file already, or it cannot be written.
            TooLargeError: It is larger than what is taken.
            ConnectorError: The vendor could not be asked, or sent something else than the file.
        """
        internal = self.desk.may(Capability.INTERNAL)
        name, known = await self.desk.store.read(
            lambda tx: tables.meant(tx, attachment, connection, scope, internal=internal)
        )
        path = _place(to, known)
        with replacing(path, is_new=True) as file:
            content = await self._content(name, known, file, largest_mb)
        return SavedFile(str(path), content.size_bytes, content.sha256)

    @method(Capability.READ)
    async def copy(
        self,
        attachment: str,
        into: BinaryIO,
        *,
        connection: str | None = None,
        largest_mb: int = _LARGEST_MB,
        scope: Scope | None = None,
    ) -> str:
        """Write the content of a file into one that is open; return its SHA-256 in hexadecimal.

        Args:
            attachment: The vendor's id.
            into: Where it goes; can be sought and cut, because a vendor may begin again.
            connection: Where it is, if several have it.
            largest_mb: Most millions of bytes that are taken.
            scope: Only what it lets through.

        Raises:
            NotFoundLocallyError: The store has no such attachment, or whoever acts may not see it.
            TooLargeError: It is larger than what is taken; what came before stands in the file.
            ConnectorError: The vendor could not be asked, or sent something else than the file.
        """
        internal = self.desk.may(Capability.INTERNAL)
        name, known = await self.desk.store.read(
            lambda tx: tables.meant(tx, attachment, connection, scope, internal=internal)
        )
        return (await self._content(name, known, into, largest_mb)).sha256

    @proposes("attachments.add", about="The proposed file.", needs=Capability.TICKETS_WRITE)
    async def add(
        self: "Attachments[Awaited]",
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        file: Annotated[Path, Help("The file; a copy is kept until the fate of the write is known.")],
        *,
        name: Annotated[str | None, Help("What it shall be called there; else as it is here.")] = None,
        title: Annotated[str | None, Help("What people shall read about it; else its name.")] = None,
        public: Annotated[bool, Help("The client may see it; else only the staff.")] = False,
        connection: WHERE = None,
        reason: Annotated[str, Help("Why; kept in the audit trail.")] = "",
        request_id: Annotated[str | None, Help("Your own id: a second call changes nothing.")] = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose a file for a ticket, internal unless --public is said. With --yes this changes an outside system.

        What is sent later is the file as it is now, whatever becomes of it here.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            SettingsError: The file cannot be read.
            WriteError: The vendor would refuse it, such as for its size.
            WriteNotGrantedError: The configuration does not grant it; files that clients see have a grant of their own.
        """
        kind, visibility = (CREATE_PUBLIC, "public") if public else (CREATE_INTERNAL, "internal")
        content = content_of(file)
        called = safe_name(name or file.name)
        values = {
            "name": called,
            "title": title or called,
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }

        def intent(tx: Tx) -> Intent:
            on = found_ticket(tx, ticket, connection, scope)
            said = known(values, Attachment)
            by: dict[str, Any] = {"visibility": visibility, "reason": reason, "request_id": request_id}
            return replace(child_of(tx, on, kind, said, scope, **by), content=content)

        return await proposed(self.desk, lambda: self.desk.store.read(intent), request_id, scope, send=send)

    async def _content(self, connection: str, known: Attachment, file: BinaryIO, largest_mb: int) -> Content:
        ensure_fits(known.size_bytes or 0, largest_mb * _MB)
        content = Content(file, largest_mb * _MB)
        opened = await self.desk.host.open(connection)
        await opened.calls.fetch_content(known, content)
        return content


def _place(to: Path | None, known: Attachment) -> Path:
    path = to / safe_name(known.name) if to is not None and to.is_dir() else to or Path(safe_name(known.name))
    ensure_absent(path)
    return path
