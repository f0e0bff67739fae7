"""What pages make of records: facts, lists within them, lines, and where values lead."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.faces import Column, Opens
from servicedesk_core.faces.column import columns_of
from servicedesk_core.features import with_ours
from servicedesk_core.features.parts.model import TakenRow
from servicedesk_core.features.parts.ordering.model import OrderRow
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.values import Shower

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """What crosses a hook says nothing of its fields."""

    at: datetime
    vendor_word: str | None


@dataclass(frozen=True)
class Step:
    seen: Annotated[Seen, Column("What was seen.")]
    actor: Annotated[str, Column("Who.")]
    left: Annotated[str, Column("Nobody sees it.", shown=False)]
    nothing: Annotated[str | None, Column("Never filled.")]


@dataclass(frozen=True)
class Week:
    week: Annotated[str, Column("The week.", by="opens")]
    value: Annotated[Decimal | None, Column("The value.")]
    opens: Annotated[Opens, Column("Where it is.", shown=False)]


@dataclass(frozen=True)
class Whole:
    first: Annotated[Seen, Column("What it begins with.", "First")]
    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    client: Annotated[str, Column("The client.", leads="tickets.list:company", by="ref")]
    ref: Annotated[str | None, Column("Its id.")]
    due: Annotated[date, Column("When.")]
    steps: Annotated[tuple[Step, ...], Column("What happened.")]
    weeks: Annotated[tuple[Week, ...], Column("Its weeks.", draws="value")]
    connection: Annotated[str, Column("Where it comes from.")] = "psa"


@pytest.fixture
def shower():
    return Shower(Addresses.of(with_ours(())), NOW, ZoneInfo("UTC"))


def whole(ref="7"):
    opens = Opens("kpi.list", {"period": ("2026-W01",)})
    weeks = tuple(Week(f"W{at}", value, opens) for at, value in enumerate((Decimal(1), None, Decimal(3))))
    return Whole(
        Seen(NOW, "Ok"), "T1", "Mill", ref, date(2026, 3, 1), (Step(Seen(NOW, None), "ana", "x", None),), weeks
    )


def test_a_record_begins_with_its_first_part_and_lists_hold_what_is_filled(shower):
    first, facts, steps, weeks = shower.parts(whole())
    assert (first.title, [name for name, _ in first.facts]) == ("First", ["At", "Vendor word"])
    cells = dict(facts.facts)
    assert cells["Ticket"].href == "/tickets/T1?connection=psa"
    assert cells["Client"].href == "/lists/tickets/list?company=7"
    assert cells["Due"].is_day
    assert ([head.name for head in steps.heads], steps.rows[0][1].text) == (["at", "actor"], "ana")
    assert [row[0].href for row in weeks.rows] == ["/lists/kpi/list?period=2026-W01"] * 3
    assert [head.is_number for head in weeks.heads] == [False, True]
    assert weeks.rows[1][1].is_number
    assert (weeks.line.pieces, len(weeks.line.dots)) == ((), 2)
    assert weeks.said == "From 1 to 3; the least 1, the most 3."


def test_what_nothing_names_leads_nowhere(shower):
    _, facts, *_ = shower.parts(whole(ref=None))
    assert dict(facts.facts)["Client"].href is None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "Over are those with --all; servicedesk claims propose finds some.",
            (
                ("Over are those with ", None),
                ("all", "/lists/claims/list?all=true"),
                ("; ", None),
                ("Claims: propose", "/acts/claims/propose"),
                (" finds some", None),
                (".", None),
            ),
        ),
        ("`servicedesk parts take TICKET PART`", (("Parts: take", "/acts/parts/take"),)),
        (
            "Run servicedesk sync, or name it with --nothing.",
            (("Run servicedesk sync, or name it with --nothing.", None),),
        ),
        (
            "`servicedesk claims show SD-7K` shows it.",
            (("Claims: show SD-7K", "/records/claims/show?claim=SD-7K"), (" shows it.", None)),
        ),
        (
            "Next: servicedesk claims check SD-7K",
            (("Next: ", None), ("Claims: check SD-7K", "/acts/claims/check?claim=SD-7K")),
        ),
        ('"servicedesk kpi list --period 2026-03"', (("Kpi: list", "/lists/kpi/list?period=2026-03"),)),
        ("`servicedesk sla missed --without-reason`", (("Sla: missed", "/lists/sla/missed?without-reason=true"),)),
        ("`servicedesk writes approve 12` sends it.", (("Approvals 12", "/approvals/12"), (" sends it.", None))),
        ("servicedesk tickets show TICKET", (("servicedesk tickets show TICKET", None),)),
        ("None.", (("None.", None),)),
    ],
)
def test_what_is_typed_into_a_shell_is_a_link_in_a_browser(text, pieces):
    addresses = Addresses.of(with_ours(()))
    assert addresses.linked(text, addresses.offers["claims.list"]) == pieces


def test_what_whoever_looks_may_not_open_is_no_link():
    none = Addresses.of(with_ours(())).among(lambda _: False)
    for text in ("Next: servicedesk claims check SD-7K", "`servicedesk writes approve 12`", "`servicedesk kpi list`"):
        assert none.linked(text) == ((text, None),)


def test_a_ticket_of_a_claim_is_not_looked_for_at_the_connection_to_its_manufacturer():
    addresses = Addresses.of(with_ours(()))
    for leads, where in (("tickets.show", "/tickets/T1?connection=dell"), ("tickets.show:ticket", "/tickets/T1")):
        assert addresses.record(leads, "T1", "dell") == where
    for row in (TakenRow, OrderRow):
        assert "tickets.show:ticket" in {column.leads for column in columns_of(row).values()}


@dataclass(frozen=True)
class Line:
    amount: Annotated[Decimal, Column("What it costs.")]
    currency: Annotated[str, Column("Of the amount.")] = "EUR"


@pytest.mark.parametrize(
    ("name", "value", "row", "shown"),
    [
        ("amount", Decimal("84.5"), Line(Decimal("84.5")), ("84.50", "n")),
        ("amount", Decimal("1.5"), None, ("1.5", "n")),
        ("load_s", 5_400, None, ("1 h 30 min", "n")),
        ("open", 0, None, ("0", "n zero")),
        ("who", None, None, ("-", "zero none")),
        ("day", date(2026, 3, 1), None, ("2026-03-01", "day")),
        ("title", "x" * 41, None, ("x" * 41, "long")),
    ],
)
def test_a_value_stands_where_it_is_looked_for_and_nothing_catches_no_eye(shower, name, value, row, shown):
    cell = shower.cell(name, value, None, row)
    assert (cell.text, cell.look) == shown
