"""Sending claims, and what is told about those that a manufacturer has: shown first, sent once."""

import mimetypes
from collections.abc import Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.warranty import ClaimProblem, ClaimRules, ClaimState
from servicedesk_core.errors import ClaimIncompleteError, ClaimStateError, SettingsError
from servicedesk_core.faces import Awaited, Help, Manner, method, previewed
from servicedesk_core.features.claims import drafts
from servicedesk_core.features.claims.model import ClaimDetail, ClaimFile, ClaimPreview, Proof
from servicedesk_core.features.claims.pages import REFUSED, after_sending
from servicedesk_core.features.claims.preparing import ClaimsDesk, checked_claim, stored_claim
from servicedesk_core.features.claims.queries import ClaimQueries
from servicedesk_core.features.claims.rules import rules_of
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes import notes, proposing
from servicedesk_core.features.claims.writes.content import ClaimWrite, values_of
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.features.writes import code_of
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.store.queries.scope import Scope

_PAGES: Final = "servicedesk_core.features.claims.pages"
WHICH = Annotated[str, Help("Our id (SD-…), its number, or the manufacturer's id.")]
FORCE = Annotated[bool, Help("Send it although the device was not covered that day, as far as we know.")]


def _fails(sent: ClaimDetail) -> int:
    if sent.write_state is not None:
        return code_of(sent.write_state, sent.error_code)
    return ClaimIncompleteError.exit_code if sent.claim.state in REFUSED else 0


def _sending(claims: Any, claim: str, *, again: bool, force: bool = False, **_: Any) -> Coroutine[Any, Any, Any]:
    return claims.preview(claim, again=again, force=force)  # type: ignore[no-any-return]


async def _attaching(claims: Any, claim: str, file: Path, *, kind: Proof, send: bool, **_: Any) -> ClaimPreview | None:
    told = _told(file, kind, len(_content(file)))
    return await claims.preview_update(claim, ClaimWrite.ATTACH, told) if send else None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.", hint="Name a file.") from error


def _told(file: Path, kind: Proof, size: int) -> dict[str, Any]:
    return {"attachments": [{"name": file.name, "kind": kind.value, "size": size}]}


_previewed = partial(
    previewed,
    needs=Capability.CLAIMS_SEND,
    version=2,
    shows=f"{_PAGES}:preview",
    page=f"{_PAGES}:brief",
)
"""Declares an act at a manufacturer, which is shown what would leave before it is asked."""


class ClaimSending(ClaimQueries[Manner]):
    """Shows what would leave, and sends it."""

    desk: ClaimsDesk

    @method(Capability.CLAIMS_SEND)
    async def preview(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        again: bool | None = None,
        force: bool = False,
        scope: Scope | None = None,
    ) -> ClaimPreview:
        """Return exactly what :meth:`submit` or :meth:`resubmit` would send, and where to. Sends nothing.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            again: Only as :meth:`resubmit` would, or only as :meth:`submit`; ``None`` = whichever can.
            force: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it.
            ClaimStateError: It cannot be sent as it stands.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored, checked, found = await checked_claim(self.desk, claim, scope)
        if again is not None:
            _ensure_denied(stored, again=again)
        proposing.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        proposing.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        kind = ClaimWrite.RESUBMIT if stored.progress.state is ClaimState.DENIED else ClaimWrite.SUBMIT
        warnings = tuple(problem for problem in checked.problems if not problem.is_blocking)
        return self._leaving(stored, opened, kind, values_of(content, found), warnings)

    @method(Capability.CLAIMS_SEND)
    async def preview_update(
        self: "ClaimSending[Awaited]",
        claim: str,
        kind: ClaimWrite,
        values: Mapping[str, Any],
        *,
        scope: Scope | None = None,
    ) -> ClaimPreview | None:
        """Return what a note, a file or a withdrawal would send, and where to. Sends nothing.

        Args:
            claim: Our id of the claim, the number, or the manufacturer's id.
            kind: What is to be told: :attr:`ClaimWrite.NOTE`, :attr:`~ClaimWrite.ATTACH` or :attr:`~ClaimWrite.CANCEL`.
            values: What would leave.
            scope: Only a claim that it lets through.

        Returns:
            What would leave; ``None`` when nothing does, because a claim is withdrawn that the manufacturer does not
            have, or that a person sends.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: The manufacturer does not have it, or it is over.
            UnsupportedError: The manufacturer takes no such thing from programs.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if kind is ClaimWrite.CANCEL and not _is_theirs(stored):
            return None
        proposing.ensure_tellable(stored)
        return self._leaving(stored, self._sendable(stored, await self._opened(stored)), kind, dict(values), ())

    def _leaving(
        self,
        stored: StoredClaim,
        opened: OpenConnection,
        kind: ClaimWrite,
        values: dict[str, Any],
        warnings: tuple[ClaimProblem, ...],
    ) -> ClaimPreview:
        handling = ClaimSender(self.desk.store, self.desk.clock).handling(opened.calls, kind.value)
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        identity = opened.identity
        return ClaimPreview(
            claim_id=stored.claim_id,
            kind=kind.value,
            connection=opened.name,
            environment=opened.settings.environment,
            vendor=opened.capabilities.vendor,
            account=f"{identity.name} ({identity.account})"
            if identity and identity.name
            else (identity.account if identity else None),
            values=values,
            side_effects=handling.side_effects,
            warnings=warnings,
        )

    @_previewed(
        "claims.submit",
        preview=partial(_sending, again=False),
        asks=lambda *_, **__: "Send exactly this?",
        about="The claim after it was sent.",
        tells=after_sending,
        fails=_fails,
    )
    async def submit(
        self: "ClaimSending[Awaited]",
        claim: WHICH,
        *,
        force: FORCE = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Send a claim to its manufacturer, once, after showing exactly what leaves and where to.

        This can change an outside system: the manufacturer's. The claim is checked, stored as a write, approved by the
        caller and sent. Of two who do it at once, one gets an error; an attempt whose fate is unknown leaves the claim
        in doubt and is never repeated without proof.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            force: Send it although the device was not covered on the day of the failure, as far as the desk knows.
            shown: What somebody has seen and agreed to, from :meth:`preview`: nothing else is sent.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it. Or the device was not covered.
            ClaimStateError: It is on its way, was sent already, or is not what was shown any more.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        return await self._send(claim, again=False, force=force, shown=shown, scope=scope)

    @_previewed(
        "claims.resubmit",
        preview=partial(_sending, again=True),
        asks=lambda *_, **__: "Send exactly this?",
        about="The claim after it was sent again.",
        tells=after_sending,
        fails=_fails,
    )
    async def resubmit(
        self: "ClaimSending[Awaited]",
        claim: WHICH,
        *,
        force: FORCE = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Send a denied claim again, after showing exactly what leaves and where to.

        This can change an outside system: the manufacturer's.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            force: As for :meth:`submit`.
            shown: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            ClaimStateError: It is not denied, or was denied as often as the manufacturer allows.
            ServiceDeskError: As for :meth:`submit`.
        """
        return await self._send(claim, again=True, force=force, shown=shown, scope=scope)

    @_previewed(
        "claims.note",
        preview=lambda claims, claim, text, **_: claims.preview_update(claim, ClaimWrite.NOTE, {"text": text}),
        asks=lambda *_, **__: "Send this note?",
        about="The claim after the note.",
    )
    async def note(
        self: "ClaimSending[Awaited]",
        claim: WHICH,
        text: Annotated[str, Help("What to say; the manufacturer reads it.")],
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
        self: "ClaimSending[Awaited]",
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

    @_previewed(
        "claims.attach",
        needs=Capability.CLAIMS_DRAFT,
        preview=_attaching,
        asks=lambda going, *_, **__: "Send this file?" if going else "",
        about="The claim with its file.",
        page=f"{_PAGES}:whole",
    )
    async def attach_file(
        self: "ClaimSending[Awaited]",
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
        content = _content(file)
        if shown is not None and shown.values != _told(file, kind, len(content)):
            raise SettingsError(f"{file} is not what was shown any more.", hint="Look at it, and send it again.")
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return await self.attach(
            claim, name=file.name, content=content, media_type=media_type, kind=kind.value, send=send, scope=scope
        )

    @_previewed(
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
        self: "ClaimSending[Awaited]",
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
        if _is_theirs(stored):
            return await self._tell(claim, ClaimWrite.CANCEL, scope, text=reason, shown=shown)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        await self.desk.store.write(lambda tx: drafts.withdraw(tx, stored, reason=reason, actor=actor, now=now))
        return await self.get(stored.claim_id, scope=scope)

    async def _send(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        again: bool,
        force: bool,
        shown: ClaimPreview | None,
        scope: Scope | None,
    ) -> ClaimDetail:
        stored, checked, found = await checked_claim(self.desk, claim, scope)
        _ensure_denied(stored, again=again)
        proposing.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        proposing.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        _ensure_takes_more(stored, rules_of(opened.calls))
        kind = ClaimWrite.RESUBMIT if again else ClaimWrite.SUBMIT
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        if shown is not None:
            _ensure_as_shown(self._leaving(stored, opened, kind, values_of(content, found), ()), shown)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> int:
            ready = drafts.validated(tx, stored, actor=actor, now=now)
            return proposing.submit(tx, ready, content, found, actor=actor, now=now, force=force).id

        number = await self.desk.store.write(work)
        await self.desk.outbox.approve_own((number,), send=True)
        await self._send_notes(stored.claim_id)
        return await self.get(stored.claim_id, scope=scope)

    async def _tell(
        self: "ClaimSending[Awaited]",
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
            _ensure_as_shown(self._leaving(stored, opened, kind, shown.values, ()), shown)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        write = await self.desk.store.write(
            lambda tx: proposing.tell(tx, stored, kind, actor=actor, now=now, text=text, file=file)
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

    async def _send_notes(self, claim_id: str = "") -> None:
        """Send the notes that were approved with the steps they tell of: of one claim, or of all."""
        if self.desk.settings.claims.ticket_notes == "send":
            now = self.desk.clock.now()
            waiting = await self.desk.store.read(lambda tx: notes.waiting(tx, now, claim_id))
            for name, numbers in waiting.items():
                await self.desk.outbox.run(name, only=numbers)

    async def _opened(self, stored: StoredClaim) -> OpenConnection | None:
        if stored.connection is None or stored.connection not in self.desk.settings.connections:
            return None
        return await self.desk.host.open(stored.connection)

    def _sendable(self, stored: StoredClaim, opened: OpenConnection | None) -> OpenConnection:
        if opened is None or stored.by_hand:
            raise ClaimStateError(
                f"Claim {stored.claim_id} is sent by hand: no connection here sends claims to {stored.manufacturer}.",
                hint=f"`servicedesk claims pack {stored.claim_id}` writes what to send; "
                f"`servicedesk claims record {stored.claim_id}` keeps what they answer.",
            )
        return opened


def _is_theirs(stored: StoredClaim) -> bool:
    """Whether a program has to tell the manufacturer that the claim is withdrawn."""
    return stored.progress.ref is not None and not stored.by_hand


def _ensure_as_shown(going: ClaimPreview, shown: ClaimPreview) -> None:
    told = (shown.claim_id, shown.kind, shown.connection, shown.environment, shown.account, shown.values)
    if told != (going.claim_id, going.kind, going.connection, going.environment, going.account, going.values):
        raise ClaimStateError(
            f"Claim {going.claim_id} is not what was shown any more: somebody changed it meanwhile. Nothing was sent.",
            hint="Send it again, and look at what is shown then.",
        )


def _ensure_denied(stored: StoredClaim, *, again: bool) -> None:
    if (stored.progress.state is ClaimState.DENIED) != again:
        what = "was not denied" if again else "was denied: send it again with resubmit"
        hint = f"`servicedesk claims show {stored.claim_id}` shows where it stands."
        raise ClaimStateError(f"Claim {stored.claim_id} {what}.", hint=hint)


def _ensure_takes_more(stored: StoredClaim, rules: ClaimRules) -> None:
    count = stored.progress.denial_count
    if not rules.may_resubmit(count):
        hint = f"`servicedesk claims show {stored.claim_id}` shows where it stands."
        raise ClaimStateError(f"Claim {stored.claim_id} was denied {count} times; its maker takes no more.", hint=hint)
