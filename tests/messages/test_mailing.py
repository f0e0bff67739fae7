"""From what happens to a mail that a client reads: once, when somebody released it."""


async def test_what_happened_is_proposed_and_mailed_when_somebody_releases_it(telling):
    await telling.ticket()
    assert "0 messages made" in await telling.run()
    assert "1 message made" in await telling.run(minutes=10)
    [one] = (await telling.desk.messages.queue()).items
    assert (one.trigger, one.state, one.to, one.subject) == (
        "received", "proposed", "kim@example.com", "[T1] Printer 1",
    )  # fmt: skip
    assert telling.mailbox.mails == []

    done = await telling.desk.messages.release((one.number,))
    assert (done.messages, done.sent, done.left) == (1, 1, ())
    [(to, mail)] = telling.mailbox.mails
    assert (to, mail["From"], mail["Subject"]) == (
        "kim@example.com", "Example MSP <support@example.com>", "[T1] Printer 1",
    )  # fmt: skip
    assert mail.get_content().strip() == "Hello Kim, T1 of Bolt & <b>Co</b>."
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["X-Servicedesk-Message"] in mail["Message-ID"]
    shown = await telling.desk.messages.show(one.number)
    assert (shown.row.state, shown.text) == ("sent", "Hello Kim, T1 of Bolt & <b>Co</b>.")

    await telling.run(minutes=10)
    again = await telling.desk.messages.release((one.number,))
    assert again.left == (f"{one.number}: somebody decided about it already",)
    assert len(telling.mailbox.mails) == 1
