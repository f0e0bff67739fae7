"""What is told about claims that a manufacturer has: notes, files, a withdrawal."""

import mimetypes
from pathlib import Path
from typing import Annotated, Any

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Awaited, Help, Manner, method
from servicedesk_core.features.claims.drafting import acts as drafts
from servicedesk_core.features.claims.model import ClaimDetail, ClaimFile, ClaimPreview, Proof
from servicedesk_core.features.claims.sending.acts import ClaimSending
from servicedesk_core.features.claims.sending.preparing import stored_claim
from servicedesk_core.features.claims.sending.previewing import PAGES, WHICH, ensure_as_shown, is_theirs, previewed_act
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes import proposing
from servicedesk_core.features.claims.writes.content import ClaimWrite
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.files import content_of
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.store.queries.scope import Scope


async def _attaching(claims: Any, claim: str, file: Path, *, kind: Proof, send: bool, **_: Any) -> ClaimPreview | None:
    told = _told(file, kind, len(content_of(file)))
    return await claims.preview_update(claim, ClaimWrite.ATTACH, told) if send else None


def _told(file: Path, kind: Proof, size: int) -> dict[str, Any]:
    return {"attachments": [{"name": file.name, "kind": kind.value, "size": size}]}


class ClaimTelling(ClaimSending[Manner]):
    """Tells manufacturers about claims that they have."""

    @previewed_act(
        "claims.note",
        preview=lambda claims, claim, text, **_: claims.preview_update(claim, ClaimWrite.NOTE, {"text": text}),
        asks=lambda *_, **__: "Send this note?",
        about="The claim after the note.",
    )
    async def note(
        self: "ClaimTelling[Awaited]",
        claim: WHICH,
        text: Annotated[str, Help("What to say; the manufacturer reads it.", is_long=True)],
        *,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Tell the manufacturer something about a claim. This can change an outside system: the manufacturer's.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            text: What to say.
            shown: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            ClaimStateError: The manufacturer does not have the claim, or it is over.
            WriteNotGrantedError: The configuration does not grant it.
        """
        return await self._tell(claim, ClaimWrite.NOTE, scope, text=text, shown=shown)

    @method(Capability.CLAIMS_DRAFT)
    async def attach(
        self: "ClaimTelling[Awaited]",
        claim: str,
        *,
        name: str,
        content: bytes,
        media_type: str,
        kind: str = "other",
        send: bool = False,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Add a file to a claim; it goes with the claim when that is sent.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            name: File name.
            content: The file.
            media_type: Media type.
            kind: ``proof_of_purchase``, ``diagnostics``, ``photo`` or ``other``.
            send: Send it to the manufacturer now. Changes an outside system.
            scope: Only a claim that it lets through.

        Raises:
            ClaimStateError: The claim is on its way, or over; or the manufacturer does not have it and it was to be
                sent now.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if send:
            self.desk.permitted(Capability.CLAIMS_SEND, "claims.attach")
            await self._ready_to_tell(stored, ClaimWrite.ATTACH)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        file = await self.desk.store.write(
            lambda tx: drafts.add_file(
                tx, stored, name=name, media_type=media_type, kind=kind, content=content, actor=actor, now=now
            )
        )
        if send:
            return await self._tell(claim, ClaimWrite.ATTACH, scope, file=file)
        return await self.get(stored.claim_id, scope=scope)

    @previewed_act(
        "claims.attach",
        needs=Capability.CLAIMS_DRAFT,
        preview=_attaching,
        asks=lambda going, *_, **__: "Send this file?" if going else "",
        about="The claim with its file.",
        page=f"{PAGES}:whole",
    )
    async def attach_file(
        self: "ClaimTelling[Awaited]",
        claim: WHICH,
        file: Annotated[Path, Help("The file.")],
        *,
        kind: Annotated[Proof, Help("What it proves.")] = Proof.OTHER,
        send: Annotated[bool, Help("Send it now, for a claim that the manufacturer already has.")] = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Add a file to a claim: it goes with the claim when that is sent, or now with --send.

        This can change an outside system: the manufacturer's.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            file: Where it is; its name goes with it.
            kind: What it proves.
            send: Send it to the manufacturer now.
            shown: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            SettingsError: The file cannot be read, or is not what was shown any more.
            ClaimStateError: As for :meth:`attach`.
        """
        content = content_of(file)
        if shown is not None and shown.values != _told(file, kind, len(content)):
            raise SettingsError(f"{file} is not what was shown any more.", hint="Look at it, and send it again.")
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return await self.attach(
            claim, name=file.name, content=content, media_type=media_type, kind=kind.value, send=send, scope=scope
        )

    @previewed_act(
        "claims.cancel",
        preview=lambda claims, claim, *, reason, **_: claims.preview_update(
            claim, ClaimWrite.CANCEL, {"reason": reason}
        ),
        asks=lambda going, claim, **_: (
            f"Withdraw claim {claim}?"
            if going
            else f"Nothing leaves the desk: no manufacturer has this claim from a program. Withdraw claim {claim}?"
        ),
        about="The claim after it was withdrawn.",
    )
    async def cancel(
        self: "ClaimTelling[Awaited]",
        claim: WHICH,
        *,
        reason: Annotated[str, Help("Why; a manufacturer that has the claim reads it.")],
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Withdraw a claim, at the manufacturer if it has it. This can change an outside system: the manufacturer's.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            reason: Why.
            shown: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            ClaimStateError: It is on its way or over.
            UnsupportedError: The manufacturer takes no withdrawals from programs.
            WriteNotGrantedError: The configuration does not grant it.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if is_theirs(stored):
            return await self._tell(claim, ClaimWrite.CANCEL, scope, text=reason, shown=shown)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        await self.desk.store.write(lambda tx: drafts.withdraw(tx, stored, reason=reason, actor=actor, now=now))
        return await self.get(stored.claim_id, scope=scope)

    async def _tell(
        self: "ClaimTelling[Awaited]",
        claim: str,
        kind: ClaimWrite,
        scope: Scope | None,
        *,
        text: str = "",
        file: ClaimFile | None = None,
        shown: ClaimPreview | None = None,
    ) -> ClaimDetail:
        stored = await stored_claim(self.desk, claim, scope)
        opened = await self._ready_to_tell(stored, kind)
        if shown is not None:
            ensure_as_shown(self._leaving(stored, opened, kind, shown.values, ()), shown)
        now, actor, hops = self.desk.clock.now(), self.desk.outbox.actor, self.desk.outbox.hops
        write = await self.desk.store.write(
            lambda tx: proposing.tell(tx, stored, kind, actor=actor, now=now, text=text, file=file, hops=hops)
        )
        await self.desk.outbox.approve_own((write.id,), send=True)
        await self._send_notes(stored.claim_id)
        return await self.get(stored.claim_id, scope=scope)

    async def _ready_to_tell(self, stored: StoredClaim, kind: ClaimWrite) -> OpenConnection:
        proposing.ensure_tellable(stored)
        opened = self._sendable(stored, await self._opened(stored))
        ClaimSender(self.desk.store, self.desk.clock).handling(
            opened.calls, kind.value
        )  # whether it can be done, then may
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        return opened
