"""Documents as PDF; the writer is the extra ``pdf``."""

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from servicedesk_core.errors import UnsupportedError

WIDTH_MM: Final = 170
"""What fits beside each other on a page between its margins."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document.

    Attributes:
        title: Its heading.
        rows: Its cells.
        heads: What stands above them; empty = nothing does.
        widths_mm: How wide the columns are; empty = all alike.
    """

    title: str
    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()
    widths_mm: Sequence[float] = ()


def pdf(title: str, parts: Sequence[Part], *, what: str) -> bytes:
    """Return a document as PDF.

    Args:
        title: Its title.
        parts: What it is made of.
        what: What people call it, for an error: the claim.

    Raises:
        UnsupportedError: The writer is not installed, or its letters are not enough for the texts.
    """
    try:
        from reportlab.lib.pagesizes import A4  # noqa: PLC0415  # optional, and slow to import
        from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415
        from reportlab.lib.units import mm  # noqa: PLC0415
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle  # noqa: PLC0415
    except ImportError as error:
        raise UnsupportedError(
            "The writer of PDF files is not installed.",
            hint='Install it with pip install "servicedesk-core[pdf]", or leave --pdf out: the page prints well.',
        ) from error
    if not _can_be_printed(title, parts):
        raise UnsupportedError(
            f"The texts of {what} have letters that the PDF cannot show: it has those of Western Europe only.",
            hint="Leave --pdf out: the page shows every letter, and a browser prints it or saves it as PDF.",
        )
    styles = getSampleStyleSheet()

    def cell(text: str) -> Paragraph:
        return Paragraph(html.escape(text).replace("\n", "<br/>"), styles["BodyText"])

    story = [Paragraph(html.escape(title), styles["Title"])]
    for one in parts:
        story.append(Paragraph(html.escape(one.title), styles["Heading3"]))
        rows = [[cell(text) for text in row] for row in ((one.heads, *one.rows) if one.heads else one.rows)]
        if not rows:
            continue
        widths = one.widths_mm or [WIDTH_MM / len(rows[0])] * len(rows[0])
        table = Table(  # a text may be longer than a page
            rows, colWidths=[width * mm for width in widths], repeatRows=int(bool(one.heads)), splitInRow=1
        )
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1)]))
        story.append(table)
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4, title=title).build(story)
    return buffer.getvalue()


def _can_be_printed(title: str, parts: Sequence[Part]) -> bool:
    """Whether the fonts that every PDF reader has show all letters; others would come out as black boxes."""
    texts = [title, *(text for one in parts for text in (one.title, *one.heads))]
    try:
        "".join((*texts, *(text for one in parts for row in one.rows for text in row))).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
