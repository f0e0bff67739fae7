"""What may go wrong between a message that is made and a client who reads it."""

import re

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.domain import Contact
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotPermittedError, SettingsError, WriteError
from servicedesk_core.features.messages.making import jobs
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.store import location
from tests.outbox.conftest import QUICK

pytestmark = pytest.mark.slow


async def proposed(telling, *refs):
    """Have tickets come in, and return the messages that wait."""
    for ref in refs:
        await telling.ticket(ref)
    await telling.fall_due()
    return [one.number for one in (await telling.desk.messages.queue(limit=1_000)).items]


async def test_a_coordinator_releases_and_a_technician_does_not(telling):
    numbers = await proposed(telling, "1")
    technician = telling.desk.acting_as(Actor("user:tec", Way.CLI))
    with pytest.raises(NotPermittedError, match=r"messages\.release"):
        await technician.messages.release(tuple(numbers))
    done = await telling.desk.acting_as(Actor("user:coo", Way.CLI)).messages.release(everything=True)
    assert done.sent == 1


async def test_in_bulk_the_brake_stops_it_and_says_so(telling):
    await proposed(telling, *map(str, range(1, 31)))
    telling.desk.outbox.sending.policy = WritePolicy(stop_after=5, parallel=1, **QUICK)
    done = await telling.desk.messages.release(everything=True)
    assert (done.messages, done.sent, done.waiting) == (30, 5, 25)
    assert "sending stopped and asks" in done.stopped
    assert len(telling.mailbox.mails) == 5
    telling.later(seconds=1)
    await telling.desk.outbox.run("psa", allow=25)
    assert len({mail["Message-ID"] for _, mail in telling.mailbox.mails}) == 30


async def test_what_is_left_is_sent_to_nobody(telling):
    one, two = await proposed(telling, "1", "2")
    await telling.ticket("3", contact_ref=None)
    await telling.fall_due()
    with pytest.raises(SettingsError, match="No message is named"):
        await telling.desk.messages.discard()
    await telling.desk.messages.discard((one,), reason="told by phone")
    await telling.desk.messages.discard(everything=True)
    assert await telling.queue() == []
    assert [state for _, state in await telling.states()] == ["discarded", "discarded", "dropped"]
    assert (await telling.desk.messages.release((two,))).sent == 0
    assert telling.mailbox.mails == []


async def test_who_does_not_want_it_any_more_is_not_mailed_though_it_was_released(telling):
    [number] = await proposed(telling, "1")
    telling.desk.outbox.sending.policy = WritePolicy(stop_after=1, parallel=1, **QUICK)
    await proposed(telling, "2")
    done = await telling.desk.messages.release(everything=True)
    assert (done.sent, done.waiting) == (1, 1)
    await telling.decide(wishes='[contacts.p1]\nno_messages = ["progress"]')
    await telling.desk.outbox.run("psa", allow=5)
    assert len(telling.mailbox.mails) == 1
    [late] = (await telling.desk.messages.list(state="refused")).items
    assert late.why == "Not sent: they want no messages about progress."
    assert number


async def test_who_has_another_address_by_now_is_not_mailed_at_the_old_one(telling):
    [number] = await proposed(telling, "1")
    await telling.put(Contact(external_id="p1", first_name="Kim", email="kim.new@example.com", company_ref="c1"))
    await telling.desk.messages.release((number,))
    assert telling.mailbox.mails == []
    assert "another address" in (await telling.desk.messages.show(number)).row.why


async def test_an_address_that_the_server_refuses_costs_none_of_the_others_anything(telling):
    await telling.put(Contact(external_id="p2", first_name="Lee", email="gone@example.com", company_ref="c1"))
    telling.mailbox.refused.add("gone@example.com")
    for number in range(1, 11):
        await telling.ticket(str(number), contact_ref="p2" if number == 4 else "p1")
    await telling.fall_due()
    done = await telling.desk.messages.release(everything=True)
    assert (done.messages, done.sent) == (10, 9)
    [refused] = (await telling.desk.messages.list(state="refused")).items
    assert refused.why == "The mail server refused it: 550 no such user"


async def test_a_server_that_takes_it_and_falls_silent_leaves_a_doubt_for_a_person(telling):
    numbers = await proposed(telling, "1")
    telling.mailbox.falls_silent = True
    await telling.desk.messages.release(tuple(numbers))
    telling.mailbox.falls_silent = False
    for _ in range(3):
        telling.later(hours=2)
        await telling.desk.outbox.run("psa")
    assert await telling.queue() == [("received", "in doubt")]
    assert len(telling.mailbox.mails) == 1
    [write] = [(await telling.desk.messages.show(number)).row.write for number in numbers]
    await telling.desk.outbox.resolve(write, WriteState.QUEUED, reason="the client has nothing")
    await telling.desk.outbox.run("psa", allow=1)
    first, second = (mail["Message-ID"] for _, mail in telling.mailbox.mails)
    assert first == second
    assert [state for _, state in await telling.states()] == ["sent"]


async def test_a_server_that_is_not_there_keeps_it_waiting(telling):
    numbers = await proposed(telling, "1")
    telling.mailbox.close()
    done = await telling.desk.messages.release(tuple(numbers))
    assert (done.sent, done.waiting) == (0, 1)
    assert "cannot be used now" in done.stopped


async def test_a_store_that_was_restored_tells_nobody_what_happened_meanwhile(telling):
    await telling.ticket("1")
    await telling.run()
    store = telling.desk.store
    await store.write(lambda tx: location.suspect(tx, "it was restored", telling.clock.now()))
    await telling.run(minutes=1)
    await telling.ticket("2")
    telling.later(minutes=1)
    await store.write(lambda tx: location.adopt(tx, store.url, actor="user:mia", now=telling.clock.now()))
    await telling.ticket("3", created_at=telling.clock.now(), modified_at=telling.clock.now())
    await telling.run(minutes=10)
    await telling.run(minutes=10)
    shown = {one.ticket: one.state for one in (await telling.desk.messages.list()).items}
    assert shown == {"T1": "dropped", "T3": "proposed"}


class TestByItself:
    """A standing approval of its own lets it; without it, and while the PSA may tell it too, a person does."""

    async def test_only_what_the_desk_alone_tells_can_be_let(self, telling):
        with pytest.raises(SettingsError, match=r"told_by of \[message_triggers.received\]"):
            await telling.desk.standing.grant("messages.received", without_dry_run=True)
        await telling.desk.standing.grant("messages.resolved", without_dry_run=True, per_day=100)
        await telling.ticket("1", mode="backfill")
        await telling.become("1")
        await telling.fall_due()
        assert [state for _, state in await telling.states()] == ["sent"]
        assert len(telling.mailbox.mails) == 1
        await telling.run(minutes=10)
        assert len(telling.mailbox.mails) == 1

        text = telling.texts["all"].replace('told_by = "desk"', "")
        await telling.decide(all=text)
        await telling.ticket("2", mode="backfill")
        await telling.become("2")
        await telling.fall_due()
        assert await telling.queue() == [("resolved", "proposed")]


class TestOnTheTicket:
    """What a client was told stands on the ticket once, and an answer to it comes there."""

    @pytest.fixture
    def grants(self):
        return ["tickets.update", "messages.mail", "notes.create_internal", "notes.create_public"]

    async def test_a_mail_leaves_an_internal_note_and_its_answer_finds_the_ticket(self, telling, vendor):
        vendor.put("tickets", "91", title="Printer 1", status="New", company_ref="c1")
        numbers = await proposed(telling, "1")
        await telling.desk.messages.release(tuple(numbers))
        await telling.desk.outbox.run("psa", allow=5)
        [note] = vendor.added("notes")
        assert (note["ticket"], note["visibility"]) == ("91", "internal")
        assert "By mail to kim@example.com" in note["body"]

        [(_, mail)] = telling.mailbox.mails
        answer = {"To": mail["From"], "Subject": f"Re: {mail['Subject']}", "In-Reply-To": mail["Message-ID"]}
        ticket = takes_in(vendor, answer, "It prints again.")
        assert ticket == "91"
        assert [one["body"] for one in vendor.added("notes") if one["visibility"] == "public"] == ["It prints again."]

    async def test_a_note_is_the_message_where_that_was_decided(self, telling, vendor):
        vendor.put("tickets", "91", title="Printer 1", status="New", company_ref="c1")
        rule = "[message_triggers.received]"
        await telling.decide(all=telling.texts["all"].replace(rule, f'{rule}\nby = "note"'))
        numbers = await proposed(telling, "1")
        await telling.desk.messages.release(tuple(numbers))
        [note] = vendor.added("notes")
        assert (note["ticket"], note["visibility"]) == ("91", "public")
        assert telling.mailbox.mails == []


def takes_in(vendor, headers, text):
    """Take a mail in as the PSA does: a ticket's number in the subject makes it a note there, else a new ticket."""
    assert "support@example.com" in headers["To"]
    found = re.search(r"T(\d+)", headers["Subject"])
    ticket = f"9{found[1]}"
    assert ticket in vendor.records["tickets"]
    vendor.put("notes", "answer", ticket=ticket, body=text, visibility="public", author_type="customer", ref="answer")
    return ticket


async def test_who_is_killed_before_it_is_noted_which_write_carries_it_loses_no_message(telling, monkeypatch):
    await telling.desk.standing.grant("messages.resolved", without_dry_run=True, per_day=100)
    await telling.ticket(mode="backfill")
    await telling.become()
    await telling.run()
    noted = jobs._carried_before

    def killed(tx, of, templates):
        if templates:
            raise KeyboardInterrupt
        return noted(tx, of, templates)

    monkeypatch.setattr(jobs, "_carried_before", killed)
    telling.later(minutes=10)
    with pytest.raises(KeyboardInterrupt):
        await jobs.tell(telling.desk, None)
    monkeypatch.undo()
    await telling.desk.outbox.run("psa")
    assert len(telling.mailbox.mails) == 1
    await telling.run(minutes=10)
    assert await telling.states() == [("resolved", "sent")]
    assert len(telling.mailbox.mails) == 1


async def test_all_that_waits_is_decided_about_but_for_what_may_have_gone_out(telling):
    doubtful, other = await proposed(telling, "1", "2")
    telling.mailbox.falls_silent = True
    await telling.desk.messages.release((doubtful,))
    telling.mailbox.falls_silent = False
    await telling.decide(wishes='[contacts.p1]\nno_messages = ["progress"]')
    done = await telling.desk.messages.release(everything=True)
    assert (done.messages, done.sent) == (2, 0)
    assert done.left[0].startswith(f"{doubtful}: it may have gone out")
    done = await telling.desk.messages.discard((doubtful, other))
    assert [one.partition(":")[0] for one in done.left] == [str(doubtful)]
    assert await telling.queue() == [("received", "in doubt")]


async def test_what_no_standing_approval_lets_go_now_is_seen_and_goes_out_later(telling, monkeypatch):
    await telling.desk.standing.grant("messages.resolved", without_dry_run=True, per_run=1, per_hour=1, per_day=1)
    for ref in ("1", "2"):
        await telling.ticket(ref, mode="backfill")
        await telling.become(ref)
    await telling.run()
    with monkeypatch.context() as broken:
        broken.setattr(Writes, "propose", _refusing)
        assert "0 messages made, 0 of them let by a standing approval; 2 held" in await telling.run(minutes=10)
    assert "The vendor would refuse it." in {one.why for one in (await telling.desk.messages.queue()).items}
    assert "1 message made, 1 of them let by a standing approval; 1 held" in await telling.run(minutes=1)
    [left] = (await telling.desk.messages.queue()).items
    assert (left.state, "limit" in left.why) == ("held", True)
    assert (await telling.desk.messages.release((left.number,))).sent == 1


async def _refusing(self, intent, **_):
    raise WriteError("The vendor would refuse it.")


async def test_what_should_have_been_told_long_ago_waits_for_a_person(telling):
    await telling.ticket()
    await telling.run()
    await telling.run(hours=36)
    [late] = (await telling.desk.messages.queue()).items
    assert (late.state, "longer than a day ago" in late.why) == ("held", True)
    assert (await telling.desk.messages.release((late.number,))).sent == 1


async def test_what_was_refused_waits_for_somebody(telling):
    telling.mailbox.refused.add("kim@example.com")
    numbers = await proposed(telling, "1")
    await telling.desk.messages.release(tuple(numbers))
    assert await telling.queue() == [("received", "refused")]
    [left] = (await telling.desk.messages.release(everything=True)).left
    assert "servicedesk writes retry" in left
    await telling.desk.messages.discard(everything=True)
    assert await telling.queue() == []
