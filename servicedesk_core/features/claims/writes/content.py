"""What leaves the desk: a claim as the write that carries it holds it, and back. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from servicedesk_core.domain.warranty import Attachment, Claim
from servicedesk_core.features.claims.model import ClaimFile
from servicedesk_core.features.claims.tables.stored import LoadedFile

AGGREGATE = "claims:"
"""Before our id of a claim: what is sent about one claim is sent in order."""


class ClaimWrite(StrEnum):
    """Kinds of writes about claims; each is the grant that it needs."""

    SUBMIT = "claims.submit"
    RESUBMIT = "claims.resubmit"
    CANCEL = "claims.cancel"
    NOTE = "claims.note"
    ATTACH = "claims.attach"

    @property
    def hook(self) -> str:
        """The hook that sends it."""
        return _HOOKS[self]

    @property
    def carries_claim(self) -> bool:
        """Whether it sends the claim itself."""
        return self in {ClaimWrite.SUBMIT, ClaimWrite.RESUBMIT}


_HOOKS = {
    ClaimWrite.SUBMIT: "submit_claim",
    ClaimWrite.RESUBMIT: "resubmit_claim",
    ClaimWrite.CANCEL: "cancel_claim",
    ClaimWrite.NOTE: "add_claim_note",
    ClaimWrite.ATTACH: "attach_to_claim",
}


def values_of(claim: Claim, files: Sequence[ClaimFile]) -> dict[str, Any]:
    """Return a claim as a write holds it: every field that leaves, and its files by number and hash.

    Args:
        claim: The claim.
        files: Its files.
    """
    values = claim.model_dump(mode="json", exclude={"attachments"}, exclude_none=True)
    return values | {"attachments": [said(one) for one in files]}


def said(file: ClaimFile) -> dict[str, Any]:
    """Return a file as a write holds it: everything but its content."""
    return {"id": file.id, "name": file.name, "kind": file.kind, "size": file.size, "sha256": file.sha256}


def claim_of(values: Mapping[str, Any], files: Sequence[LoadedFile]) -> Claim:
    """Return the claim that a write holds, with its files: exactly what was approved.

    Args:
        values: Of the write.
        files: The files that it names, with their content.

    Raises:
        ValueError: A file is another one than was approved.
    """
    told = {one["id"]: one["sha256"] for one in values["attachments"]}
    if told != {one.id: one.sha256 for one in files}:
        msg = "a file of the claim is not the one that was approved"
        raise ValueError(msg)
    plain = {name: value for name, value in values.items() if name != "attachments"}
    return Claim.model_validate(plain | {"attachments": tuple(attachment_of(one) for one in files)})


def attachment_of(file: LoadedFile) -> Attachment:
    """Return a file as the manufacturer gets it."""
    return Attachment(name=file.name, media_type=file.media_type, kind=file.kind, content=file.content)


def file_numbers(values: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the files that a write names."""
    return [one["id"] for one in values.get("attachments", ())]
