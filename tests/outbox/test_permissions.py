"""Who may do what: capabilities and scopes hold for every call, whoever makes it and by whichever way."""

import io
import re
from pathlib import Path
from typing import Any

import pytest

import servicedesk_core.cli
from servicedesk_core import Actor, BlockingServiceDesk, Scope, ServiceDesk, Way
from servicedesk_core.capabilities import ALL, ROLES, Capability, Role
from servicedesk_core.cli import catalog
from servicedesk_core.cli.main import main
from servicedesk_core.config import parse_settings
from servicedesk_core.domain import STREAMS, Charge, Note
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Method, Namespace, Table, dashboard
from servicedesk_core.features import FEATURES, own
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.queries import TicketQueries
from servicedesk_core.people import JOBS, names_in
from servicedesk_core.store import quarantine, sources
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.testing.clock import FakeClock
from tests.outbox.conftest import settings_for

CLI = Path(servicedesk_core.cli.__file__).parent
PEOPLE = {
    "ana": {"roles": ["service-manager"]},
    "dee": {"roles": ["technician"], "queues": ["q1"], "technician": "t2"},
    "otto": {"roles": ["admin", "stand-in"], "account": "operator"},
    "kim": {"roles": ["client-contact"], "companies": ["c1"]},
    "eve": {"roles": ["auditor"], "companies": ["c9"]},
}


@pytest.fixture
async def desk(vendor, store_url, clock):
    async with ServiceDesk(settings_for(vendor, store_url) | {"people": PEOPLE}, clock=clock) as desk:
        yield desk


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))


def every_call():
    for feature in FEATURES:
        namespace = own(feature).calls
        for each in namespace.__mro__:
            yield from (one for one in vars(each).values() if isinstance(one, Method))


@pytest.mark.parametrize("call", [*every_call()], ids=lambda call: call.name)
def test_every_call_of_ours_says_what_it_takes(call):
    assert call.needs in ALL


def test_every_capability_has_a_role_and_says_what_it_is():
    assert frozenset().union(*ROLES.values()) == ALL
    assert ROLES.keys() == set(Role)
    assert all(one.about.endswith(".") for one in Capability)


def test_whoever_administers_the_desk_does_not_change_tickets_by_that_alone():
    assert not ROLES[Role.ADMIN] & {Capability.TICKETS_WRITE, Capability.TICKETS_ASSIGN, Capability.WRITES_APPROVE}


async def test_a_person_does_what_their_roles_allow_and_nothing_else(desk):
    assert len(await of(desk, "dee").tickets.list()) == 5
    with pytest.raises(NotPermittedError) as refused:
        await of(desk, "kim").audit.list()
    assert (refused.value.code, refused.value.exit_code) == ("not_permitted", 8)
    assert refused.value.message == "user:kim may not do audit.list: audit.read is missing."
    assert refused.value.hint == "Ask whoever runs the desk; roles that may: service-manager, auditor."  # to a client
    with pytest.raises(NotPermittedError) as refused:
        await of(desk, "dee").audit.list()
    assert refused.value.hint == "Ask ana or eve; roles that may: service-manager, auditor."


async def test_what_a_person_sees_narrows_every_query_without_a_word(desk):
    assert len(await of(desk, "eve").tickets.list()) == 0
    assert await of(desk, "eve").tickets.count() == 0
    assert await of(desk, "ana").tickets.count() == 5
    assert [one async for one in of(desk, "eve").changes()] == []
    assert (await of(desk, "eve").report.desk_page()).numbers.open.count == 0


async def test_scopes_intersect(desk):
    hers = of(desk, "dee")
    assert len(await hers.tickets.list(scope=Scope("psa", companies=["c1"]))) == 5
    assert len(await hers.tickets.list(scope=Scope("psa", companies=["c9"]))) == 0
    with pytest.raises(NotPermittedError, match="lets nothing through"):
        await hers.tickets.list(scope=Scope("psa", queues=["q2"]))


async def test_what_is_about_the_whole_desk_is_refused_to_who_sees_a_part(desk):
    with pytest.raises(NotPermittedError, match=r"sees a part of the desk, and audit\.verify is about all of it"):
        await of(desk, "eve").audit.verify()
    assert (await of(desk, "ana").audit.verify()).is_valid


async def test_somebody_who_is_not_among_the_people_may_nothing_and_is_told_how(desk):
    with pytest.raises(NotPermittedError, match=r"user:mallory is nobody in the list of people") as refused:
        await of(desk, "mallory").tickets.list()
    assert "servicedesk people invite mallory" in refused.value.hint


async def test_the_desk_itself_does_its_jobs_whoever_is_configured(desk):
    jobs = desk.acting_as(JOBS)
    await jobs.sync("psa")
    with pytest.raises(NotPermittedError):
        await jobs.tickets.update("T1", title="Plotter")


async def test_an_account_is_the_person_who_has_it(vendor, store_url, monkeypatch):
    settings = settings_for(vendor, store_url) | {"people": PEOPLE}

    def account_is(name):
        monkeypatch.setattr("getpass.getuser", lambda: name)
        return ServiceDesk(settings).actor

    assert str(account_is("operator")) == "user:otto via sdk"
    assert str(account_is("ana")) == "user:ana via sdk"
    assert str(account_is("otto")) == "account:otto via sdk"  # otto has another account


def test_without_people_the_account_may_everything(vendor, store_url):
    with BlockingServiceDesk(settings_for(vendor, store_url), clock=FakeClock()) as desk:
        assert desk.audit.verify().is_valid
        assert len(desk.acting_as(Actor("user:anybody")).tickets.list()) == 5


def test_the_blocking_desk_holds_people_to_the_same(vendor, store_url):
    settings = settings_for(vendor, store_url) | {"people": PEOPLE}
    with BlockingServiceDesk(settings, actor=Actor("user:kim")) as desk, pytest.raises(NotPermittedError):
        desk.audit.list()


@pytest.fixture
def command(vendor, store_url, tmp_path, monkeypatch, capsys):
    """Return a function that runs a command as an account of the operating system."""
    connection = settings_for(vendor, store_url)["connections"]["psa"]
    lines = ["[desk]", f'store = "{store_url}"', "[connections.psa]"]
    lines += [f'connector = "{connection["connector"]}"', f'url = "{connection["url"]}"']
    for name, person in PEOPLE.items():
        lines += [f"[people.{name}]", *(f"{key} = {value!r}" for key, value in person.items())]
    (tmp_path / "servicedesk.toml").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)

    def run(account, *line):
        monkeypatch.setattr("getpass.getuser", lambda: account)
        code = main(list(line))
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_a_command_is_refused_with_who_could_and_its_code(command):
    code, out, err = command("kim", "audit", "list")
    assert (code, out) == (8, "")
    assert "Error: user:kim may not do audit.list: audit.read is missing." in err
    assert "Ask ana or eve" in err
    assert "(code not_permitted, exit 8)" in err
    assert command("ana", "audit", "list")[0] == 0


def test_taking_another_persons_place_takes_a_capability_of_its_own(command):
    code, _, err = command("ana", "tickets", "list", "--as", "dee")
    assert code == 8
    assert "people.act-as is missing" in err
    assert command("operator", "tickets", "list", "--as", "eve")[1:] == (
        "",
        command("eve", "tickets", "list")[2],
    )
    code, _, err = command("operator", "tickets", "list", "--as", "anna")
    assert code == 2
    assert 'Did you mean "ana"?' in err
    code, _, err = command("operator", "--as", "eve", "doctor")
    assert code == 2
    assert '"doctor" opens none' in err


def test_commands_without_a_desk_are_those_that_nobodys_place_is_taken_for():
    opens = re.compile(r"with_(desk|reader|store)")
    rooms = {name: [*CLI.glob(f"{name}.py"), *CLI.glob(f"{name}/*.py")] for name in catalog.NAMES}
    without = {name for name, files in rooms.items() if not any(opens.search(file.read_text()) for file in files)}
    assert without - set(FEATURES) == catalog.WITHOUT_DESK


def test_with_four_eyes_whoever_takes_a_place_stays_the_same_person():
    hers = str(Actor("user:ana", Way.CLI, "user:otto"))
    assert hers == "user:ana via cli by user:otto"
    assert names_in(hers) == {"user:ana", "user:otto"}
    assert names_in("user:ana via cli") == {"user:ana"}


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({"ana": {"roles": ["servicemanager"]}}, 'Did you mean "service-manager"?'),
        ({"ana": {"roles": []}}, "people.ana.roles: name at least one of admin,"),
        ({"ana": {}}, "people.ana.roles: is missing"),
        ({"ana": {"roles": ["admin"], "account": "x"}, "x": {"roles": ["admin"]}}, 'two people for "x"'),
        ({"ana": {"roles": ["admin"]}, "Ana": {"roles": ["admin"], "account": "b"}}, 'two people for "ana"'),
        ({"kim": {"roles": ["client-contact"]}}, "must say of which companies"),
        ({"ana": {"roles": ["technician"], "queues": ["8"], "connection": "pse"}}, 'Did you mean "psa"?'),
        ({"ana": {"roles": ["technician"], "queues": ["8"]}}, 'say whose: connection = "NAME"'),
    ],
)
def test_a_wrong_table_of_a_person_is_an_error_at_the_start(people, told):
    connections = {name: {"connector": "acme"} for name in ("psa", "dell")}
    with pytest.raises(SettingsError, match="has a problem") as wrong:
        parse_settings({"people": people, "connections": connections})
    assert told in wrong.value.message


async def test_a_clients_contact_reads_no_internal_note(desk, vendor):
    for visibility in ("public", "internal", "partner"):
        vendor.put("notes", visibility, ticket="1", body=f"a {visibility} word", visibility=visibility)
    await of(desk, "otto").sync("psa", mode=SyncMode.FULL)
    hers = await of(desk, "ana").tickets.get("T1")
    assert {note.visibility for note in hers.notes} == {"public", "internal", "partner"}
    theirs = await of(desk, "kim").tickets.get("T1")
    assert [note.body for note in theirs.notes] == ["a public word"]
    with pytest.raises(NotPermittedError):
        [one async for one in of(desk, "kim").changes()]


async def test_a_review_says_who_may_what_by_which_role_for_whom_and_when_they_last_did(desk, clock):
    await of(desk, "dee").tickets.list()
    write = await desk.acting_as(Actor("user:ana", Way.CLI, "user:otto")).tickets.update("T1", title="Plotter")
    people = {one.person: one for one in await of(desk, "otto").people.list()}
    assert (people["dee"].account, people["dee"].queues, people["dee"].technician_ref) == ("dee", ("q1",), "t2")
    assert people["otto"].account == "operator"
    assert (people["dee"].last_act_at, people["ana"].last_act_at) == (None, write.proposed_at)
    review = await of(desk, "ana").people.review(capability=Capability.TICKETS_WRITE)
    assert [(one.person, one.roles, one.sees, one.last_used_at) for one in review] == [
        ("ana", ("service-manager",), "all", write.proposed_at),
        ("dee", ("technician",), "queues q1", None),
    ]
    (stood_in,) = await of(desk, "ana").people.review(person="otto", capability=Capability.ACT_AS)
    assert stood_in.last_used_at == write.proposed_at
    with pytest.raises(NotPermittedError):
        await of(desk, "kim").people.review()
    with pytest.raises(SettingsError, match='Did you mean "dee"'):
        await of(desk, "ana").people.review(person="de")


async def test_a_block_of_a_dashboard_cannot_widen_whose_records_it_shows(desk):
    class Wide(Namespace[Any]):
        board = dashboard("wide.board", "Wide", [Table("All", TicketQueries.list, {"scope": None})], about="Wide.")

    shown = [len((await of(desk, name).call(Wide.board)).blocks[0].rows) for name in ("ana", "eve")]
    assert shown == [5, 0]


async def test_a_refused_act_is_in_the_audit_trail_without_what_it_was_about(desk, clock):
    dee, eve = of(desk, "dee"), of(desk, "eve")
    for refused in (
        of(desk, "kim").tickets.update("T1", title="a secret"),
        dee.tickets.update("T1", queue="Helpdesk", reason="a secret"),
        eve.writes.approve([1]),
        dee.claims.poll(("a secret",)),
        dee.sync("psa"),
        desk.acting_as(Actor("user:mallory")).privacy.erase("a secret"),
    ):
        with pytest.raises(NotPermittedError):
            await refused
    for read in (of(desk, "kim").audit.list(), eve.audit.verify()):
        with pytest.raises(NotPermittedError):
            await read
    found = (await of(desk, "ana").audit.list(limit=100)).items
    assert [(one.actor, one.action, one.entity, one.at) for one in reversed(found) if one.action == "act.refused"] == [
        ("user:kim via console", "act.refused", "act:tickets.update", clock.now()),
        ("user:dee via console", "act.refused", "act:tickets.update", clock.now()),
        ("user:eve via console", "act.refused", "act:writes.approve", clock.now()),
        ("user:dee via console", "act.refused", "act:claims.poll", clock.now()),
        ("user:dee via console", "act.refused", "act:sync", clock.now()),
        ("user:mallory via sdk", "act.refused", "act:privacy.erase", clock.now()),
    ]
    assert "secret" not in repr(found)
    assert (await of(desk, "ana").audit.verify()).is_valid


def test_a_refused_command_is_in_the_audit_trail(command):
    assert command("kim", "tickets", "note", "T1", "a secret")[0] == 8
    assert command("kim", "writes", "approve", "1")[0] == 8
    assert command("kim", "audit", "list")[0] == 8
    told = command("ana", "audit", "list", "--json")[1]
    assert re.findall(r'"entity":\s*"(act:[^"]+)"', told) == ["act:writes.approve", "act:tickets.note"]
    assert "user:kim via cli" in told
    assert "secret" not in told


async def test_a_review_tells_when_somebody_last_assigned(desk, clock):
    assert (await last_use(desk, "ana", Capability.TICKETS_ASSIGN)) is None
    await of(desk, "ana").tickets.update("T1", title="Plotter")
    assert (await last_use(desk, "ana", Capability.TICKETS_ASSIGN)) is None
    clock.advance(60)
    write = await of(desk, "ana").tickets.update("T2", assignee="Ana Diaz")
    assert (await last_use(desk, "ana", Capability.TICKETS_ASSIGN)) == write.proposed_at
    clock.advance(60)
    write = await of(desk, "ana").tickets.update("T3", description='"queue_ref": "q1"')
    assert (await last_use(desk, "ana", Capability.TICKETS_WRITE)) == write.proposed_at
    assert (await last_use(desk, "ana", Capability.TICKETS_ASSIGN)) < write.proposed_at
    before = await last_use(desk, "dee", None)
    with pytest.raises(NotPermittedError):
        await of(desk, "dee").tickets.update("T1", assignee="")
    assert (await last_use(desk, "dee", Capability.TICKETS_WRITE), before) == (None, None)


async def last_use(desk, person, capability):
    if capability is None:
        return next(one.last_act_at for one in await of(desk, "ana").people.list() if one.person == person)
    (found,) = await of(desk, "ana").people.review(person=person, capability=capability)
    return found.last_used_at


async def test_me_is_the_technician_that_whoever_acts_is(desk):
    await of(desk, "ana").tickets.update("T2", assignee="Dana Wolf", send=True)
    dee = of(desk, "dee")
    everybodys = await dee.tickets.list()
    mine = await dee.tickets.list(TicketFilter(assignee=("me",)))
    assert [one.number for one in mine] == [one.number for one in everybodys if one.assignee_ref == "t2"]
    assert mine
    assert await dee.tickets.count(TicketFilter(assignee=("Me",))) == len(mine)
    write = await dee.tickets.log_time("T1", 900, technician="me")
    assert {change.field: change.after for change in write.changes}["technician_ref"] == "t2"
    with pytest.raises(NotFoundLocallyError, match="does not say which one user:ana is"):
        await of(desk, "ana").tickets.list(TicketFilter(assignee=("me",)))
    with pytest.raises(NotFoundLocallyError, match="does not say which one user:ana is"):
        await of(desk, "ana").tickets.update("T1", assignee="me")


async def test_what_work_and_goods_cost_takes_a_capability_of_its_own(vendor, store_url, clock):
    people = {"flo": {"roles": ["finance"]}, "tom": {"roles": ["technician"]}}

    async def read(desk, name, entity):
        await of(desk, name).export(entity.stream, io.BytesIO())
        return [one async for one in of(desk, name).records(entity)]

    async with ServiceDesk(settings_for(vendor, store_url) | {"people": people}, clock=clock) as desk:
        for name, may, may_not in (("flo", Charge, Note), ("tom", Note, Charge)):
            await read(desk, name, may)
            with pytest.raises(NotPermittedError):
                await read(desk, name, may_not)
        with pytest.raises(NotPermittedError, match=r"money\.read"):
            _ = [one async for one in of(desk, "tom").records(Charge)]


async def test_a_payload_in_quarantine_that_says_what_something_cost_takes_it_too(desk, clock):
    def put(tx):
        [source] = [one.id for one in sources.all(tx)]
        for stream in ("charges", "notes"):
            quarantine.put(tx, source, stream, [Rejected("9", {"unitCost": 5}, "not understood")], clock.now())

    await desk.store.write(put)
    otto = of(desk, "otto")  # runs the desk, and may not see what it costs
    numbers = {one.stream: one.id for one in await otto.quarantine.list()}
    assert (await otto.quarantine.get(numbers["notes"])).raw == {"unitCost": 5}
    with pytest.raises(NotPermittedError, match=r"money\.read"):
        await otto.quarantine.get(numbers["charges"])
    assert (await of(desk, "ana").quarantine.get(numbers["charges"])).raw == {"unitCost": 5}


def test_streams_of_money_are_those_with_a_cost():
    costly = {stream for stream, entity in STREAMS.items() if {"cost", "hourly_cost"} & entity.model_fields.keys()}
    assert costly <= {stream for stream, entity in STREAMS.items() if entity.holds_costs}
    assert all(entity.whose is None for entity in STREAMS.values() if entity.holds_costs), "no client sees them"
