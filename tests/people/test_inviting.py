"""One list of people: those of the configuration and those who were invited, whoever asks and by whichever way."""

import pytest
from argon2 import PasswordHasher

from servicedesk_core import ServiceDesk
from servicedesk_core.capabilities import ALL, Role
from servicedesk_core.desk.permitting import stand_in
from servicedesk_core.domain import Company, Queue, Technician
from servicedesk_core.errors import (
    DefinitionsError,
    NotFoundLocallyError,
    NotPermittedError,
    SettingsError,
)
from servicedesk_core.faces import Capability
from servicedesk_core.features import signins
from servicedesk_core.features.people import accept, first_link, forget_strangers, technicians
from servicedesk_core.features.signins import passwords
from servicedesk_core.features.tokens.tables import bearer_of
from servicedesk_core.people import JOBS, Actor, Way
from servicedesk_core.store import sources
from tests.people.conftest import NOW
from tests.stored import put

RIGHT = "correct horse battery"
HERE = signins.Browser("192.0.2.7", "Example/1.0")


def of(desk, name, way=Way.CONSOLE):
    return desk.acting_as(Actor(f"user:{name}", way))


def token_in(made):
    return made.link.rpartition("/")[2]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)


@pytest.fixture
async def first(desk):
    """The desk as ana works with it, who came by the first link."""
    await accept(desk, await first_link(desk), RIGHT, HERE, name="ana")
    return of(desk, "ana")


async def test_the_first_link_makes_an_administrator_who_manages_and_then_there_is_none(desk):
    token, other = await first_link(desk), await first_link(desk)
    cookie = await accept(desk, token, RIGHT, HERE, name=" ana ")
    person = desk.roster["ana"]
    assert person.roles == (Role.ADMIN, Role.SERVICE_MANAGER)
    found = await desk.store.read(lambda tx: signins.signed_in(tx, cookie, desk.clock.now(), desk.roster))
    assert found.person == "ana"
    assert await first_link(desk) is None
    for again in (token, other):  # another process may have printed one too
        with pytest.raises(NotFoundLocallyError, match="used already, or has ended"):
            await accept(desk, again, RIGHT, HERE, name="bob")
    told = [(one.actor, one.action) for one in (await desk.audit.list()).items]
    assert told[:2] == [("user:ana via console", "signin.begun"), ("user:ana via console", "person.invited")]


async def test_the_first_administrator_says_which_technician_they_are(desk):
    token = await first_link(desk)
    with pytest.raises(SettingsError, match="no such technician"):
        await accept(desk, token, RIGHT, HERE, name="ana", technician=("psa", "nobody"))
    named = [Technician(external_id="t1", name="Dana"), Technician(external_id="t2", name="Old", is_active=False)]
    await desk.store.write(lambda tx: put(tx, named, now=NOW))
    assert await desk.store.read(technicians) == {("psa", "t1"): "Dana"}
    await accept(desk, token, RIGHT, HERE, name="ana", technician=("psa", "t1"))
    assert of(desk, "ana").technician == ("psa", "t1")


async def test_the_first_link_lasts_ten_minutes(desk, clock):
    token = await first_link(desk)
    clock.advance(600)
    with pytest.raises(NotFoundLocallyError):
        await accept(desk, token, RIGHT, HERE, name="ana")


@pytest.mark.parametrize(("name", "password", "why"), [("a b", RIGHT, "letters, digits"), ("ana", "short", "12 are")])
async def test_what_will_not_do_leaves_the_link_as_it_is(desk, name, password, why):
    token = await first_link(desk)
    with pytest.raises(SettingsError, match=why):
        await accept(desk, token, password, HERE, name=name)
    assert await accept(desk, token, RIGHT, HERE, name="ana")


async def test_whoever_is_invited_is_in_the_list_and_signs_in_once_they_chose_a_password(desk, first):
    made = await first.people.invite("ben", roles=(Role.TECHNICIAN,), technician="7", queues=("3",))
    assert token_in(made) not in repr(made)
    ben = of(desk, "ben")
    assert (ben.technician, ben.rights.scope.queues) == (("psa", "7"), {"3"})
    assert ben.may(Capability.TICKETS_WRITE)
    assert not ben.may(Capability.PEOPLE_READ)
    await accept(desk, token_in(made), RIGHT, HERE)
    with pytest.raises(NotFoundLocallyError):
        await accept(desk, token_in(made), "another horse battery", HERE)
    assert (await signins.sign_in(desk, "Ben", RIGHT, HERE)).cookie
    rows = {one.person: one for one in (await first.people.list()).items}
    assert (rows["ben"].signs_in, rows["ben"].given_by, rows["ben"].listed) == (
        "yes",
        "user:ana via console",
        "invited",
    )
    assert rows["ben"].last_sign_in_at == desk.clock.now()
    assert rows["ben"].last_act_at is None
    assert {one.capability for one in (await first.people.review(person="ben")).items} == {
        one.value for one in ben.rights.capabilities
    }


async def test_people_who_were_invited_restrict_no_account_of_the_machine(desk, first, settings, clock, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "Ana")
    async with ServiceDesk(settings, store=desk.store, clock=clock, actor=Way.CLI) as own:
        assert str(own.actor) == "account:Ana via cli"  # never taken for who is called so
        assert own.rights.capabilities == ALL
        assert own.acting_as(JOBS).rights.capabilities == ALL
        as_ana = own.acting_as(stand_in(own.rights, "ana"))
        assert str(as_ana.actor) == "user:ana via cli by account:Ana"
        assert as_ana.rights.capabilities == desk.roster["ana"].capabilities
    for way in (Way.CONSOLE, Way.TOKEN):
        with pytest.raises(NotPermittedError, match="nobody in the list of people"):
            await of(desk, "mallory", way).tickets.list()


async def test_rights_are_given_by_who_may_and_to_oneself_neither(desk, first):
    await first.people.invite("max", roles=(Role.SERVICE_MANAGER,))
    for acts in (
        lambda people: people.change("max", roles=(Role.ADMIN,)),
        lambda people: people.invite("eve", roles=(Role.ADMIN,)),
        lambda people: people.reset("ana"),
        lambda people: people.remove("ana"),
    ):
        with pytest.raises(NotPermittedError, match=r"people\.write is missing"):
            await acts(of(desk, "max").people)


async def test_the_last_administrator_who_can_sign_in_stays_one(desk, first):
    await first.people.invite("ada", roles=(Role.ADMIN,))  # has not signed in yet
    for act in (first.people.change("ana", roles=(Role.COORDINATOR,)), first.people.remove("ana")):
        with pytest.raises(SettingsError, match="last administrator who can sign in"):
            await act
    with pytest.raises(NotPermittedError, match="their own password"):
        await first.people.reset("ana")
    await accept(desk, token_in(await first.people.reset("ada")), RIGHT, HERE)
    await first.people.change("ana", roles=(Role.COORDINATOR,))
    assert not of(desk, "ana").may(Capability.PEOPLE_WRITE)


async def test_a_change_ends_sign_ins_and_a_removal_everything(desk, first):
    made = await first.people.invite("ben", roles=(Role.TECHNICIAN,))
    await accept(desk, token_in(made), RIGHT, HERE)
    await of(desk, "ben", Way.CLI).tokens.new("a program")
    unchanged = await first.people.change("ben", roles=(Role.TECHNICIAN,))
    changed = await first.people.change("ben", technician="7")
    assert (unchanged.is_changed, unchanged.ended, changed.is_changed, changed.ended) == (False, 0, True, 1)
    await first.people.change("ben", companies=("1",), technician="")
    await first.people.change("ben", everything=True)
    assert (desk.roster["ben"].companies, desk.roster["ben"].technician) == ((), "")
    assert (await signins.sign_in(desk, "ben", RIGHT, HERE)).cookie
    gone = await first.people.remove("ben")
    assert (gone.ended, gone.tokens_revoked, "ben" in desk.roster) == (1, 1, False)
    assert (await signins.sign_in(desk, "ben", RIGHT, HERE)).cookie is None
    with pytest.raises(NotFoundLocallyError, match='no person "ben"'):
        await first.people.remove("ben")


async def test_who_is_in_the_configuration_is_read_only_and_gets_a_link(settings, clock):
    listed = settings | {"people": {"kim": {"roles": ["technician"]}, "ada": {"roles": ["admin"]}}}
    async with ServiceDesk(listed, clock=clock, actor=Actor("user:ada", Way.CLI)) as desk:
        made = await desk.people.invite("kim")
        assert made.roles == (Role.TECHNICIAN,)
        await accept(desk, token_in(made), RIGHT, HERE)
        with pytest.raises(SettingsError, match="can sign in already"):
            await desk.people.invite("kim")
        with pytest.raises(SettingsError, match="in the list already"):
            await desk.people.invite("kim", roles=(Role.ADMIN,))
        with pytest.raises(SettingsError, match=r'There is "kim" already'):
            await desk.people.invite("KIM", roles=(Role.ADMIN,))
        for act in (desk.people.change("kim", roles=(Role.ADMIN,)), desk.people.remove("kim")):
            with pytest.raises(SettingsError, match=r"\[people.kim\] of .* says what kim is"):
                await act
        assert await first_link(desk)  # ada cannot sign in yet
        with pytest.raises(SettingsError, match="no administrator"):
            await accept(desk, await first_link(desk), RIGHT, HERE, name="kim")
        await accept(desk, await first_link(desk), RIGHT, HERE, name="ada")
        assert desk.roster["ada"].roles == (Role.ADMIN,)


async def test_one_name_in_both_lists_is_refused_when_the_desk_is_opened(desk, first, settings):
    twice = settings | {"people": {"Ana": {"roles": ["admin"]}}}
    with pytest.raises(SettingsError, match=r"\[people.Ana\] .* in the list of those who were invited") as refused:
        async with ServiceDesk(twice, store=desk.store):
            pass
    assert "people remove ana" in refused.value.hint


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "roles"),
        ({"roles": (Role.CLIENT_CONTACT,)}, "of which companies"),
        ({"roles": (Role.TECHNICIAN,), "connection": "spa"}, 'Did you mean "psa"'),
    ],
)
async def test_what_would_be_wrong_in_the_configuration_is_wrong_here(first, given, why):
    with pytest.raises(SettingsError, match=why):
        await first.people.invite("ben", **given)
    assert "ben" not in first.roster


async def test_of_several_connections_the_one_that_has_what_is_named_is_meant(settings, clock):
    several = settings | {"connections": {name: {"connector": "tabular"} for name in ("books", "psa")}}
    async with ServiceDesk(several, clock=clock) as desk:
        for name in ("books", "psa"):
            await desk.store.write(lambda tx, name=name: sources.ensure(tx, name, "tabular", "live", NOW))
        await desk.store.write(lambda tx: put(tx, [Queue(external_id="5", name="Helpdesk")], now=NOW))
        await accept(desk, await first_link(desk), RIGHT, HERE, name="ana")
        await desk.people.invite("ben", roles=(Role.TECHNICIAN,), queues=("Helpdesk",))
        assert (desk.roster["ben"].connection, desk.roster["ben"].queues) == ("psa", ("5",))
        with pytest.raises(SettingsError, match="say whose"):
            await desk.people.invite("dee", roles=(Role.TECHNICIAN,), technician="7")


async def test_people_are_definitions_and_files_without_any_leave_them_alone(desk, first, apply, folder, tmp_path):
    await first.people.invite("ben", roles=(Role.TECHNICIAN,), technician="7")
    assert [one.changed for one in (await desk.definitions.history()).items] == [("people.ben",), ("people.ana",)]
    await desk.definitions.export(to=tmp_path / "out")
    written = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert '[people.ben]\nroles = ["technician"]\ntechnician = "7"' in written
    await apply("")  # the calendars of the folder: whoever was invited meanwhile makes no file old
    assert {"ana", "ben"} <= desk.roster.keys()
    with pytest.raises(DefinitionsError, match="nobody would be left who can sign in"):
        await apply('[people.ben]\nroles = ["admin"]\n', over=3, remove=True)
    with pytest.raises(DefinitionsError, match="of which companies"):
        await apply('[people.ana]\nroles = ["admin"]\n[people.ben]\nroles = ["client-contact"]\n', over=3)


async def test_who_applies_definitions_gives_no_rights_without_the_right_to(desk, first, folder):
    await first.people.invite("max", roles=(Role.SERVICE_MANAGER,))
    (folder / "people.toml").write_text('[people.ana]\nroles = ["admin"]\n[people.max]\nroles = ["admin"]\n')
    with pytest.raises(NotPermittedError, match=r"people\.write is missing"):
        await of(desk, "max").definitions.apply(reason="x", folder=folder, over=2)
    await first.definitions.apply(reason="x", folder=folder, over=2)
    assert (await desk.store.read(desk.people_in))["max"].roles == (Role.ADMIN,)


async def test_another_process_sees_who_was_invited_at_its_next_request(desk, first, settings, clock):
    async with ServiceDesk(settings, store=desk.store, clock=clock) as other:
        await first.people.invite("ben", roles=(Role.TECHNICIAN,))
        assert "ben" not in other.roster
        await other.store.read(other.people_in)
        assert of(other, "ben").may(Capability.TICKETS_WRITE)


async def test_people_end_their_own_sign_ins_and_who_may_write_people_those_of_others(desk, first):
    for name, role in (("ben", Role.TECHNICIAN), ("aud", Role.AUDITOR)):
        await accept(desk, token_in(await first.people.invite(name, roles=(role,))), RIGHT, HERE)
    ben, aud = of(desk, "ben"), of(desk, "aud")
    everybody = {one.person: one.id for one in (await aud.signins.list()).items}
    assert everybody.keys() == {"ana", "ben", "aud"}
    assert [one.person for one in (await ben.signins.list()).items] == ["ben"]
    with pytest.raises(NotFoundLocallyError, match="no sign-in"):
        await aud.signins.end(everybody["ben"])
    with pytest.raises(NotPermittedError, match=r"people\.write"):
        await aud.signins.end_all("ben")
    assert (await ben.signins.end(everybody["ben"])).person == "ben"
    assert (await ben.signins.end_all()).ended == 0
    assert (await first.signins.end_all("aud")).ended == 1
    assert [one.person for one in (await first.signins.list()).items] == ["ana"]


async def test_another_password_takes_the_old_one_and_ends_all_other_sign_ins(desk, first):
    await signins.sign_in(desk, "ana", RIGHT, HERE)
    wrong = await signins.change_password(desk, "ana", "wrong horse battery", "a longer horse battery", HERE)
    assert wrong.cookie is None
    with pytest.raises(SettingsError, match="12 are the fewest"):
        await signins.change_password(desk, "ana", RIGHT, "short", HERE)
    assert len((await first.signins.list()).items) == 2
    changed = await signins.change_password(desk, "ana", RIGHT, "a longer horse battery", HERE)
    assert len((await first.signins.list()).items) == 1
    people, now = desk.roster, desk.clock.now()
    assert await desk.store.read(lambda tx: signins.signed_in(tx, changed.cookie, now, people))
    assert (await signins.sign_in(desk, "ana", RIGHT, HERE)).cookie is None


async def test_clients_queues_and_technicians_are_named_or_given_by_id(desk, first, put):
    await put(
        Company(external_id="1", name="Example One"),
        Company(external_id="2", name="Example Two"),
        Queue(external_id="3", name="Helpdesk"),
        Technician(external_id="7", name="Ben Example"),
        Technician(external_id="8", name="ben example"),
        Technician(external_id="9", name="Cora Example"),
    )
    said = {"companies": ("example two", "1"), "queues": ("Helpdesk",), "technician": "Cora Example"}
    await first.people.invite("cora", roles=(Role.COORDINATOR,), **said)
    shown = await first.people.show("cora")
    assert (shown.companies, shown.queues, shown.technician_ref) == (("2", "1"), ("3",), "9")
    with pytest.raises(SettingsError, match=r'no queue "Helpdeks".* Did you mean "Helpdesk"'):
        await first.people.change("cora", queues=("Helpdeks",))
    with pytest.raises(SettingsError, match="several technicians") as told:
        await first.people.change("cora", technician="Ben Example")
    assert "7, 8" in told.value.hint
    with pytest.raises(NotFoundLocallyError, match='Did you mean "cora"'):
        await first.people.show("cor")


async def test_a_new_person_of_a_known_name_begins_with_nothing(desk, first):
    link = await first.people.invite("bob", roles=(Role.TECHNICIAN,))
    cookie = await accept(desk, token_in(link), RIGHT, HERE)
    made = await of(desk, "bob").tokens.new("reports")
    people = dict(desk.roster)
    await desk.store.write(lambda tx: tx.exec_driver_sql("DELETE FROM definitions WHERE name = 'bob'"))
    await first.people.invite("bob", roles=(Role.TECHNICIAN,))
    now = desk.clock.now()
    assert await desk.store.read(lambda tx: signins.signed_in(tx, cookie, now, people)) is None
    assert "bob" not in await desk.store.read(signins.with_password)
    assert await desk.store.read(lambda tx: bearer_of(tx, made.token, now)) is None


async def test_what_opens_the_desk_to_who_is_in_no_list_is_taken_away_when_the_console_begins(desk, first):
    await accept(desk, token_in(await first.people.invite("bob", roles=(Role.TECHNICIAN,))), RIGHT, HERE)
    await desk.store.write(lambda tx: tx.exec_driver_sql("DELETE FROM definitions WHERE name = 'bob'"))
    assert await forget_strangers(desk) == ("bob",)
    assert await forget_strangers(desk) == ()
    assert await desk.store.read(signins.with_password) == {"ana"}
    told = next(one for one in await desk.audit.list() if one.action == "person.removed")
    assert (told.entity, told.reason) == ("person:bob", "in no list of people")
