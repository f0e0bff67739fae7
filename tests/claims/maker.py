"""A manufacturer and a PSA that keep what they hold in files, so that killed processes and tests see the same.

``script`` holds one word for the next submission: ``lost`` (accepted, the answer gets lost), ``hang`` (accepted, then
nothing until the process is killed), ``refuse``, ``unreachable``, ``nameless``, ``locked`` (the password has expired),
and ``quote`` or ``lost and quoted``: the error repeats the password, as badly written systems do. While there is a file
``down``, nobody can log in.
"""

import asyncio
import json
from pathlib import Path

from pydantic import SecretStr

from servicedesk_core.domain.warranty import (
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    ClaimRules,
    ClaimStatus,
    DeviceRef,
    PartInfo,
    PartLevel,
)
from servicedesk_core.errors import AuthenticationError, NetworkError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Capabilities, Connector, FetchStatus, Found, Inconclusive, ProvenAbsent, hookimpl
from servicedesk_core.hooks.capabilities import VendorIdentity, WarrantyCapability
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.write_capability import WriteCapability
from servicedesk_core.hooks.writing import ReconcilableBy, WriteReceipt

KINDS = ("claims.submit", "claims.resubmit", "claims.cancel", "claims.note", "claims.attach")


class Settings(ConnectorSettings):
    folder: str
    blind: bool = False
    password: SecretStr = SecretStr("hunter2-hunter2")


class Maker(Connector[Settings]):
    """Recognises every device of "maker"."""

    Settings = Settings

    @property
    def folder(self):
        return Path(self.ctx.settings.folder)

    def held(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("claim-*.json"))]

    def keep(self, ref, **values):
        path = self.folder / f"claim-{ref}.json"
        known = json.loads(path.read_text()) if path.exists() else {"ref": ref}
        path.write_text(json.dumps(known | values))

    @hookimpl
    def describe_capabilities(self):
        by = ReconcilableBy.NOTHING if self.ctx.settings.blind else ReconcilableBy.REFERENCE
        return Capabilities(
            vendor="Maker",
            writes=tuple(WriteCapability(kind, reconcilable_by=by, settle_s=0.0, timeout_s=20.0) for kind in KINDS),
            warranty=WarrantyCapability(
                claim_rules=ClaimRules(max_lines=4, max_length={"troubleshooting": 1000}, resubmissions=1),
                claims_per_request=50,
            ),
        )

    @hookimpl
    async def vendor_identity(self):
        if (self.folder / "down").exists():
            raise NetworkError("Connection refused.")
        return VendorIdentity("maker", "4711", "Example MSP at Maker")

    @hookimpl
    def recognise(self, device):
        if device.manufacturer.casefold() not in {"maker", "maker inc."}:
            return None
        return DeviceRef(manufacturer="maker", serial_number=device.serial_number.strip().upper())

    @hookimpl
    def check_claim(self, claim):
        return () if claim.lines else (ClaimProblem(field="lines", reason="must name a part"),)

    @hookimpl
    async def submit_claim(self, claim):
        script = self.folder / "script"
        word = script.read_text() if script.exists() else ""
        script.unlink(missing_ok=True)
        if word == "unreachable":
            raise NetworkError("Connection refused.")
        if word == "locked":
            raise AuthenticationError("The password has expired.", hint="Change it in the portal.")
        if word == "refuse":
            raise RejectedError("Not entitled.")
        password = self.ctx.settings.password.get_secret_value()
        if word == "quote":
            raise RejectedError(f"The login with {password} was refused.")
        ref = f"C{len(self.held()) + 1}"
        files = {one.name: one.content.decode() for one in claim.attachments}
        self.keep(ref, claim=claim.id, status="New", files=files, symptom=claim.symptom)
        if word == "hang":
            (self.folder / "accepted").touch()
            await asyncio.sleep(3600)
        if word == "lost":
            raise OutcomeUnknownError("No answer.")
        if word == "lost and quoted":
            raise OutcomeUnknownError(f"No answer for {password}.")
        named = None if word == "nameless" else ref
        return ClaimReceipt(ref=named, status=ClaimStatus.UNDER_REVIEW, vendor_status="New")

    @hookimpl
    async def resubmit_claim(self, ref, claim):
        self.keep(ref, status="New", again=True)
        return ClaimReceipt(ref=ref, status=ClaimStatus.UNDER_REVIEW)

    @hookimpl
    async def cancel_claim(self, ref, reason):
        self.keep(ref, status="Cancelled")
        return ClaimReceipt(ref=ref, status=ClaimStatus.CANCELLED)

    @hookimpl
    async def add_claim_note(self, ref, note_id, text):
        self.keep(ref, note=text, note_id=note_id)
        return ClaimReceipt(ref=ref)

    @hookimpl
    async def attach_to_claim(self, ref, attachment):
        self.keep(ref, attached=attachment.name)
        return ClaimReceipt(ref=ref)

    @hookimpl
    async def find_claim(self, claim, attempted_at):
        if self.ctx.settings.blind:
            return Inconclusive("rows name no claim", tuple(one["ref"] for one in self.held()))
        for one in self.held():
            if one["claim"] == claim.id:
                return Found(one["ref"])
        return ProvenAbsent("searched by reference")

    @hookimpl
    async def fetch_claims(self, refs):
        known = {one["ref"]: one for one in self.held()}
        for ref in reversed(refs):
            if ref not in known:
                yield ItemOutcome(ref, FetchStatus.MISSING)
                continue
            told = known[ref].get("report") or {}
            word = known[ref]["status"]
            usual = {"New": "under_review", "Denied": "denied", "Cancelled": "cancelled"}.get(word)
            report = {"ref": ref, "vendor_status": word, "status": usual, **told}
            yield ItemOutcome(ref, FetchStatus.FOUND, ClaimReport.model_validate(report))


class Lister(Maker):
    """Lists the parts of every device."""

    @hookimpl
    async def find_service_parts(self, device):
        return (PartInfo(number="HDD-1", level=PartLevel.MODEL, substitutes=("HDD-2",)),)


class Psa(Connector[Settings]):
    """Takes notes."""

    Settings = Settings

    @hookimpl
    def describe_capabilities(self):
        note = WriteCapability("notes.create_internal", reconcilable_by=ReconcilableBy.REFERENCE, timeout_s=20.0)
        return Capabilities(vendor="Psa", writes=(note,))

    @hookimpl
    async def send_write(self, write):
        path = Path(self.ctx.settings.folder) / f"note-{write.id}.json"
        path.write_text(json.dumps({"ticket": write.parent, **write.values}))
        return WriteReceipt(ref=f"N{write.id[:6]}")

    @hookimpl
    async def find_write(self, write):
        return Inconclusive("nobody looks here")
