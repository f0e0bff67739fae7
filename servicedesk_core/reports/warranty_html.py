"""The warranty report as one self-contained page for a client: no network, good on paper."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template

from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.reports.warranty import WarrantyReport
from servicedesk_core.reports.wording import count, escape
from servicedesk_core.warranty.rows import CoverRow

_SOON_DAYS = 90

Cell = str | tuple[str, str]
"""Text, or a class and text."""


def render(report: WarrantyReport, *, with_missed: bool = False) -> str:
    """Return the page as HTML text.

    Args:
        report: The numbers.
        with_missed: Whether a client's page lists what was never claimed: what we left undone is for ourselves.

    Returns:
        A complete document; every value of a record is escaped.
    """
    page = files(__package__).joinpath("warranty_page.html").read_text(encoding="utf-8")
    return Template(page).substitute(
        title=escape(report.client.name if report.client else report.desk),
        desk=escape(report.desk),
        day=report.day.isoformat(),
        figures="".join(_figures(report)),
        sections="".join(_sections(report, with_missed=with_missed)),
    )


def _figures(report: WarrantyReport) -> Iterable[str]:
    yield _figure(report.devices, "device" if report.devices == 1 else "devices")
    yield _figure(report.states.get("covered", 0), "covered")
    yield _figure(report.ending[_SOON_DAYS], f"end within {_SOON_DAYS} days")
    yield _figure(report.states.get("expired", 0), "expired")
    told = report.states.get("covered", 0) + report.states.get("expired", 0) + report.states.get("upcoming", 0)
    yield _figure(report.devices - told, "not known")
    claims = sum(one.count for one in report.claims.states)
    yield _figure(claims, "claim" if claims == 1 else "claims")


def _figure(number: int, title: str) -> str:
    return f"<div class='figure'><b>{count(number)}</b><span>{escape(title)}</span></div>"


def _sections(report: WarrantyReport, *, with_missed: bool) -> Iterable[str]:
    soon = [
        row
        for row in report.device_rows
        if row.state == "covered" and row.days_left is not None and row.days_left <= _SOON_DAYS
    ]
    if report.client is not None:
        yield _table(f"Cover that ends within {_SOON_DAYS} days", _DEVICE, (_device(row) for row in soon))
        yield _table("All devices", _DEVICE, (_device(row) for row in report.device_rows))
        yield _table(
            "Claims",
            ("Claim", "Device", "Ticket", "State", "Since", "Part due back"),
            (
                (
                    row.claim_id,
                    row.serial_number,
                    row.ticket_number or "",
                    row.state.value.replace("_", " "),
                    row.state_since.date().isoformat(),
                    row.return_due_on or "",
                )
                for row in report.claim_rows
            ),
        )
        if with_missed:
            yield _table(
                "Hardware work on covered devices without a claim",
                ("Ticket", "Title", "Device", "Failed on", "Covered until"),
                (
                    (row.ticket, row.title, row.asset or row.serial_number or "", row.failed_on.isoformat(),
                     row.until.isoformat() if row.until else "")
                    for row in report.missed_rows
                ),
            )  # fmt: skip
    else:
        yield _table(
            "Devices", ("State", "Devices"), ((name.replace("_", " "), count(n)) for name, n in report.states.items())
        )
        yield _table(
            "Cover that ends", ("Within days", "Devices"), ((str(d), count(n)) for d, n in report.ending.items())
        )
        yield _table(
            "Claims",
            ("State", "Claims", "to 7 days", "to 30", "to 90", "older"),
            (
                (one.state.value.replace("_", " "), count(one.count), *(count(n) for n in one.by_age))
                for one in report.claims.states
            ),
        )
    if report.with_costs:
        yield _table(
            "Recovered",
            ("Month", "Manufacturer", "Approved", "Issued", "Currency"),
            (
                (one.month, one.maker, f"{one.approved:,.2f}", f"{one.issued:,.2f}", one.currency)
                for one in report.claims.recovered
            ),
        )


_DEVICE = ("Device", "Serial number", "Model", "Site", "State", "Covered until", "Level", "According to")
_SOURCES = {
    CoverSource.MAKER: "the manufacturer",
    CoverSource.DISTRIBUTOR: "the distributor",
    CoverSource.RMM: "our monitoring",
    **dict.fromkeys((CoverSource.PSA, CoverSource.PROJECT, CoverSource.SPREADSHEET), "our records"),
}


def _device(row: CoverRow) -> Sequence[Cell]:
    until = "for life" if row.is_lifetime and row.state == "covered" else row.until.isoformat() if row.until else ""
    return (
        row.name or "",
        row.serial_number or "",
        " ".join(part for part in (row.manufacturer, row.model) if part),
        row.site or "",
        (row.state.value, row.state.value.replace("_", " ")),
        until,
        row.level or "",
        _SOURCES[CoverSource(row.source)] if row.source else "",
    )


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    if not body:
        body = f"<tr><td colspan='{len(columns)}' class='note'>None.</td></tr>"
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return f"<td class='{escape(cell[0])}'>{escape(cell[1])}</td>"
    return f"<td>{escape(cell)}</td>"
