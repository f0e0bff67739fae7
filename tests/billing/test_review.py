"""What to look at before time is approved."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import Company, Ticket
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.model import Doubt
from tests.billing.books import bill
from tests.billing.conftest import NOW, entry

DEFINITIONS = """\
[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "09:00-17:00" }

[calendars.nights]
zone = "America/New_York"
hours = { mon-sun = "17:00-24:00" }

[sla]
calendar = "office"
policies = [{ name = "all", otherwise = { completion = "8 h" } }]

[clients.Bolt]
calendar = "nights"

[billing]
after_hours = ["Nights"]
unposted_days = 30
"""


def at(day, hour):
    return datetime(2026, 11, day, hour, tzinfo=UTC)


async def test_what_is_wrong_is_listed_with_what_would_be_right(desk):
    found = await desk.billing.review()
    assert [(row.ref, row.ticket_number, row.client, row.technician, row.doubts) for row in found] == [
        ("e2", "T2", "Bolt", "Ann Ray", (Doubt.OLD,)),
        (None, "T4", "Bolt", "Ann Ray", (Doubt.NO_TIME,)),
    ]
    assert (found.entries, found.tickets) == (4, 1), "neither what is free, nor our own, nor what is posted"
    assert [(one.doubt, one.rows) for one in found.counts] == [(Doubt.OLD, 1), (Doubt.NO_TIME, 1)]
    assert "after_hours" in found.not_judged


@pytest.mark.parametrize("part", ["", "over"])
async def test_what_a_document_of_ours_bills_waits_for_no_approval(desk, part):
    await bill(desk, Source(connection="psa", stream="time_entries", ref="e2", part=part))
    found = await desk.billing.review()
    assert ([row.ref for row in found], found.entries) == ([None], 3)


async def test_hours_are_those_of_the_client(desk, put, tmp_path):
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "service.toml").write_text(DEFINITIONS)
    await desk.definitions.apply(folder=folder, reason="agreed")
    at_night = {"start_at": at(5, 1), "end_at": at(5, 2)}  # 20:00 in New York
    await put(
        entry("n1", "1", contract_ref="k1", **at_night),
        entry("n2", "1", contract_ref="k1", billing_code_ref="b2", **at_night),
        entry("n3", "2", contract_ref="k2", **at_night),
        entry("n4", "2", contract_ref="k2", billing_code_ref="b2", **at_night),
    )
    found = await desk.billing.review(since=NOW - timedelta(days=10))
    assert {row.ref: row.doubts for row in found if row.ref} == {
        "n1": (Doubt.AFTER_HOURS,),
        "n4": (Doubt.NOT_AFTER_HOURS,),
    }
    assert found.not_judged is None


async def test_a_contract_of_the_parent_is_no_other_clients(desk, put):
    of = {"company_ref": "c4", "contract_ref": "k1"}
    await put(
        Company(external_id="c3", name="Acme North", parent_ref="c1"),
        Company(external_id="c4", name="Acme Shop", parent_ref="c3"),
        Company(external_id="c5", name="Circle", parent_ref="c6"),
        Company(external_id="c6", name="Circle", parent_ref="c5"),
        Ticket(external_id="8", number="T8", **of),
        Ticket(external_id="9", number="T9", **of | {"company_ref": "c5"}),
        entry("p1", "8", contract_ref="k1"),
        entry("p2", "9", contract_ref="k1"),
    )
    assert [row.ref for row in await desk.billing.review(doubt=Doubt.WRONG_CONTRACT)] == ["p2"]


async def test_who_sees_a_part_of_the_desk_sees_their_part_of_it(desk):
    theirs = await desk.billing.review(scope=Scope("psa", companies=("c1",)))
    assert (theirs.entries, theirs.tickets, len(theirs)) == (2, 0, 0)
    with pytest.raises(NotFoundLocallyError):
        await desk.billing.review(client="Bolt", scope=Scope("psa", companies=("c1",)))


async def test_rows_are_chosen_by_doubt_client_and_technician(desk, put):
    await put(entry("m1", "1", contract_ref="k1", summary="  ", technician_ref=None))
    assert [row.ref for row in await desk.billing.review(doubt=Doubt.NO_SUMMARY)] == ["m1"]
    assert [row.ref for row in await desk.billing.review(client="Acme")] == ["m1"]
    assert {row.ref for row in await desk.billing.review(technician="ann")} == {"e2", None}
    with pytest.raises(NotFoundLocallyError, match="Nobody"):
        await desk.billing.review(technician="Nobody")


async def test_a_ticket_that_was_merged_or_has_time_is_not_one_without(desk, put):
    done = {"closed_at": NOW - timedelta(days=1), "company_ref": "c1"}
    await put(
        Ticket(external_id="5", number="T5", status_category="merged", **done),
        Ticket(external_id="6", number="T6", status_category="closed", **done),
        entry("f1", "6", contract_ref="k1"),
    )
    assert [row.ticket_number for row in await desk.billing.review(doubt=Doubt.NO_TIME)] == ["T4"]
