"""What waits for triage, what is asked, and what is like a ticket, from the store."""

from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store.queries.scope import Scope


async def test_what_waits_for_triage_is_listed_in_the_order_to_take_it(desk):
    found = await desk.triage.list()
    assert [(row.ticket, row.why, row.unanswered) for row in found] == [
        ("T3", "new", 0),
        ("T6", "nobody has it", 0),
        ("T4", "in a queue for triage", 0),
        ("T2", "new", 1),
        ("T1", "new", 2),
    ]
    assert [row.ticket for row in await desk.triage.list(TicketChoice(company=("Globex",)))] == ["T6"]
    assert [row.ticket for row in await desk.triage.list(scope=Scope("psa", companies="c2"))] == ["T6"]


async def test_a_question_is_open_until_a_note_answers_it(desk):
    found = await desk.triage.open()
    assert [(row.ticket, row.key) for row in found] == [("T2", "which"), ("T1", "since"), ("T1", "which")]
    assert [row.question for row in await desk.triage.open(ticket="T2")] == ["Which printer is it?"]


async def test_beside_a_ticket_stands_what_is_like_it_with_why(desk):
    found = await desk.triage.beside("T1")
    assert [(row.ticket, row.why) for row in found.duplicates] == [
        ("T2", "75 % of the words (nothing, printer, prints); same device; same model Brother HL-1; same issue")
    ]
    assert [(row.ticket, row.resolution) for row in found.fixes] == [("T8", "Replaced the drum.")]
    assert [(row.ticket, row.why) for row in found.outages] == [
        (name, "4 tickets of this client within 4 hours of it") for name in ("T5", "T2", "T1", "T3")
    ]
    assert [one.key for one in found.questions] == ["which", "since"]


async def test_a_scope_hides_what_is_like_a_ticket_of_others(desk):
    found = await desk.triage.beside("T1", scope=Scope("psa", companies="c1"))
    assert found.fixes == ()
