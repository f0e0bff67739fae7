"""Who acts is named by every write, whichever way they took; and four eyes, where the desk asks for them."""

import pytest

from servicedesk_core import Actor, BlockingServiceDesk, ServiceDesk, Way
from servicedesk_core.cli.main import main
from servicedesk_core.errors import AnotherPersonError, SettingsError
from servicedesk_core.people import name_in
from servicedesk_core.testing.clock import FakeClock
from tests.outbox.conftest import settings_for

ANA, DEE = Actor("user:ana", Way.CONSOLE), Actor("user:dee", Way.TOKEN)


@pytest.fixture
async def four_eyes(vendor, store_url, clock):
    settings = settings_for(vendor, store_url) | {"writes": {"approval": "another-person"}}
    async with ServiceDesk(settings, clock=clock) as desk:
        yield desk


async def actors_of(desk, write):
    trail = await desk.audit.list(entity=f"write:{write.id}")
    return {record.action: record.actor for record in trail}


async def test_several_people_act_on_one_open_desk_and_each_step_names_its_own(desk):
    write = await desk.acting_as(ANA).tickets.update("T1", title="Plotter")
    (done,) = await desk.acting_as(DEE).writes.approve([write.id], send=True)
    assert (done.proposed_by, done.decided_by) == ("user:ana via console", "user:dee via token")
    told = await actors_of(desk, done)
    assert told["write.proposed"] == "user:ana via console"
    assert told["write.queued"] == "user:dee via token"
    assert told["write.confirmed"] == "system:writes"


async def test_a_program_acts_as_the_account_of_its_process_unless_it_names_somebody(vendor, store_url, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "svc")
    settings = settings_for(vendor, store_url)
    async with ServiceDesk(settings, clock=FakeClock()) as desk:
        assert (await desk.tickets.update("T1", title="A")).proposed_by == "user:svc via sdk"
    async with ServiceDesk(settings, clock=FakeClock(), actor=ANA) as desk:
        assert (await desk.tickets.update("T2", title="B")).proposed_by == "user:ana via console"


async def test_closing_what_somebody_acts_on_leaves_the_desk_open(desk):
    await desk.acting_as(ANA).aclose()
    assert await desk.tickets.count() == 5


async def test_features_act_as_whom_the_desk_is_lent_to(desk):
    assert desk.quarantine.desk is desk
    hers = desk.acting_as(ANA)
    assert hers.quarantine.desk.actor == ANA
    assert desk.quarantine.desk.actor != ANA


def test_the_blocking_desk_acts_for_others_too(vendor, store_url):
    with BlockingServiceDesk(settings_for(vendor, store_url), clock=FakeClock()) as desk:
        with desk.acting_as(ANA) as hers:
            write = hers.tickets.update("T1", title="Plotter")
        assert write.proposed_by == "user:ana via console"
        assert desk.writes.show(write.id).write.proposed_by == "user:ana via console"


async def test_with_four_eyes_nobody_approves_what_they_proposed_whichever_way_they_take(four_eyes):
    write = await four_eyes.acting_as(ANA).tickets.update("T1", title="Plotter")
    with pytest.raises(AnotherPersonError, match="user:ana proposed it, and another person must approve it"):
        await four_eyes.acting_as(Actor("user:ana", Way.CLI)).writes.approve([write.id])
    assert (await four_eyes.writes.show(write.id)).write.state == "proposed"
    (approved,) = await four_eyes.acting_as(DEE).writes.approve([write.id])
    assert approved.state == "queued"


async def test_with_four_eyes_sending_at_once_leaves_a_proposal(four_eyes, vendor):
    write = await four_eyes.acting_as(ANA).tickets.update("T1", title="Plotter", send=True)
    assert (write.state, vendor.writes) == ("proposed", [])
    (done,) = await four_eyes.acting_as(DEE).writes.approve([write.id], send=True)
    assert (done.state, vendor.records["tickets"]["1"]["title"]) == ("confirmed", "Plotter")


async def test_with_four_eyes_whoever_edits_a_proposal_is_its_author(four_eyes):
    write = await four_eyes.acting_as(ANA).tickets.update("T1", title="Plotter")
    edited = await four_eyes.acting_as(DEE).writes.edit(write.id, {"title": "Scanner"})
    assert edited.proposed_by == "user:dee via token"
    with pytest.raises(AnotherPersonError, match="user:dee proposed it"):
        await four_eyes.acting_as(DEE).writes.approve([write.id])
    (approved,) = await four_eyes.acting_as(ANA).writes.approve([write.id], versions={write.id: edited.version})
    assert approved.state == "queued"


async def test_of_several_writes_none_is_approved_where_one_is_ones_own(four_eyes):
    own = await four_eyes.acting_as(ANA).tickets.update("T1", title="Plotter")
    others = await four_eyes.acting_as(DEE).tickets.update("T2", title="Scanner")
    with pytest.raises(AnotherPersonError) as refused:
        await four_eyes.acting_as(ANA).writes.approve([others.id, own.id])
    assert "Nothing was done with any of them." in refused.value.hint
    assert "approval" in refused.value.hint
    assert (await four_eyes.writes.show(others.id)).write.state == "proposed"


def test_the_command_line_says_that_another_person_must_approve(vendor, store_url, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ana")
    config = tmp_path / "servicedesk.toml"
    grants = '["tickets.update"]'
    connector = settings_for(vendor, store_url)["connections"]["psa"]["connector"]
    config.write_text(
        f'[desk]\nstore = "{store_url}"\n[writes]\napproval = "another-person"\n'
        f'[connections.psa]\nconnector = "{connector}"\nurl = "{vendor.url}"\nwrites = {grants}\ntimeout_s = 2.0\n',
        encoding="utf-8",
    )
    assert main(["--config", str(config), "tickets", "update", "T1", "--title", "Plotter", "--yes"]) == 8
    assert "Another person sends it: servicedesk writes approve 1" in capfd.readouterr().err
    assert main(["--config", str(config), "writes", "approve", "1"]) == 8
    assert "user:ana proposed it, and another person must approve it." in capfd.readouterr().err
    assert vendor.writes == []


@pytest.mark.parametrize("name", ["", "  ", "ana via cli", "ana\n"])
def test_a_name_that_could_not_be_told_from_its_way_is_refused(name):
    with pytest.raises(SettingsError):
        Actor(name)


def test_a_name_is_the_same_by_every_way():
    assert {name_in(str(Actor("user:ana", way))) for way in Way} == {"user:ana"}
    assert name_in("system:writes") == "system:writes"
