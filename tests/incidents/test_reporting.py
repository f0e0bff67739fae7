"""What came of a major incident, for ourselves and for one of its clients, who reads of no other one."""

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import Company, Contact, StatusCategory, Ticket
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.incidents.model import Happened
from servicedesk_core.features.incidents.pages import html
from tests import stored
from tests.assign.test_assigning import of

OTHERS = ("Bolt", "Globex", "T1", "T3", "mia", "coo")


@pytest.fixture
async def over(hit, clock):
    """Declared 20 minutes after the first ticket, told in time 10 minutes later and late 50 minutes after that."""
    await hit.incidents.declare("Mail is down", tickets=["T1", "T2", "T3"], owner="coo")
    clock.advance(600)
    await hit.incidents.update(1, "We work on it.")
    await hit.incidents.link(1, ["T4"])
    clock.advance(3000)
    await hit.incidents.update(1, "A switch was replaced.")
    clock.advance(600)
    await hit.incidents.close(1)
    return hit


async def test_times_updates_and_what_happened_are_told(over):
    found = await over.incidents.report(1)
    minutes = [
        None if one is None else one // 60 for one in (found.to_declare_s, found.to_first_update_s, found.to_close_s)
    ]
    assert minutes == [20, 30, 90]
    assert (found.tickets_hit, found.clients_hit, found.in_time, found.late) == (4, 3, 1, 1)
    assert (found.owner, found.said) == ("coo", "A switch was replaced.")
    assert [(one.what, one.by, one.text) for one in found.timeline] == [
        (Happened.DECLARED, "mia", "Mail is down"),
        (Happened.LINKED, "mia", "T1, T2, T3"),
        (Happened.LINKED, "mia", "T4"),
        (Happened.UPDATE, "mia", "We work on it."),
        (Happened.UPDATE, "mia", "A switch was replaced."),
        (Happened.CLOSED, "mia", "A switch was replaced."),
    ]
    assert all(one in html(found) for one in ("T1", "T3", "Globex GmbH", "20", "1 in time, 1 late"))


async def test_a_client_reads_of_nobody_else(over):
    found = await over.incidents.report(1, client="initech")
    assert (found.client, found.tickets_hit, found.clients_hit, found.owner) == ("Initech", 1, None, None)
    assert (found.in_time, found.late) == (0, 1), "the first update was before its ticket"
    for text in (repr(found), html(found)):
        assert not [one for one in OTHERS if one in text]
    with pytest.raises(NotFoundLocallyError, match="Umbrella"):
        await over.incidents.report(1, client="Umbrella")


async def test_who_sees_one_client_learns_of_no_other_by_asking_for_its_report(hit):
    scope = Scope("psa", companies=["c1"])
    await hit.incidents.declare("Mail of Globex is down", tickets=["T1", "T3"])
    found = await hit.incidents.report(1, client="Bolt & Co", scope=scope)
    assert (found.client, found.title) == ("Bolt & Co", "(withheld: it names another client)")
    for word in ("Globex GmbH", "c2", "Globox GmbH"):
        with pytest.raises(NotFoundLocallyError) as error:
            await hit.incidents.report(1, client=word, scope=scope)
        assert "Globex" not in str(error.value).replace(word, "")


async def test_of_two_clients_of_one_name_somebody_says_which(hit, clock):
    new = {"title": "Mail", "status": "New", "status_category": StatusCategory.NEW}
    rows = [Company(external_id="x", name="Initech"), Ticket(external_id="80", number="X80", company_ref="x", **new)]
    await hit.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), connection="other"))
    await hit.incidents.declare("Mail is down", tickets=["T4", "X80"])
    with pytest.raises(NotFoundLocallyError, match="2 clients under incident 1") as error:
        await hit.incidents.report(1, client="Initech")
    assert "psa:c3, other:x" in error.value.hint
    assert [one.ticket for one in (await hit.incidents.report(1, client="other:x")).tickets] == ["X80"]


@pytest.mark.slow
async def test_who_is_erased_is_named_in_it_no_more(hit, clock):
    who = Contact(external_id="p9", first_name="Carla", last_name="Novak", email="carla@example.com", company_ref="c1")
    source = {"connector": hit.settings.connections["psa"].connector}
    await hit.store.write(lambda tx: stored.put(tx, [who], now=clock.now(), **source))
    await hit.incidents.declare("Mail of Carla Novak is down", tickets=["T1"])
    await of(hit, "mia").incidents.update(1, "Carla Novak has a new mailbox.")
    closed = await hit.incidents.close(1, text="Carla Novak was locked out.", leave_tickets=True)
    await hit.writes.approve([row.write for row in closed], send=True)
    assert "Carla" in repr(await hit.incidents.show(1))
    await hit.privacy.erase("carla@example.com")
    assert "Carla" not in repr(await hit.incidents.show(1))
