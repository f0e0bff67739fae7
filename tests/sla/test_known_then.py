"""The morning page of an instant that is past: promises, decisions and leave as they were known then."""

from servicedesk_core.domain import Technician
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event

ROTA = """
[technicians.ana]
[leave.ana]
technician = "ana"
first_day = 2026-03-02
"""


async def test_what_was_applied_or_decided_later_did_not_hold_yet(told):
    await told.put(Technician(external_id="7", name="ana", is_active=True))
    await told.ticket(1, created("03-02 08:30", "P2"), event("03-02 08:40", "time_entry"), priority="P2")
    await told.move("03-02 10:00")
    await told.promise()
    await told.move("03-02 12:00")
    await told.desk.sla.override("T1", "completion", due=at("03-02 13:00"), reason="agreed")
    await told.move("03-02 13:30")
    await told.promise(BOOK + ROTA)
    await told.move("03-02 14:00")

    async def stood(when):
        page = await told.desk.report.morning(as_of=at(when))
        dues = page.due_times
        return [name for name in ("late", "soon", "later") if getattr(dues, name)], dues.by_clock, len(page.absent)

    assert await stood("03-02 09:30") == ([], 0, 0)  # nothing was promised
    assert await stood("03-02 11:00") == (["later"], 1, 0)  # due at 16:30
    assert await stood("03-02 12:30") == (["soon"], 1, 0)  # at 13:00
    assert await stood("03-02 13:15") == (["late"], 1, 0)  # and nobody knew that ana is away
    assert await stood("03-02 13:45") == (["late"], 1, 1)
