"""A refusal reaches whoever is refused, whatever becomes of its record; and each refused act has one."""

import logging
import re
import sqlite3

import pytest
from sqlalchemy.engine import make_url

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.desk import stored
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.store import Store
from tests.outbox.conftest import settings_for
from tests.outbox.test_permissions import PEOPLE, command, of  # noqa: F401  # a fixture

KIM = Actor("user:kim")


@pytest.fixture
def settings(vendor, store_url):
    return settings_for(vendor, store_url) | {"people": PEOPLE}


async def kept(desk):
    found = (await of(desk, "ana").audit.list(limit=100)).items
    return [(one.actor, one.entity) for one in reversed(found) if one.action == "act.refused"]


async def test_with_a_store_that_was_opened_for_reading_it_is_still_the_refusal(settings, store_url, clock, caplog):
    with Store.open(store_url, clock=clock, read_only=True) as store:
        async with ServiceDesk(settings, store=store, actor=KIM, clock=clock) as desk:
            for act in (desk.quarantine.drop([1]), desk.sync("psa")):
                with pytest.raises(NotPermittedError):
                    await act
    assert "The audit trail could not keep that user:kim via sdk was refused quarantine.drop" in caplog.text


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_while_another_process_writes_it_is_still_the_refusal(settings, store_url, clock, caplog, monkeypatch):
    monkeypatch.setattr(stored, "FOR_A_REFUSAL_S", 0.01)  # anything else would wait for half a minute
    async with ServiceDesk(settings, actor=KIM, clock=clock) as desk:
        other = sqlite3.connect(make_url(store_url).database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for act in (desk.quarantine.drop([1]), desk.sync("psa")):
            with pytest.raises(NotPermittedError):
                await act
        other.close()
        assert [one.levelno for one in caplog.records if "could not keep" in one.message] == [logging.WARNING] * 2
        assert await kept(desk) == []


async def test_what_several_connections_would_be_asked_is_refused_once(settings, clock):
    connections = dict.fromkeys(("psa", "psa2", "psa3"), settings["connections"]["psa"])
    people = {"ana": PEOPLE["ana"], "kim": {"roles": ["finance"]}}
    settings = settings | {"connections": connections, "people": people}
    async with ServiceDesk(settings, actor=KIM, clock=clock) as desk:
        for act in (desk.sync_all(), desk.check_all(), desk.remap_all(), desk.plan_all()):
            with pytest.raises(NotPermittedError):
                await act
        names = ("act:sync", "act:connections test", "act:remap")
        assert await kept(desk) == [("user:kim via sdk", name) for name in names]


async def test_an_act_is_kept_whatever_it_takes(settings, clock):
    async with ServiceDesk(settings, actor=KIM, clock=clock) as desk:
        for one in (desk.audit.checkpoint(), desk.audit.list()):
            with pytest.raises(NotPermittedError):
                await one
        assert await kept(desk) == [("user:kim via sdk", "act:audit.checkpoint")]


@pytest.mark.parametrize("line", [("tickets", "list"), ("tickets", "note", "T1", "x")])
def test_to_be_refused_another_persons_place_is_kept_without_whose(command, line):  # noqa: F811  # the fixture
    assert command("ana", *line, "--as", "otto")[0] == 8
    told = command("ana", "audit", "list", "--json")[1]
    assert re.findall(r'"entity":\s*"(act:[^"]+)"', told) == ["act:--as"]
    assert "user:ana via cli" in told
    assert "otto" not in told
