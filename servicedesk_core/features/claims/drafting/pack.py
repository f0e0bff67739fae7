"""A claim pack: everything that a person needs to claim by hand, in one folder; nothing of it is secret."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from servicedesk_core.domain.warranty import Claim
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.html import render
from servicedesk_core.faces.paper import Part, pdf
from servicedesk_core.features.claims.tables.stored import LoadedFile, StoredClaim
from servicedesk_core.files import replace_file, safe_name
from servicedesk_core.printing import printable

FORM = "claim.html"
PDF = "claim.pdf"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form.

    Attributes:
        title: Its heading.
        rows: Names and values; what is empty is left out.
    """

    title: str
    rows: tuple[tuple[str, str], ...]


def sections(stored: StoredClaim, claim: Claim, files: Sequence[LoadedFile], today: date) -> list[Section]:
    """Return the form, filled in.

    Args:
        stored: The claim as the desk holds it.
        claim: What is claimed.
        files: Its files.
        today: The date of the form.
    """
    to, who, device = claim.ship_to, claim.contact, claim.device
    town = " ".join(filter(None, (to.postal_code, to.city)))
    found = [
        Section(
            "Claim",
            _rows(
                ("Our reference", claim.id),
                ("Date", today.isoformat()),
                ("Manufacturer", device.manufacturer),
                ("Their reference", stored.progress.ref),
                ("Asked for", claim.service.value.replace("_", " ")),
                ("Rests on", stored.draft.entitlement),
                ("Purchase order", claim.purchase_order),
            ),
        ),
        Section(
            "Device",
            _rows(
                ("Serial number", device.serial_number),
                ("Product number", device.product_number),
                ("Machine type", device.machine_type),
                ("Country", device.country),
                ("Bought on", claim.purchased_on.isoformat() if claim.purchased_on else None),
                ("Invoice number", claim.invoice_number),
            ),
        ),
        Section(
            "Fault",
            _rows(
                ("Failed on", claim.failed_on.isoformat() if claim.failed_on else None),
                ("Symptom", claim.symptom),
                ("Troubleshooting", claim.troubleshooting),
                ("Accidental damage", "yes" if claim.is_accidental else "no"),
            ),
        ),
    ]
    found += [
        Section(
            f"Part {line.number}",
            _rows(
                ("Part number", line.part_number),
                ("Quantity", f"{line.quantity.normalize():f}"),
                ("Serial number of the failed part", line.failed_serial_number),
                ("Component code", line.component_code),
                ("Failure code", line.failure_code),
                ("Reproducibility code", line.reproducibility_code),
            ),
        )
        for line in claim.lines
    ]
    found += [
        Section(
            "Contact and address",
            _rows(
                ("Contact", who.name),
                ("E-mail", who.email),
                ("Telephone", who.phone),
                ("Technician id", claim.technician_id),
                ("Ship to", "\n".join(filter(None, (to.name, *to.lines, town, to.region, to.country)))),
                ("Time zone", claim.time_zone),
            ),
        ),
        Section("Documents", _rows(*((one.kind.replace("_", " "), name) for name, one in named(files)))),
    ]
    return [section for section in found if section.rows]


def named(files: Sequence[LoadedFile]) -> list[tuple[str, LoadedFile]]:
    """Return files with the names that they have in the pack: safe everywhere, and each once."""
    return [(f"{number:02d}-{safe_name(one.name)}", one) for number, one in enumerate(files, 1)]


def contents(
    stored: StoredClaim, claim: Claim, files: Sequence[LoadedFile], today: date, *, with_pdf: bool
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of the pack.

    Args:
        stored: The claim as the desk holds it.
        claim: What is claimed.
        files: Its files, with their content.
        today: The date of the form.
        with_pdf: Whether the form is there as PDF too.

    Raises:
        UnsupportedError: The writer of PDF files is not installed.
    """
    form = sections(stored, claim, files, today)
    yield FORM, as_html(claim.id, form).encode()
    if with_pdf:
        yield PDF, as_pdf(claim.id, form)
    for name, one in named(files):
        yield name, one.content


def as_zip(entries: Iterator[tuple[str, bytes]]) -> bytes:
    """Return files as one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def as_html(claim_id: str, form: Sequence[Section]) -> str:
    """Return the form as a page that can be read, printed and mailed by itself."""
    return render("servicedesk_core.features.claims.drafting/claim.html", claim_id=claim_id, form=form)


def as_pdf(claim_id: str, form: Sequence[Section]) -> bytes:
    """Return the form as PDF.

    Raises:
        UnsupportedError: The writer is not installed, or its letters are not enough for the texts.
    """
    parts = [Part(one.title, one.rows, widths_mm=(50, 120)) for one in form]
    return pdf(f"Warranty claim {claim_id}", parts, what="the claim")


def _rows(*pairs: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, printable(value)) for name, value in pairs if value)


def write(path: Path, entries: Sequence[tuple[str, bytes]], *, archive: bool) -> None:
    """Write a pack as a folder, or as one archive.

    Raises:
        SettingsError: The files cannot be written.
    """
    try:
        if archive:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, as_zip(iter(entries)))
            return
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in entries:
            replace_file(path / name, content)
    except OSError as error:
        message = f"The claim pack could not be written to {path}: {error.strerror}."
        raise SettingsError(message, hint="Name a folder that this account may write to.") from error
