"""The part of a demo that is about money: where it stands, what leaks, and an invoice that goes into the books."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from servicedesk_core.cli.demo.setup import CURRENCY, LEDGER_NAME, SERVICE
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.domain.writing import Intent
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.config.toml_file import Section
    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.features.billing.preview.model import DraftRow, PreviewRows

ACCOUNTS = {"labour": "Sales", "service": "Sales", "part": "Sales", "rounding": "Rounding"}
"""Where in the ledger's chart what is sold goes, unless somebody says more of it."""


async def money(cli: Cli, desk: "ServiceDesk") -> None:
    """Say in which currency the desk counts, where money stands, and what nobody is billed for."""
    from servicedesk_core.config.toml_file import Section  # noqa: PLC0415

    own = Section(
        ("profit",), {"currency": CURRENCY}, "The desk's own currency, in which the PSA keeps costs and prices."
    )
    await _define(cli, desk, "profit", own, reason="The PSA keeps money in one currency.")
    for one in (await desk.billing.stages()).sums:
        cli.say(f"   {one.stage.value}: {counted(one.pieces, 'piece')}, {_money(one.amount, one.currency)}")
    leaks = (await desk.leakage.list()).sums
    found = ", ".join(f"{one.found} {one.leak.value} ({_money(one.amount, one.currency)})" for one in leaks)
    cli.say(f"   Nobody is billed for: {found or 'nothing that shows'}.")


async def invoice(cli: Cli, desk: "ServiceDesk") -> None:
    """Bill a client for the month, and carry that into the ledger.

    Args:
        cli: Prints.
        desk: Its ledger is synced.
    """
    from servicedesk_core.config.toml_file import Section  # noqa: PLC0415
    from servicedesk_core.features.billing.mapping.links import Linkable, Target  # noqa: PLC0415
    from servicedesk_core.features.billing.preview.pages import lines  # noqa: PLC0415

    now = desk.clock.now()
    # On the first days of a month there is hardly any work of it yet.
    for period in (f"{now:%Y-%m}", f"{now.replace(day=1) - timedelta(days=1):%Y-%m}"):
        chosen = _largest(await desk.billing.preview(period=period, everybody=True))
        if chosen is not None:
            break
    else:
        cli.say(f"   Nothing of {period} is left to be billed: the PSA has billed it.")
        return
    client = chosen.client
    cli.say(f"   {client} gets its invoices from here from now on ({SERVICE}/billing.toml); the others from the PSA.")
    policy = Section(("billing", "client_biller"), {client: "servicedesk"}, "Who makes the invoices: else the PSA.")
    await _define(cli, desk, "billing", policy, reason="One client is billed from here.")
    await _customer(cli, desk, chosen)
    await desk.billing.link_certain(what=Linkable.COMPANY, period=period)
    for sort, account in ACCOUNTS.items():
        await desk.billing.link(Linkable.DEFAULT, sort, account, target=Target.ACCOUNT)
    cli.say(f"   servicedesk billing preview --period {period}")
    shown = await desk.billing.preview(period=period)
    lines(cli, shown)
    sent = await desk.billing.send(period=period, digest=shown.digest, reason="The month of the demo.", send=True)
    (document,) = (await desk.billing.status(number=sent.documents[0].number)).items
    told = document.problem or "to the cent what was asked for"
    total = _money(document.total or Decimal(0), document.currency)
    cli.say(f"   {document.number} stands in the books as {document.state.value}: {total} with tax, {told}.")


async def _define(cli: Cli, desk: "ServiceDesk", name: str, section: "Section", *, reason: str) -> None:
    """Write a file of definitions, and have it hold."""
    from servicedesk_core.config.toml_file import render  # noqa: PLC0415

    (cli.config.parent / SERVICE / f"{name}.toml").write_text(render((section,)), encoding="utf-8")
    await desk.definitions.apply(reason=reason)


async def _customer(cli: Cli, desk: "ServiceDesk", chosen: "DraftRow") -> None:
    """Have the ledger make a customer of a client that it does not know."""
    intent = Intent(
        connection=LEDGER_NAME,
        kind="customers.create",
        aggregate=f"customers:{chosen.connection}/{chosen.ref}",
        label=chosen.client,
        values={"name": chosen.client, "number": chosen.ref},
        reason="The ledger does not know this client.",
    )
    write = await desk.writes.propose(intent)
    await desk.writes.approve((write.id,), send=True)
    cli.say(f"   A customer of that name is made in the ledger: write {write.id}.")


def _largest(found: "PreviewRows") -> "DraftRow | None":
    """Return the largest document in the currency that most of them are in."""
    usual = Counter(one.currency for one in found.drafts).most_common(1)
    among = [one for one in found.drafts if usual and one.currency == usual[0][0]]
    return max(among, key=lambda one: (one.net, one.client), default=None)


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount:,.2f} {currency or ''}".rstrip()
