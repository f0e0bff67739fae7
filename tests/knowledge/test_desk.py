"""Articles on a desk: read, matched with tickets, said to have helped, measured, and never used."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import Company, Ticket
from servicedesk_core.errors import NotFoundLocallyError, ServiceDeskError
from servicedesk_core.faces import Period
from servicedesk_core.features.knowledge.kpis import KPIS
from servicedesk_core.testing import FakeClock
from tests import stored

pytestmark = pytest.mark.slow

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "articles"
    made.mkdir()
    (made / "vpn.md").write_text("# VPN does not connect\nTags: remote\n\nRestart the tunnel.\n")
    (made / "printer.md").write_text("# Printer is offline\n\nPower it off and on.\n")
    return made


@pytest.fixture
async def desk(store_url, folder):
    settings = {
        "desk": {"name": "X", "store": store_url},
        "connections": {
            "psa": {"connector": "tabular"},
            "kb": {"connector": "markdown_folder", "folder": str(folder)},
        },
    }
    rows = [
        *(Company(external_id=ref, name=name) for ref, name in (("c1", "Acme"), ("c2", "Bolt"))),
        Ticket(external_id="1", number="T1", title="VPN broken", company_ref="c1", resolved_at=NOW - timedelta(days=2)),
        Ticket(external_id="2", number="T2", title="Mail", issue="Printer", company_ref="c2", resolved_at=NOW),
        Ticket(external_id="3", number="T3", title="Nothing of the kind", company_ref="c1"),
    ]
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, rows, now=NOW))
        yield opened


async def measured(desk, scope=None):
    whole = Period(NOW - timedelta(days=30), NOW + timedelta(days=1), NOW)
    return await desk.store.read(lambda tx: KPIS[0].measure(tx, whole, None, scope))


async def test_articles_are_matched_with_tickets_and_those_that_helped_are_counted(desk):
    assert (await measured(desk)).value is None
    read = await desk.knowledge.read()
    assert (read.connections, read.articles) == (("kb",), 2)
    [fits] = await desk.knowledge.match("T1")
    assert (fits.ref, fits.helped, fits.why) == ("vpn", False, ("vpn",))
    assert [one.ref for one in await desk.knowledge.match("T2")] == ["printer"]
    assert not (await desk.knowledge.match("T3")).items
    for _ in range(2):
        assert (await desk.knowledge.link("T1", "vpn")).helped
    assert [one.helped for one in await desk.knowledge.match("T1")] == [True]
    assert [(one.ref, one.tickets) for one in await desk.knowledge.list()] == [("vpn", 1), ("printer", 0)]
    assert [one.ref for one in await desk.knowledge.list(unused=True)] == ["printer"]
    assert (await measured(desk)).value == 50
    assert (await measured(desk, Scope("psa", companies={"c2"}))).value == 0
    await desk.knowledge.unlink("T1", "vpn")
    assert (await measured(desk)).value == 0
    trail = [one.action for one in await desk.audit.list()]
    assert trail.count("knowledge.linked") == trail.count("knowledge.unlinked") == 1


async def test_an_article_is_shown_as_it_is_now_and_one_that_is_gone_is_said(desk, folder):
    await desk.knowledge.read()
    (folder / "vpn.md").write_text("# VPN\n\nCall the provider.\n")
    shown = await desk.knowledge.show("vpn")
    assert (shown.title, "Call the provider." in shown.text, shown.url.startswith("file://")) == ("VPN", True, True)
    (folder / "vpn.md").unlink()
    with pytest.raises(ServiceDeskError, match="no article"):
        await desk.knowledge.show("vpn")
    with pytest.raises(NotFoundLocallyError, match="printer"):
        await desk.knowledge.link("T1", "printr")
    with pytest.raises(NotFoundLocallyError):
        await desk.knowledge.link("T1", "vpn", scope=Scope("psa", companies={"c2"}))


async def test_what_was_read_stands_where_the_folder_is_gone(desk, folder):
    await desk.knowledge.read()
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ServiceDeskError, match="is not there"):
        await desk.knowledge.read()
    assert len(await desk.knowledge.list()) == 2
