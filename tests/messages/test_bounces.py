"""Reports of mail servers: what is believed of them, and what follows."""

import pytest

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.messages.bounces.reports import NoReportError, parsed

REPORT = """\
From: MAILER-DAEMON@mail.example.com
To: support@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
Arrival-Date: Mon, 2 Mar 2026 15:00:00 +0000

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user here

--b
Content-Type: text/rfc822-headers

Message-ID: <{key}@example.com>
X-Servicedesk-Message: {key}
Subject: [T1] Printer 1

--b--
"""


def report(key="k", address="Kim@Example.com", action="failed", status="5.1.1"):
    return REPORT.format(key=key, address=address, action=action, status=status)


def test_a_report_is_read():
    [one] = parsed(report().replace("\n", "\r\n").encode())
    assert (one.address, one.key, one.status, one.is_final) == ("kim@example.com", "k", "5.1.1", True)
    assert one.told == "550 5.1.1 no such user here"
    [late] = parsed(report(action="delayed").encode())
    assert not late.is_final
    assert parsed(report(action="delivered").encode()) == []
    headers = "Content-Type: text/rfc822-headers\n\n"
    [whole] = parsed(report().replace(headers, "Content-Type: message/rfc822\n\n").encode())
    assert whole.key == "k"


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        ("5.1.1", True), ("5.1.10", True), ("5.2.1", True), ("5.1.8", False), ("5.2.2", False), ("5.7.1", False),
        ("4.4.7", False), ("5.0.0", False), ("", False),
    ],
)  # fmt: skip
def test_only_an_address_that_is_gone_is_final(status, is_final):
    [one] = parsed(report(status=status).encode())
    assert one.is_final is is_final


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"Subject: hello\n\nkim@example.com is gone", b"x" * 100_000]
)
def test_what_is_no_report_says_so(content):
    with pytest.raises(NoReportError):
        parsed(content)


@pytest.mark.slow
async def test_an_address_that_is_gone_is_mailed_nothing_until_somebody_clears_it(telling, tmp_path):
    await telling.ticket()
    await telling.fall_due()
    await telling.desk.messages.release(everything=True)
    [(_, mail)] = telling.mailbox.mails
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "1.eml").write_text(report(key=mail["X-Servicedesk-Message"]))
    (folder / "2.eml").write_text(report(key="forged"))
    (folder / "3.eml").write_text(report(key=mail["X-Servicedesk-Message"], address="boss@example.com"))
    (folder / "4.txt").write_text("no report")
    (folder / "5.eml").write_bytes(b"x" * 2_000_001)
    done = await telling.desk.messages.bounces(folder)
    assert (done.reports, done.final, done.others) == (1, 1, 0)
    assert [one.partition(":")[0] for one in done.left] == ["4.txt", "5.eml", "2.eml", "3.eml"]
    assert (await telling.desk.messages.bounces(folder)).final == 0

    await telling.ticket("2")
    await telling.fall_due()
    [held] = (await telling.desk.messages.queue()).items
    assert "came back" in held.why
    [gone] = (await telling.desk.messages.bounced()).items
    assert (gone.address, gone.told) == ("kim@example.com", "550 5.1.1 no such user here")
    await telling.desk.messages.clear("Kim@example.com")
    with pytest.raises(NotFoundLocallyError):
        await telling.desk.messages.clear("kim@example.com")
    await telling.run()
    assert await telling.queue() == [("received", "proposed")]
    with pytest.raises(SettingsError, match="There is no file"):
        await telling.desk.messages.bounces(folder / "none")
