"""Opportunities: made once, with what the vendor demands, and found again; what was said, by reference."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from plugins.autotask.tests.writing.conftest import row, technician, write
from servicedesk_core.domain.crm import OpportunityState
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Found
from servicedesk_core.testing import CrmSuite

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def renewal(desk, **more):
    """Return the values of an opportunity."""
    owner, _ = technician(desk)
    company = desk.sandbox.store.select("Companies", '"id" > 0')[0]["id"]
    values = {"title": "Renewal: Care", "company_ref": str(company), "owner_ref": owner, "expected_on": "2027-01-31"}
    return values | more


async def test_an_opportunity_has_what_the_vendor_demands_and_the_id_of_its_write(desk, psa):
    receipt = await psa.send_write(write("opportunities.create", id="o-1", **renewal(desk, amount="1200.50")))
    made = row(desk, "Opportunities", receipt.ref)
    assert (made["promotionName"], made["stage"], made["status"], made["useQuoteTotals"]) == ("o-1", 2, 1, False)
    assert made["projectedCloseDate"].startswith("2027-01-31")
    shown = psa.map_record("opportunities", made).entity
    assert (shown.amount, shown.expected_on, shown.state) == (
        Decimal("1200.50"),
        date(2027, 1, 31),
        OpportunityState.OPEN,
    )
    assert (shown.stage, shown.status) == ("New Lead", "Active")


async def test_its_status_says_whether_it_was_won_or_lost(desk, psa):
    receipt = await psa.send_write(write("opportunities.create", id="o-2", **renewal(desk)))
    for status, state in (("Lost", OpportunityState.LOST), ("Closed", OpportunityState.WON)):
        await psa.send_write(write("opportunities.update", id=f"o-2-{status}", target=receipt.ref, status=status))
        assert psa.map_record("opportunities", row(desk, "Opportunities", receipt.ref)).entity.state is state


async def test_a_lost_answer_makes_no_second_one(desk, psa):
    one = write("opportunities.create", id="o-3", **renewal(desk))
    desk.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/Opportunities$"}}])
    with pytest.raises(OutcomeUnknownError):
        await psa.send_write(one)
    made = desk.sandbox.store.select("Opportunities", "json_extract(body, '$.promotionName') = 'o-3'")
    assert await psa.find_write(one) == Found(str(made[0]["id"]))


async def test_a_stage_that_the_tenant_does_not_have_is_told_before(desk, psa):
    wrong = write("opportunities.create", **renewal(desk, stage="Nowhere"))
    (told,) = await psa.check_write(wrong, None)
    assert told.field == "stage"
    with pytest.raises(RejectedError, match="Nowhere"):
        await psa.send_write(wrong)


class TestAutotaskCrm(CrmSuite):
    since = NOW - timedelta(days=7)
    account = "42"

    @pytest.fixture
    async def connector(self, desk):
        store = desk.sandbox.store
        company = store.select("Companies", '"id" > 0')[0]["id"]
        type(self).account = str(company)
        some = {"companyID": company, "assignedResourceID": 1, "actionType": 1, "name": "Called"}
        store.put(
            "CompanyNotes",
            [
                some | {"id": number, "startDateTime": at, "endDateTime": at, "note": "between us"}
                for number, at in ((9001, "2026-11-19T09:00:00Z"), (9002, "2026-10-01T09:00:00Z"))
            ],
        )
        async with desk.connector() as autotask:
            yield autotask

    async def test_no_text_of_a_note_comes_with_it(self, connector):
        [one] = await connector.find_communications(self.account, self.since)
        assert (one.kind, one.subject) == ("Phone Call", "Called")
        assert "between us" not in repr(one)
