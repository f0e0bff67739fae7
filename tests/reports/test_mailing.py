"""Reports that are mailed by a definition: made once for each time that they are due, and sent as they were made."""

import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.reports import jobs, tables
from servicedesk_core.features.reports.kinds import ReportMail
from servicedesk_core.features.reports.model import ReportState
from servicedesk_core.outbox.mail import Fate
from servicedesk_core.store import Store, sending
from servicedesk_core.store.schema import mails
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW, ROWS, fill
from tests.report.test_morning_mail import mailbox

__all__ = ["mailbox"]

pytestmark = pytest.mark.slow  # real mail, and whole reports

MAILS = """
[report_mails.monday]
report = "weekly"
weekdays = ["wednesday"]
at = "16:00"
mail = "office"
recipients = ["manager@example.com"]
"""


@pytest.fixture
async def desk(mailbox, tmp_path):
    clock = FakeClock(NOW)
    channel = {"kind": "smtp", "host": "127.0.0.1", "port": mailbox.port, "security": "none",
               "sender": "desk@example.com", "recipients": ["ops@example.com"]}  # fmt: skip
    settings = {
        "desk": {"name": "Acme", "timezone": "Europe/Berlin"},
        "alerts": {"channels": {"office": channel}},
    }
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "mails.toml").write_text(MAILS)
    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=clock) as store:
        fill(store, ROWS)
        async with ServiceDesk(settings, store=store, clock=clock) as desk:
            await desk.definitions.apply(folder=folder, reason="to know on Wednesdays")
            yield desk


async def run(desk):
    [outcome] = await desk.run_jobs("report-mails")
    return outcome


async def test_a_report_is_mailed_when_it_is_due_and_shown_again_byte_for_byte(desk, mailbox):
    assert (await run(desk)).summary == "nothing is due"  # 15:00, and Wednesday last week was before it was decided
    desk.clock.advance(3_600)
    assert (await run(desk)).summary == "made 1 report, mailed 1"
    [sent] = mailbox.mails
    assert (sent["To"], sent["Subject"]) == ("manager@example.com", "[Acme] Weekly report, 2026-W10")
    assert "Beside the week before" in sent.get_body(("plain",)).get_content()
    [page] = sent.iter_attachments()
    assert page.get_filename() == "weekly-2026-W10.html"
    [row] = await desk.reports.sent()
    assert (row.state, row.mailing, row.report) == (ReportState.SENT, "monday", "weekly")
    shown = await desk.reports.show(row.id)
    assert shown.page == page.get_content().replace("\r\n", "\n").rstrip("\n")  # as mails end their lines
    assert (await run(desk)).summary == "nothing is due"
    desk.clock.advance(7 * 86_400 + 3 * 86_400)  # the desk was down on Wednesday, and says what it would have said then
    assert (await run(desk)).summary == "made 1 report, mailed 1"
    assert [one["Subject"].rpartition(" ")[2] for one in mailbox.mails] == ["2026-W10", "2026-W11"]
    assert (await desk.reports.show(row.id)).page == shown.page


async def test_one_that_was_refused_goes_out_later_and_one_in_doubt_waits_for_a_person(desk, mailbox):
    desk.clock.advance(3_600)
    mailbox.answer = "451 busy"
    assert (await run(desk)).outcome == "failed"
    [row] = await desk.reports.sent()
    assert row.state is ReportState.WAITING
    mailbox.answer, mailbox.falls_silent = "250 OK", True
    assert (await run(desk)).outcome == "failed"
    [row] = await desk.reports.sent(doubtful=True)
    assert row.state is ReportState.IN_DOUBT
    mailbox.falls_silent = False
    assert (await run(desk)).summary == "nothing is due"
    with pytest.raises(SettingsError, match="reason is empty"):
        await desk.reports.resend(row.id, reason=" ")
    await desk.reports.resend(row.id, reason="the manager has none")
    first, again = mailbox.mails[-2:]
    assert (again["Message-ID"], again["To"]) == (first["Message-ID"], first["To"])
    assert again["Subject"] == f"[possibly a repeat] {first['Subject']}"
    [row] = await desk.reports.sent()
    assert row.state is ReportState.SENT
    with pytest.raises(SettingsError, match="was sent: it is not in doubt"):
        await desk.reports.resend(row.id, reason="once more")
    with pytest.raises(NotFoundLocallyError, match="no report 7"):
        await desk.reports.resend(7, reason="which?")


@pytest.mark.parametrize("step", ["keep", "send_once"])
async def test_whoever_is_killed_between_two_steps_is_followed_by_the_next_run(desk, mailbox, monkeypatch, step):
    """Ends the first run before a step, and before what it has done is told."""
    desk.clock.advance(3_600)

    class Killed(BaseException):
        pass

    def killed(*_args, **_named):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(tables if step == "keep" else jobs, step, killed)
        with pytest.raises(Killed):
            await jobs.mail(desk, None)
    before = [one.key for one in await desk.reports.sent()]
    assert len(before) == (step == "send_once")
    assert (await run(desk)).outcome == "ok"
    [after] = await desk.reports.sent()
    assert before in ([], [after.key])
    assert [one["Message-ID"] for one in mailbox.mails] == [f"<{after.key}@servicedesk.invalid>"]


async def test_nothing_is_mailed_from_a_copy_that_nobody_adopted(desk, mailbox):
    desk.clock.advance(3_600)
    await desk.store.write(lambda tx: sending.switch_off(tx, "it was restored", desk.clock.now()))
    assert "until somebody adopts it" in (await run(desk)).summary
    assert not [*await desk.reports.sent(), *mailbox.mails]


async def test_one_broken_report_keeps_no_other_and_one_just_leaving_is_left_to_whoever_sends_it(desk, mailbox):
    def made(key, *recipients):
        return tables.Made(
            key=key, report="report.weekly", period="2026-W10", mailing="monday", needs=(), subject=key, text="Text",
            page="<p>Page</p>", channel="office", recipients=recipients, at=desk.clock.now(),
        )  # fmt: skip

    def put(tx):
        for key, to in (("broken", "a@example.com\nb"), ("whole", "a@example.com"), ("leaving", "a@example.com")):
            tables.keep(tx, made(key, to))
        now = desk.clock.now()
        tx.execute(mails.insert().values(key="leaving", fate=Fate.SENDING.value, at=now, about=None))

    await desk.store.write(put)
    with pytest.raises(ValueError, match="linefeed"):
        await jobs.mail(desk, None)
    assert [one["Subject"] for one in mailbox.mails] == ["whole"]


@pytest.mark.parametrize("said", ["a@example.com, b@example.com", "a@example.com\nb", "Ann <a@example.com>", "office"])
def test_each_recipient_is_one_plain_address(said):
    values = {"name": "one", "report": "weekly", "weekdays": ["monday"], "at": "07:00", "mail": "office"}
    with pytest.raises(ValueError, match="one plain mail address"):
        ReportMail.model_validate({**values, "recipients": [said]})
