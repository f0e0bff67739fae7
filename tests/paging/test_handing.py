"""Messages to our own people over real mail and real HTTP: once, in order, and marked where nobody knows."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from servicedesk_core.domain import StatusCategory
from servicedesk_core.features.paging import Teller
from servicedesk_core.outbox.staff import Hands, Message, channel_recipients, post, tables
from servicedesk_core.outbox.staff.tables import left_behind
from servicedesk_core.store import leases
from servicedesk_core.store.holding import held
from servicedesk_core.store.schema import staff_attempts
from tests import stored
from tests.paging.conftest import NOW, TICKET

pytestmark = [
    pytest.mark.slow,  # real mail, on both databases
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Apprise's own, in its plugins
]


@pytest.fixture
def say(desk):
    async def said(*messages):
        now = desk.clock.now()
        return [await desk.store.write(lambda tx, one=one: post(tx, one, now)) for one in messages]

    return said


def page(key, to="ana", **more):
    return Message(key, to, f"P1 {key}", "Mail is down.", is_urgent=True, **more)


async def fates(desk):
    def work(tx):
        query = staff_attempts.select().order_by(staff_attempts.c.began_at, staff_attempts.c.number)
        return [(row.channel, row.fate) for row in tx.execute(query)]

    return await desk.store.read(work)


async def test_what_waits_for_one_person_goes_out_as_one_and_once(desk, say, run, phones, mailbox):
    assert await say(page("a"), page("b"), page("a"), page("c", "ben")) == [True, True, False, True]
    await run()
    await run()
    assert sorted(phones.names()) == ["ana", "ben"]
    text = next(text for name, _, text in phones.told if name == "ana")
    assert text.index("P1 a") < text.index("P1 b")
    assert not mailbox.mails


async def test_a_notice_goes_by_mail_first(desk, say, run, phones, mailbox):
    await say(Message("n", "ben", "A notice", "Read it."))
    await run()
    [(to, mail)] = mailbox.mails
    assert (to, mail["Subject"]) == ("ben@example.com", "[Example MSP] A notice")
    assert mail["Message-ID"].strip("<>").partition("@")[0] in mail.get_body(("plain",)).get_content()
    assert not phones.told


async def test_one_whose_fate_is_unknown_goes_out_at_once_over_the_next_channel(desk, say, run, phones, mailbox):
    phones.manner["ana"] = "half"
    await say(page("a"))
    await run()
    assert phones.names() == ["ana", "ana2"]
    (_, first, one), (_, second, other) = phones.told
    assert ("repeat" in first, second.startswith("[may be a repeat]")) == (False, True)
    assert one.splitlines()[-1] == other.splitlines()[-1]
    assert await fates(desk) == [("page 1", "in_doubt"), ("page 2", "sent")]
    [row] = (await desk.paging.messages(doubtful=True)).items
    assert (row.state, row.attempts, row.doubts) == ("sent", 2, 1)


async def test_a_server_that_accepts_and_falls_silent_is_a_doubt(desk, say, run, phones, mailbox):
    mailbox.falls_silent = True
    await say(Message("n", "ben", "A notice", "Read it."))
    await run()
    assert await fates(desk) == [("mail", "in_doubt"), ("page 1", "sent")]
    assert phones.told[0][1].startswith("[may be a repeat]")


async def test_a_recipient_that_is_refused_is_tried_elsewhere_without_a_mark(desk, say, run, phones, mailbox):
    mailbox.refused.add("ben@example.com")
    await say(Message("n", "ben", "A notice", "Read it."), *(
        Message(f"c/{place}", place, "For all", "") for place in channel_recipients(desk.settings.alerts, "office")
    ))  # fmt: skip
    await run()
    assert sorted(to for to, _ in mailbox.mails) == ["lead@example.com", "ops@example.com"]
    assert [name for name, title, _ in phones.told if "repeat" not in title] == ["ben"]


async def test_half_of_a_channel_that_refuses_is_sent_again_alone(desk, say, run, clock, mailbox):
    mailbox.refused.add("lead@example.com")
    await say(
        *(Message(f"c/{place}", place, "For all", "") for place in channel_recipients(desk.settings.alerts, "office"))
    )
    await run()
    mailbox.refused.clear()
    clock.advance(60)
    await run()
    assert [to for to, _ in mailbox.mails] == ["ops@example.com", "lead@example.com"]


async def test_channels_that_are_down_for_an_hour_lose_nothing(desk, say, run, phones, mailbox):
    for name in ("ana", "ana2"):
        phones.manner[name] = "refuse"
    mailbox.refused.add("ana@example.com")
    await say(page("a"))
    for _ in range(60):
        await run()
        desk.clock.advance(60)
    assert not phones.told
    phones.manner.clear()
    for _ in range(10):
        await run()
        desk.clock.advance(60)
    assert phones.names() == ["ana"]
    assert (await desk.paging.messages(waiting=True)).items == ()


async def test_a_slow_channel_holds_up_nobody_else(desk, say, phones):
    phones.manner["ana"] = "hang"
    await say(page("a"), page("b", "ben"))
    async with held(desk.store, "staff") as fence:
        hands = Hands(desk, fence, patience_s=0.5)
        await hands.start()
        while "ben" not in phones.names():  # noqa: ASYNC110  # a thread of the server tells it
            await asyncio.sleep(0.01)
        assert await hands.finish()
    assert phones.names().count("ana2") == 1, "it went out over the next channel"
    assert sorted(await fates(desk)) == [("page 1", "in_doubt"), ("page 1", "sent"), ("page 2", "sent")]


async def test_an_attempt_whose_process_ended_is_a_doubt_and_goes_on(desk, say, run, phones):
    await say(page("a"))
    now = desk.clock.now()
    async with held(desk.store, "staff") as fence:

        def begin(tx):
            [batch] = tables.gather(tx, now, ())
            tables.begin(tx, batch, "page 1", now)

        await desk.store.write(begin, fence=fence)  # and then it was killed
    await run()
    [(name, title, _)] = phones.told
    assert (name, title.startswith("[may be a repeat]")) == ("ana2", True)
    assert await desk.store.write(lambda tx: left_behind(tx, now)) == 0


async def test_a_ticket_that_is_closed_before_drops_what_waits(desk, say, run, phones):
    number = await desk.store.read(lambda tx: tx.exec_driver_sql("SELECT local_id FROM tickets").scalar_one())
    await say(page("a", ticket_id=number), page("b"))
    closed = TICKET.model_copy(update={"status_category": StatusCategory.CLOSED, "closed_at": NOW})
    await desk.store.write(lambda tx: stored.put(tx, [closed], now=NOW))
    await run()
    [(_, title, text)] = phones.told
    assert "P1 b" in title
    assert "P1 a" not in text


async def test_quiet_hours_hold_back_what_is_not_urgent(desk, run, clock, phones, mailbox):
    clock.advance(3_600)  # midnight in Berlin
    teller = lambda tx: Teller(tx, desk.roster, desk.settings, clock.now())  # noqa: E731
    assert await desk.store.write(lambda tx: teller(tx).tell(["ana", "ben"], "n", "A notice", "")) == 2
    await run()
    assert [to for to, _ in mailbox.mails] == ["ben@example.com"]
    clock.advance(7 * 3_600)
    await run()
    assert [to for to, _ in mailbox.mails] == ["ben@example.com", "ana@example.com"]


async def test_quiet_hours_hold_before_each_attempt(say, run, clock, phones, mailbox):
    mailbox.refused.add("ana@example.com")
    phones.manner |= {"ana": "refuse", "ana2": "refuse"}
    clock.advance(-2 * 3_600)  # nine in the evening
    await say(Message("n", "ana", "A notice", ""))
    clock.advance(3_590)
    await run()
    mailbox.refused.clear()
    clock.advance(120)
    await run()
    assert (mailbox.mails, phones.told) == ([], [])
    clock.advance(9 * 3_600)
    await run()
    assert [to for to, _ in mailbox.mails] == ["ana@example.com"]


async def test_whatever_else_blocks_threads_holds_up_no_page(desk, say, phones):
    loop, go_on = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(1))
    blocked = loop.run_in_executor(None, go_on.wait)
    await say(page("a"))
    async with held(desk.store, "staff") as fence:
        hands = Hands(desk, fence, patience_s=2)
        await hands.start()
        taken = await hands.finish()
    go_on.set()
    await blocked
    assert (taken, phones.names()) == (1, ["ana"])


async def test_what_waits_for_a_thread_is_in_no_doubt(desk, say, mailbox, monkeypatch):
    monkeypatch.setattr("servicedesk_core.outbox.staff.handing._OTHER", ThreadPoolExecutor(1))
    mailbox.slow_s = 0.6
    await say(Message("n", "ana", "A notice", ""), Message("m", "ben", "Another", ""))
    async with held(desk.store, "staff") as fence:
        hands = Hands(desk, fence, patience_s=1)
        desk.clock.advance(12 * 3_600)
        await hands.start()
        await hands.finish()
    assert await fates(desk) == [("mail", "sent")] * 2


async def test_what_no_thread_comes_to_is_said_and_tried_again(desk, say, run, mailbox, monkeypatch):
    threads, go_on = ThreadPoolExecutor(1), threading.Event()
    blocked = threads.submit(go_on.wait)
    monkeypatch.setattr("servicedesk_core.outbox.staff.handing._OTHER", threads)
    await say(Message("n", "ben", "A notice", ""))
    async with held(desk.store, "staff") as fence:
        hands = Hands(desk, fence, patience_s=0.01)
        await hands.start()
        async with asyncio.timeout(10):
            assert await hands.finish() == 0
    go_on.set()
    blocked.result()
    [waiting] = (await desk.paging.messages(waiting=True)).items
    assert "all threads wait for channels that do not answer" in waiting.why
    assert {fate for _, fate in await fates(desk)} == {"refused"}, "the vendor certainly does not have it"
    desk.clock.advance(12 * 3_600)
    await run()
    assert [to for to, _ in mailbox.mails] == ["ben@example.com"]


async def test_what_is_not_urgent_waits_for_what_its_recipient_is_just_given(desk, say, clock):
    await say(Message("n", "ben", "A notice", ""), page("a", "ben"))
    now = clock.now()
    begun = await desk.store.write(lambda tx: tables.gather(tx, now, ()))
    await say(Message("m", "ben", "Another", ""), page("b", "ben"))
    busy = frozenset(one.id for one in begun)
    [batch] = await desk.store.write(lambda tx: tables.gather(tx, now, busy))
    assert batch.messages == (("P1 b", "Mail is down."),)
    later = await desk.store.write(lambda tx: tables.gather(tx, now, ()))
    assert [subject for one in later for subject, _ in one.messages].count("Another") == 1


async def test_an_attempt_outlives_a_loss_of_power_before_its_first_byte(desk, say, run, monkeypatch):
    await say(page("a"))
    real, durable = desk.store.write, []

    async def write(work, **how):
        if getattr(work, "func", None) is tables.begin:
            durable.append(how.get("durable"))
        return await real(work, **how)

    monkeypatch.setattr(desk.store, "write", write)
    await run()
    assert durable == [True]


async def test_what_is_too_long_for_a_service_arrives_in_parts(say, run, phones):
    await say(Message("a", "ana", "P1 a", "Mail is down. " * 3_000 + "The end.", is_urgent=True))
    await run()
    assert set(phones.names()) == {"ana"}
    assert len(phones.told) > 1
    assert any("The end." in text for _, _, text in phones.told)


async def test_nothing_of_an_address_is_in_a_log_or_in_what_is_kept(desk, say, phones, mailbox, caplog):
    mailbox.refused.add("ana@example.com")
    phones.manner |= {"ana": "refuse", "ana2": "half"}
    with caplog.at_level(logging.DEBUG):
        await say(page("a"))
        await desk.run_jobs("paging")
    kept = str(await desk.paging.messages()) + str(await fates(desk))
    for secret in ("secret-4711", str(phones.port) + "/ana"):
        assert secret not in caplog.text + kept


async def test_only_who_holds_the_lease_hands_over(desk, say, phones):
    await say(page("a"))
    await desk.store.write(lambda tx: leases.acquire(tx, "staff", "another", 60))
    [outcome] = await desk.run_jobs("paging")
    assert outcome.outcome == "busy"
    assert not phones.told


async def test_who_has_no_address_is_told_of_by_an_alert(desk, say, run, clock):
    await say(page("a", "nobody"))
    await run()
    clock.advance(timedelta(minutes=6).total_seconds())
    await desk.run_jobs("alerts")
    [alert] = [one for one in (await desk.alerts.list()).items if one.kind == "undelivered"]
    assert "nobody has no address" in alert.problem


async def test_what_nobody_ever_tried_is_told_of_by_an_alert(desk, say, clock):
    later = Message("n", "ben", "A notice", "")
    await desk.store.write(lambda tx: post(tx, later, NOW, not_before=NOW + timedelta(hours=8)))
    await say(page("a"))
    clock.advance(timedelta(minutes=6).total_seconds())
    await desk.run_jobs("alerts")
    [alert] = [one for one in (await desk.alerts.list()).items if one.kind == "undelivered"]
    assert alert.problem.startswith("1 message to ana cannot be handed over: nobody tried")


async def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(desk, say, run, clock):
    await say(page("a"))
    await run()
    clock.advance(91 * 86_400)
    await say(Message("n", "nobody", "For who is gone", ""))
    await run()
    assert [one.subject for one in (await desk.paging.messages()).items] == ["For who is gone"]
    assert await fates(desk) == []
