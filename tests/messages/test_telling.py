"""What is told of what happens, when, and to whom; and never what is history."""

from datetime import timedelta

import pytest

from servicedesk_core.domain import (
    Appointment,
    Company,
    Contact,
    Note,
    NoteVisibility,
    Priority,
    StatusCategory,
    Technician,
)
from servicedesk_core.domain.work import AppointmentState
from servicedesk_core.errors import SettingsError

WAITING = StatusCategory.WAITING_CUSTOMER
EACH = "{% for one in visits %}{{ one.start }}; {% endfor %}"


pytestmark = pytest.mark.slow


async def test_what_happens_within_ten_minutes_is_one_message_and_a_p1_waits_for_nothing(telling):
    await telling.ticket()
    await telling.run()
    await telling.ticket(assignee_ref="t1", created_at=None)
    await telling.run(minutes=4)
    await telling.become(category=WAITING, assignee_ref="t1")
    await telling.run(minutes=4)
    assert await telling.queue() == []
    await telling.run(minutes=2)
    assert await telling.queue() == [("waiting", "proposed")]
    assert [one for one in await telling.states() if one[1] == "dropped"] == [
        ("received", "dropped"),
        ("assigned", "dropped"),
    ]
    await telling.ticket("2", priority=Priority.P1)
    await telling.run()
    assert ("received", "proposed") in await telling.queue()


async def test_a_client_is_reminded_after_two_and_five_working_days_while_we_wait_for_them(telling):
    await telling.decide(office='[calendars.office]\nzone = "UTC"\nhours = { mon-fri = "08:00-18:00" }')
    await telling.ticket()
    await telling.fall_due()
    await telling.become(category=WAITING)
    await telling.run()
    due = [
        one.due_at.date() for one in (await telling.desk.messages.list(sort="number")).items if one.trigger == "waiting"
    ]
    assert [f"{day:%a}" for day in due][1:] == ["Wed", "Mon"]  # it is a Monday
    await telling.run(minutes=10)
    await telling.run(days=2)
    assert await telling.queue() == [("received", "proposed"), ("waiting", "proposed"), ("waiting", "proposed")]
    await telling.become(category=StatusCategory.IN_PROGRESS)
    await telling.run(days=6)
    assert [state for trigger, state in await telling.states() if trigger == "waiting"][-1] == "dropped"


@pytest.mark.parametrize("mode", ["backfill", "remap", "rebuild"])
async def test_history_is_told_to_nobody(telling, mode):
    await telling.ticket(mode=mode)
    await telling.ticket("2", created_at=telling.clock.now() - timedelta(hours=25), mode="incremental")
    await telling.fall_due()
    assert await telling.states() == []


async def test_what_was_before_the_desk_began_to_tell_and_while_it_told_nothing_is_history(telling):
    await telling.decide(all=telling.texts["all"].partition("[message_triggers")[0])
    await telling.ticket()
    await telling.run()
    await telling.decide(all="\n".join([telling.texts["all"], "[message_triggers.received]"]))
    await telling.fall_due()
    assert await telling.states() == []
    await telling.ticket("2")
    await telling.fall_due()
    assert await telling.states() == [("received", "proposed")]


async def test_nothing_is_told_of_our_own_company_of_merged_tickets_and_by_the_psa(telling):
    await telling.put(Company(external_id="own", name="Example MSP", is_own=True))
    await telling.ticket("1", company_ref="own")
    await telling.ticket("2", status_category=StatusCategory.MERGED)
    await telling.decide(
        all=telling.texts["all"].replace("[message_triggers.received]", '[message_triggers.received]\ntold_by = "psa"')
    )
    await telling.ticket("3")
    await telling.fall_due()
    assert await telling.states() == []


async def test_an_internal_note_and_a_change_that_is_none_for_clients_tell_nothing(telling):

    await telling.ticket(mode="backfill")
    await telling.put(Note(external_id="n9", ticket_ref="91", body="secret", visibility=NoteVisibility.INTERNAL))
    await telling.ticket(title="Another", priority=Priority.P2, created_at=None)
    await telling.fall_due()
    assert await telling.states() == []


async def test_it_is_dropped_when_nobody_needs_it_any_more(telling):
    await telling.ticket(mode="backfill")
    await telling.ticket(assignee_ref="t1", created_at=None)
    await telling.run()
    await telling.become(category=StatusCategory.CANCELLED, assignee_ref="t1")
    await telling.fall_due()
    assert await telling.states() == [("assigned", "dropped")]


async def test_a_visit_is_told_and_reminded_of_unless_it_was_moved(telling):
    await telling.ticket(mode="backfill")
    start = telling.clock.now() + timedelta(days=3)

    def visit(at, state=AppointmentState.BOOKED):
        end, now = at + timedelta(hours=2), telling.clock.now()
        return Appointment(external_id="a1", ticket_refs=("91",), start_at=at, end_at=end, state=state, modified_at=now)

    await telling.put(visit(start))
    await telling.run()
    await telling.run(minutes=10)
    assert await telling.queue() == [("scheduled", "proposed")]
    moved = start + timedelta(days=1)
    await telling.put(visit(moved))
    await telling.run()
    await telling.run(days=2)
    assert ("reminder", "dropped") in await telling.states()
    await telling.run(days=1)
    assert ("reminder", "proposed") in await telling.queue()
    [text] = [
        (await telling.desk.messages.show(one.number)).text
        for one in (await telling.desk.messages.queue()).items
        if one.trigger == "reminder"
    ]
    assert text == f"We come {moved:%Y-%m-%d %H:%M}."


async def test_what_is_missing_holds_it_until_it_is_there(telling):
    await telling.ticket(contact_ref=None)
    await telling.ticket("2", contact_ref="p9")
    await telling.fall_due()
    held = (await telling.desk.messages.queue(held=True)).items
    assert [one.why for one in held] == ["The ticket names no contact who is with this client now."] * 2
    await telling.decide(
        more="""
[message_templates.own]
triggers = ["received"]
clients = ["c1"]
subject = "a"
text = "{{ technician.name }}"
"""
    )
    await telling.ticket("1", created_at=None)
    await telling.run()
    held = {one.ticket: one.why for one in (await telling.desk.messages.queue(held=True)).items}
    assert held["T1"] == "It is held: there is no technician to show."
    refused = await telling.desk.messages.release(everything=True)
    assert refused.sent == 0
    assert len(refused.left) == 2
    await telling.put(Technician(external_id="t1", name="Ana Diaz"))
    await telling.ticket("1", created_at=None, assignee_ref="t1")
    await telling.fall_due()
    assert await telling.queue() == [("received", "proposed"), ("received", "held"), ("assigned", "proposed")]
    assert telling.mailbox.mails == []


async def test_wishes_are_kept_topic_by_topic_and_nobody_is_disturbed_out_of_hours(telling):
    await telling.decide(
        wishes="""
[calendars.day]
zone = "UTC"
hours = { mon-fri = "13:00-14:00" }

[clients.c1]
hours = "day"
no_messages = ["visits"]

[contacts.p1]
no_messages = ["waiting"]
"""
    )
    await telling.ticket(mode="backfill")
    await telling.become(category=WAITING)
    await telling.fall_due()
    assert ("waiting", "dropped") in await telling.states()
    await telling.ticket("2")
    await telling.fall_due()
    shown = (await telling.desk.messages.list(state="waiting")).items
    assert [f"{one.due_at:%a %H:%M}" for one in shown if one.trigger == "received"] == ["Tue 13:00"]
    await telling.ticket("3", priority=Priority.P1)
    await telling.run()
    assert await telling.queue() == [("received", "proposed")]


async def test_a_link_is_made_only_where_something_listens(telling):
    await telling.ticket(mode="backfill")
    with pytest.raises(SettingsError, match="Nothing listens"):
        await telling.desk.messages.link("T1")
    assert (await telling.desk.messages.links()).items == ()


async def test_what_happens_to_a_ticket_that_is_done_stands_in_place_of_nothing(telling):
    await telling.ticket(mode="backfill")
    await telling.become()
    await telling.run()
    await telling.become(assignee_ref="t1")
    await telling.fall_due()
    assert await telling.states() == [("resolved", "proposed")]


async def test_what_somebody_does_not_want_to_hear_stands_in_place_of_nothing(telling):
    await telling.decide(wish='[contacts.p1]\nno_messages = ["waiting"]')
    await telling.ticket()
    await telling.run()
    await telling.become(category=WAITING)
    await telling.fall_due()
    assert ("received", "proposed") in await telling.states()


async def test_a_stranger_and_who_left_read_nothing(telling):
    await telling.put(
        Contact(external_id="p2", first_name="Lee", email="lee@example.com", company_ref="c9"),
        Contact(external_id="p3", first_name="Max", email="max@example.com", company_ref="c1", is_active=False),
        Contact(external_id="p4", first_name="Two", email="a@example.com, b@example.com", company_ref="c1"),
    )
    for ref in ("2", "3", "4"):
        await telling.ticket(ref, contact_ref=f"p{ref}")
    await telling.fall_due()
    assert await telling.queue() == [("received", "held")] * 3


async def test_a_template_that_breaks_over_one_ticket_holds_up_no_other(telling):
    odd = '{% if ticket.priority == "P1" %}{{ ticket.title|truncate(2) }}{% endif %}x'
    head = "[message_templates.odd]\ntriggers = ['received']\nclients = ['c1']\nsubject = 'a'\n"
    await telling.decide(own=f"{head}text = '{odd}'")
    await telling.ticket("1", priority=Priority.P1)
    await telling.ticket("2", priority=Priority.P3)
    await telling.fall_due()
    assert await telling.queue() == [("received", "held"), ("received", "proposed")]


async def test_who_only_sent_spam_is_told_nothing_also_when_that_shows_later(telling):
    await telling.ticket()
    await telling.run()
    await telling.become(category=StatusCategory.SPAM)
    await telling.run(minutes=10)
    assert await telling.states() == [("received", "dropped")]


async def test_a_later_due_time_is_told_as_long_as_it_holds(telling):
    due = telling.clock.now() + timedelta(days=1)
    await telling.ticket(mode="backfill", due_at=due)
    for days in (2, 3):
        await telling.ticket(created_at=None, due_at=due + timedelta(days=days))
        await telling.run(minutes=11)
        await telling.run(minutes=11)
    assert await telling.states() == [("delayed", "proposed"), ("delayed", "proposed")]
    done = await telling.desk.messages.release(everything=True)
    assert (done.sent, done.left) == (1, ("1: it is due at another time by now",))


async def test_a_visit_moved_there_and_back_is_told_where_it_stands_and_once(telling):
    await telling.ticket(mode="backfill")
    there = telling.clock.now() + timedelta(days=3)
    for hours in (0, 2, 0):
        await telling.put(visit(telling, there + timedelta(hours=hours)))
        await telling.fall_due()
    assert await telling.queue() == [("scheduled", "proposed")] * 3
    done = await telling.desk.messages.release(everything=True)
    assert done.sent == 1
    assert [one.partition(": ")[2] for one in done.left] == [
        "the visit is told anew",
        "the visit was moved or cancelled",
    ]


async def test_all_that_became_of_a_visit_since_the_last_look_is_taken_together(telling):
    await telling.ticket(mode="backfill")
    await telling.ticket("2", mode="backfill")
    start = telling.clock.now() + timedelta(days=3)
    await telling.put(visit(telling, start))
    await telling.put(visit(telling, start, title="With a ladder"))
    await telling.fall_due()
    assert await telling.queue() == [("scheduled", "proposed")]
    await telling.put(visit(telling, start + timedelta(hours=2)))
    await telling.put(visit(telling, start, title="With two"))
    await telling.fall_due()
    assert await telling.queue() == [("scheduled", "proposed")]
    await telling.put(visit(telling, start, ticket_refs=("91", "92")))
    await telling.fall_due()
    assert [one.ticket for one in (await telling.desk.messages.queue()).items] == ["T1", "T2"]


async def test_the_list_of_visits_has_all_that_are_booked_of_the_ticket(telling):
    await telling.decide(all=telling.texts["all"].replace("{{ visit.start }}", EACH))
    await telling.ticket(mode="backfill")
    await telling.ticket("2", mode="backfill")
    start = telling.clock.now() + timedelta(days=3)
    later = start + timedelta(days=1)
    await telling.put(visit(telling, start), visit(telling, later, "a2"), visit(telling, start, "a3", ("92",)))
    await telling.fall_due()
    texts = [(await telling.desk.messages.show(one.number)).text for one in (await telling.desk.messages.queue()).items]
    assert f"We come {start:%Y-%m-%d %H:%M}; {later:%Y-%m-%d %H:%M}; ." in texts


async def test_nothing_is_told_of_a_ticket_that_became_our_own_company_s(telling):
    await telling.put(Company(external_id="own", name="Example MSP", is_own=True))
    await telling.ticket()
    await telling.run()
    await telling.ticket(company_ref="own", created_at=None)
    await telling.run(minutes=10)
    assert await telling.states() == [("received", "dropped")]


def visit(telling, at, ref="a1", ticket_refs=("91",), **fields):
    """Return a visit of two hours, as its vendor has it now."""
    end, now = at + timedelta(hours=2), telling.clock.now()
    booked = AppointmentState.BOOKED
    return Appointment(
        external_id=ref, ticket_refs=ticket_refs, start_at=at, end_at=end, state=booked, modified_at=now, **fields
    )
