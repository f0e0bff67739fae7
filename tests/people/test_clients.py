"""What is agreed with clients and contacts: of which records, from when on, and who hears of it."""

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import Company, Contact
from servicedesk_core.errors import DefinitionsError
from servicedesk_core.features.clients import Site, clients_of, contacts_of
from tests.people.conftest import NOW

AGREED = """\
[clients.176]
tier = "gold"
region = "north"
calendar = "office"
language = "de"
channel = "phone"
vip = true
sites.Quay = { region = "south", calendar = "late" }

[clients."kaya & sons"]
tier = "bronze"

[contacts."lea@harbor.example"]
language = "fr-CH"
call_first = true

[contacts."Max Moe"]
company = "Kaya & Sons"
channel = "email"
"""

RECORDS = (
    Company(external_id="176", name="Harbor"),
    Company(external_id="177", name="Kaya & Sons"),
    Contact(external_id="c1", first_name="Lea", last_name="Lund", email="Lea@harbor.example", company_ref="176"),
    Contact(external_id="c2", first_name="Max", last_name="Moe", company_ref="176"),
    Contact(external_id="c3", first_name="Max", last_name="Moe", company_ref="177"),
)


async def test_what_is_agreed_is_found_by_id_or_name_and_holds_from_its_day_on(desk, put, apply, clock):
    await put(*RECORDS)
    await apply(AGREED)
    clock.advance(86_400)
    await apply(AGREED.replace('"gold"', '"silver"'))
    book = await desk.store.read(clients_of)
    first = book.at(1, "176", NOW)
    assert (first.tier, first.region, first.calendar, first.vip) == ("gold", "north", "office", True)
    assert first.at_site("s9", "quay") == Site(region="south", calendar="late")
    assert first.at_site("s9", None) == Site(region="north", calendar="office")
    assert book.at(1, "176", clock.now()).tier == "silver"
    assert book.at(1, "177", NOW).tier == "bronze"
    assert book.at(1, "178", NOW) is book.at(1, None, NOW) is book.at(2, "176", NOW) is None
    clock.advance(60)
    await apply(AGREED.partition('[clients."kaya')[0], remove=True)
    gone = await desk.store.read(clients_of)
    clock.advance(1)
    assert (gone.at(1, "177", NOW).tier, gone.at(1, "177", clock.now())) == ("bronze", None)
    contacts = await desk.store.read(contacts_of)
    assert sorted(contacts.now(NOW)) == [(1, "c1"), (1, "c3")]


@pytest.mark.parametrize("names", [('"kaya & sons"', "177"), ("177", '"kaya & sons"')])
async def test_a_client_that_is_called_otherwise_in_the_definitions_keeps_what_is_agreed(
    desk, put, apply, clock, names
):
    before, after = names
    await put(*RECORDS)
    await apply(f'[clients.{before}]\ntier = "bronze"\n')
    clock.advance(86_400)
    await apply(f'[clients.{after}]\ntier = "silver"\n', remove=True)
    book = await desk.store.read(clients_of)
    assert (book.at(1, "177", NOW).tier, book.at(1, "177", clock.now()).tier) == ("bronze", "silver")


async def test_a_contact_has_the_preferences_of_the_client_where_it_has_none_and_a_scope_shows_its_own(
    desk, put, apply
):
    await put(*RECORDS)
    await apply(AGREED)
    listed = await desk.clients.list()
    assert [(one.client, one.tier, one.sites) for one in listed] == [
        ("Harbor", "gold", ("Quay",)),
        ("Kaya & Sons", "bronze", ()),
    ]
    assert [one.client for one in await desk.clients.list(tier="gold")] == ["Harbor"]
    contacts = await desk.clients.contacts()
    assert [(one.contact, one.client, one.language, one.channel, one.vip, one.call_first) for one in contacts] == [
        ("Lea Lund", "Harbor", "fr-CH", "phone", True, True),
        ("Max Moe", "Kaya & Sons", None, "email", None, None),
    ]
    theirs = Scope("psa", companies=["177"])
    assert [one.client for one in await desk.clients.list(scope=theirs)] == ["Kaya & Sons"]
    assert [one.contact for one in await desk.clients.contacts(scope=theirs)] == ["Max Moe"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[clients.176]\ncalendar = "offce"', 'there is no calendar "offce". Did you mean "office"?'),
        ('[clients.176]\nlanguage = "German"', "said.toml:2: clients.176.language"),
        ('[clients.176]\nchannel = "fax"', "email"),
        ('[clients.176]\nteir = "gold"', "tier"),
        ('[clients.176.sites.Quay]\ncalendar = "lat"', 'there is no calendar "lat". Did you mean "late"?'),
    ],
)
async def test_what_is_wrong_is_told_with_its_line(desk, apply, text, told):
    with pytest.raises(DefinitionsError) as refused:
        await apply(text)
    assert told in str(refused.value)
