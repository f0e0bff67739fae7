"""How long clients put up with waiting: ratings, coming back and staying by how long tickets took."""

import pytest

from servicedesk_core.domain import Company, Survey
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.sla.model import ClockFilter
from tests.sla.office import at, created, event, status


async def test_what_clients_say_and_do_stands_beside_how_long_their_tickets_took(told):
    await told.promise()
    await told.put(
        Company(external_id="1", name="Harbor Clinic", is_active=True),
        Company(external_id="2", name="Bolt", is_active=False),
        Company(external_id="0", name="Us", is_own=True),
    )
    new, worked = created("03-02 09:00", "P2"), event("03-02 09:20", "time_entry")
    quick, slow = status("03-02 10:00", "resolved"), status("03-03 10:00", "resolved")
    who = {"contact_ref": "5", "category": "Mail", "priority": "P2"}
    await told.ticket(1, new, worked, quick, resolved_at=at("03-02 10:00"), **who)
    await told.ticket(2, new, slow, resolved_at=at("03-03 10:00"), **who | {"company_ref": "2"})
    await told.ticket(3, new, quick, resolved_at=at("03-02 10:00"), **who | {"company_ref": "0"})
    await told.ticket(4, created_at=at("03-02 09:00"), status_category="resolved", resolved_at=at("03-02 10:00"))
    await told.move("03-10 09:00")
    await told.desk.sla.evaluate()
    found = await told.desk.sla.tolerance(ClockFilter(clock="completion"))
    assert [(one.up_to_s, one.tickets, one.rating, one.back_percent, one.active_percent) for one in found] == [
        (3600, 1, None, None, 100.0),
        (16 * 3600, 1, None, None, 0.0),
    ]
    assert [one.partition(":")[0] for one in found.no_data] == ["satisfaction", "coming back"]
    assert [(one.reason, one.count) for one in found.excluded] == [("our own", 1)]
    await told.put(*(Survey(external_id=ref, ticket_ref=ref, rating=rating) for ref, rating in (("1", 5), ("2", 2.5))))
    await told.ticket(6, created("03-20 09:00", "P2"), **who | {"company_ref": "2"})
    await told.move("05-20 09:00")
    await told.desk.sla.evaluate()
    found = await told.desk.sla.tolerance()
    assert [(one.clock, one.up_to_s, one.rating, one.back_percent) for one in found] == [
        ("engagement", 1800, 5.0, 0.0),
        ("engagement", 16 * 3600, 2.5, 100.0),
        ("completion", 3600, 5.0, 0.0),
        ("completion", 16 * 3600, 2.5, 100.0),
    ]
    assert found.no_data == ()
    both = Survey(external_id="3", ticket_ref="2", rating=9, survey_name="NPS"), Company(external_id="2", name="Bolt")
    await told.put(*both)
    found = await told.desk.sla.tolerance(ClockFilter(clock="completion"))
    assert [one.rating for one in found] == [None, None], "two scales have no mean"
    assert found.no_data[0].startswith("satisfaction: ratings of , NPS have scales of their own")
    found = await told.desk.sla.tolerance(ClockFilter(clock="completion"), survey="NPS")
    assert [one.rating for one in found] == [None, 9]
    with pytest.raises(SettingsError, match="No rating is of a survey"):
        await told.desk.sla.tolerance(survey="NPC")
