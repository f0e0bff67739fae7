"""The clock of a tier, and tickets that come back to where they came from."""

from servicedesk_core.domain import Queue
from servicedesk_core.features.escalate import handing_on
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event

TIERS = '[tiers.tier2]\nqueue = "Second line"\nwithin = "1 h"\n'


async def test_a_tiers_clock_runs_by_itself_and_what_comes_back_is_counted(told):
    await told.put(Queue(external_id="8", name="First line"), Queue(external_id="9", name="Second line"))
    (told.folder / "sla.toml").write_text(
        BOOK.replace("[calendars.always]", "[calendars.spare]").replace('"always"', '"spare"') + TIERS
    )
    await told.desk.definitions.apply(reason="agreed", folder=told.folder, remove=True)
    for number in (1, 2):
        await told.ticket(number, created("03-02 09:00", "P2", queue_ref="8"), priority="P2")
    ids = await told.desk.store.read(
        lambda tx: [row[0] for row in tx.exec_driver_sql("SELECT local_id FROM tickets ORDER BY external_id")]
    )

    said = {"tier": "tier2", "from_queue_ref": "8", "tried": "x", "findings": "x", "mood": "calm"}
    said |= {"at": at("03-02 09:30"), "actor": "user:ana via cli"}

    def hand_on(tx):
        for number in ids:
            handing_on.keep(tx, {"ticket_id": number} | said)

    await told.desk.store.write(hand_on)
    moved = [event("03-02 09:31", "queue_changed", queue_ref="9")]
    await told.ticket(1, *moved, event("03-02 10:10", "tech_note_internal"), queue_ref="9")
    await told.ticket(2, *moved, event("03-02 10:00", "queue_changed", queue_ref="8"))
    await told.move("03-02 12:00")
    second, first = (await told.desk.escalate.handoffs()).items
    assert (first.ticket, first.due_at, first.begun_at) == ("T1", at("03-02 10:30"), at("03-02 10:10"))
    assert (first.is_late, first.is_bounced, first.by) == (False, False, "ana")
    assert (second.is_bounced, second.is_late) == (True, False)
    assert [one.ticket for one in (await told.desk.escalate.handoffs(bounced=True)).items] == ["T2"]
