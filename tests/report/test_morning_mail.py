"""The morning page is mailed once on working days; a mail whose fate is unknown is not sent again."""

import asyncio
import email
import email.policy
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.errors import OutcomeUnknownError, SettingsError
from servicedesk_core.outbox.mail import LEAVING, Fate, Mail, send_again, send_once
from servicedesk_core.store import Store, sending
from servicedesk_core.store.schema import mails
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW, ROWS, fill

pytestmark = pytest.mark.slow  # real mail


class Mailbox:
    def __init__(self):
        self.mails, self.answer, self.falls_silent = [], "250 OK", False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the library's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.falls_silent:
            server.transport.abort()
        return self.answer


@pytest.fixture
async def mailbox():
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()


@pytest.fixture
async def desk(mailbox, tmp_path):
    clock = FakeClock(NOW)
    channel = {"kind": "smtp", "host": "127.0.0.1", "port": mailbox.port, "security": "none",
               "sender": "desk@example.com", "recipients": ["ops@example.com"]}  # fmt: skip
    settings = {
        "desk": {"name": "Acme"},
        "alerts": {"channels": {"mail": channel}},
        "morning": {"mail": "mail", "recipients": ["manager@example.com"]},
    }
    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=clock) as store:
        fill(store, ROWS)
        async with ServiceDesk(settings, store=store, clock=clock) as desk:
            yield desk


async def run(desk):
    [outcome] = await desk.run_jobs("morning")
    return outcome


async def test_the_page_is_mailed_once_a_day_and_on_working_days_only(desk, mailbox):
    assert (await run(desk)).summary == "mailed the morning page"
    [sent] = mailbox.mails
    assert (sent["To"], sent["Subject"]) == ("manager@example.com", "[Acme] No verdict: tickets were never read.")
    assert "Black hole" in sent.get_body(("plain",)).get_content()
    [page] = sent.iter_attachments()
    assert (page.get_content_type(), page.get_content()[:15]) == ("text/html", "<!doctype html>")
    desk.clock.advance(3_600)
    assert (await run(desk)).summary == "the morning page of today was mailed before"
    desk.clock.advance(86_400)
    assert (await run(desk)).outcome == "ok"
    assert len({one["Message-ID"] for one in mailbox.mails}) == 2
    desk.clock.advance(2 * 86_400)
    assert (await run(desk)).summary == "not a working day"


async def test_the_page_is_not_mailed_from_a_copy_that_nobody_adopted(desk, mailbox):
    await desk.store.write(lambda tx: sending.switch_off(tx, "it was restored", desk.clock.now()))
    assert "until somebody adopts it" in (await run(desk)).summary
    assert not mailbox.mails


async def test_a_mail_that_the_server_refused_is_sent_by_the_next_run_and_one_in_doubt_is_not(desk, mailbox):
    mailbox.answer = "451 try later"
    refused = await run(desk)
    assert refused.outcome == "failed"
    assert "did not take the morning page" in refused.error.message
    mailbox.answer = "250 OK"
    desk.clock.advance(60)
    assert (await run(desk)).outcome == "ok"
    desk.clock.advance(86_400)
    mailbox.falls_silent = True
    doubtful = await run(desk)
    assert doubtful.outcome == "failed"
    assert "may have had the mail" in doubtful.error.message
    mailbox.falls_silent = False
    desk.clock.advance(60)
    taken = len(mailbox.mails)
    assert "is not sent again" in (await run(desk)).error.message
    assert len(mailbox.mails) == taken

    [doubt] = await desk.report.mails(doubtful=True)
    assert (doubt.about, doubt.fate) == ("The morning page of 2026-03-12", "in_doubt")
    with pytest.raises(SettingsError, match="reason is empty"):
        await desk.report.resend(reason=" ")
    resent = await desk.report.resend(reason="nobody got it")
    assert resent.about == doubt.about
    first, again = mailbox.mails[-2:]
    assert again["Message-ID"] == first["Message-ID"]
    assert again["Subject"] == f"[possibly a repeat] {first['Subject']}"
    assert [one.fate for one in await desk.report.mails()] == ["sent", "sent"]
    with pytest.raises(SettingsError, match="was sent: it is not in doubt"):
        await desk.report.resend(reason="once more")
    entry = next(iter(await desk.audit.list(sort="-seq")))
    assert (entry.action, entry.reason) == ("mail.sent_again", "nobody got it")


async def test_a_mail_in_the_middle_of_which_the_process_ended_is_in_doubt(tmp_path):
    clock, mail = FakeClock(NOW), Mail("key", "Subject", "Text")

    class Ended(BaseException):
        pass

    def carry(mail):
        raise Ended

    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=clock) as store:
        with pytest.raises(Ended):
            await send_once(store, clock, mail, carry)
        with pytest.raises(Exception, match="may or may not have been sent"):
            await send_once(store, clock, mail, carry)
        with pytest.raises(SettingsError, match="is just leaving"):
            await send_again(store, clock, mail, carry, lambda tx: None)
        clock.advance(LEAVING.total_seconds())
        with pytest.raises(Exception, match="may or may not have been sent"):
            await send_once(store, clock, mail, carry)
        [row] = store.read_blocking(lambda tx: tx.execute(mails.select()).all())
        assert (row.key, row.fate, row.at) == ("key", Fate.IN_DOUBT, NOW + LEAVING)
        clock.advance(timedelta(days=1).total_seconds())
        assert await send_once(store, clock, Mail("other", "Subject", "Text"), lambda _: None)


async def test_a_mail_that_is_just_leaving_is_not_sent_again_beside_it(tmp_path):
    clock, mail, carried = FakeClock(NOW), Mail("key", "Subject", "Text"), []

    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=clock) as store:
        loop = asyncio.get_running_loop()

        def ask_again():
            again = send_again(store, clock, mail, carried.append, lambda tx: None)
            asyncio.run_coroutine_threadsafe(again, loop).result()

        def leave(mail):
            with pytest.raises(SettingsError, match="is just leaving"):
                ask_again()
            raise OutcomeUnknownError("Silence.")

        with pytest.raises(OutcomeUnknownError):
            await send_once(store, clock, mail, leave)
        with pytest.raises(OutcomeUnknownError):
            await send_again(store, clock, mail, leave, lambda tx: None)
        await send_again(store, clock, mail, carried.append, lambda tx: None)
        assert not await send_once(store, clock, mail, carried.append)
        assert len(carried) == 1


async def test_a_mail_that_somebody_sent_again_meanwhile_is_not_sent_once_more(tmp_path):
    """Whoever was at it slept for long; its failure then says nothing of the mail that was sent in its place."""
    clock, mail, carried = FakeClock(NOW), Mail("key", "Subject", "Text"), []

    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=clock) as store:
        loop = asyncio.get_running_loop()

        def refuse(mail):
            clock.advance(LEAVING.total_seconds())
            again = send_again(store, clock, mail, carried.append, lambda tx: None)
            asyncio.run_coroutine_threadsafe(again, loop).result()
            raise ConnectionRefusedError

        with pytest.raises(ConnectionRefusedError):
            await send_once(store, clock, mail, refuse)
        assert not await send_once(store, clock, mail, carried.append)
        assert len(carried) == 1


@pytest.mark.postgres
async def test_of_processes_that_begin_with_a_mail_at_once_one_sends_it(new_postgres_url):
    clock, url, carried = FakeClock(NOW), new_postgres_url(), []
    stores = [Store.open(url, clock=clock) for _ in range(4)]
    for number in range(10):
        begun = (send_once(store, clock, Mail(f"{number}", "Subject", "Text"), carried.append) for store in stores)
        outcomes = await asyncio.gather(*begun, return_exceptions=True)
        assert outcomes.count(True) == 1
        assert all(one in {True, False} or isinstance(one, OutcomeUnknownError) for one in outcomes)
    for store in stores:
        store.close()
    assert [mail.key for mail in carried] == [f"{number}" for number in range(10)]
