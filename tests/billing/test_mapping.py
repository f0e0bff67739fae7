"""Who and what is which in the ledger: found, said, taken back, and told of when it is gone."""

from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.domain import Company, Contract, ContractRate, ContractService, Product
from servicedesk_core.domain.billing import Customer, SalesItem, TaxCode, TaxRounding
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source
from servicedesk_core.features.billing.mapping.links import Linkable, Target
from servicedesk_core.features.billing.mapping.matching import Evidence, Known, Matches, core
from servicedesk_core.features.billing.mapping.model import LinkState
from servicedesk_core.features.billing.mapping.requests import Requests
from servicedesk_core.hooks import BillingCapability
from tests import stored
from tests.billing.conftest import NOW, entry

OURS = (
    Known(
        "1", ("Harbor Dental Ltd.",), number="H-7", tax_number="GB 123 4567 89", address="https://www.harbor.example/"
    ),
    Known("2", ("Müller & Söhne GmbH",)),
    Known("3", ("Quay",), number="Q-1"),
    Known("4", ("Twin",)),
    Known("5", ("Twin",)),
    Known("6", ("Northern Lights Bakery",)),
    Known("7", ("Alone",)),
    Known("8", ("Web only",), address="web.example"),
    Known("9", ("Same tax A",), tax_number="T1"),
    Known("10", ("Same tax B",), tax_number="T1"),
    Known("11", ("Contradicted",), tax_number="T2"),
)
THEIRS = (
    Known("a", ("Dental at the Harbor",), tax_number="gb123456789"),
    Known("b", ("Muller und Sohne",)),
    Known("c", ("Something else",), number="q-1"),
    Known("d", ("twin",)),
    Known("e", ("Northern Light Bakeries",)),
    Known("f", ("Different",), address="info@web.example"),
    Known("g", ("Whoever pays T1",), tax_number="T1"),
    Known("h", ("contradicted",)),
    Known("i", ("Other",), tax_number="t2"),
)


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        ("1", ("a", 100, Evidence.TAX_NUMBER)),
        ("2", ("b", 95, Evidence.ALMOST)),
        ("3", ("c", 90, Evidence.NUMBER)),
        ("4", None),
        ("6", ("e", 71, Evidence.SIMILAR)),
        ("7", None),
        ("8", ("f", 85, Evidence.DOMAIN)),
        ("9", None),
        ("11", ("i", 70, Evidence.TAX_NUMBER)),
    ],
)
def test_what_only_one_on_both_sides_has_says_who_it_is_and_contradiction_is_doubt(ref, found):
    one = next(one for one in OURS if one.ref == ref)
    told = Matches(OURS, THEIRS).of(one)
    if ref in {"4", "9"}:  # what two of us have in common tells nobody apart; a likeness is left, and is not certain
        assert told is None or (told.why, told.is_certain) == (Evidence.SIMILAR, False)
    else:
        assert (told and (told.ref, told.confidence, told.why)) == found
        assert (told is not None and told.is_certain) == (found is not None and found[1] == 100)


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("ACME, Inc.", "acme"),
        ("The Acme Co.", "acme"),
        ("Dupont & Fils S.A.R.L.", "dupont fils"),
        ("Ltd", "ltd"),
        ("Crème-Brûlée Sp. z o.o.", "creme brulee sp z oo"),
    ],
)
def test_a_name_is_compared_without_what_tells_nobody_apart(name, left):
    assert core(name) == left


@pytest.fixture
async def ana(desk):
    """Return the desk as somebody acts on it, with a ledger beside the PSA."""

    def work(tx):
        rows = (
            Company(external_id="c3", name="Harbor Ltd", custom_fields={"VAT number": "GB1"}),
            Product(external_id="p1", name="Dock", sku="D-1"),
            Contract(external_id="k9", name="Care", company_ref="c2"),
            ContractService(external_id="s1", contract_ref="k1", service_ref="care", name="Care"),
            ContractService(external_id="s2", contract_ref="k9", service_ref="care", name="Care"),
        )
        stored.put(tx, rows, now=NOW)
        stored.put(tx, LEDGER, now=NOW, connection="books")

    await desk.store.write(work)
    return desk.acting_as(Actor("user:ana", Way.CLI))


LEDGER = (
    Customer(external_id="C1", name="acme"),
    Customer(external_id="C2", name="Bolt Limited"),
    Customer(external_id="C3", name="Harbor Holdings", tax_number="gb 1"),
    SalesItem(external_id="I1", name="Engineer"),
    SalesItem(external_id="I2", name="Hardware", code="d-1"),
    SalesItem(external_id="I3", name="Care plan"),
    TaxCode(external_id="V20", name="20 % VAT", rate=Decimal(20)),
)


def told(rows):
    return {(one.what.value, one.name): (one.state.value, one.ledger_name, one.confidence) for one in rows}


async def test_what_is_linked_is_told_beside_what_may_be_and_only_what_is_certain_links_itself(ana):
    found = told(await ana.billing.map())
    assert found["company", "Acme"] == ("suggested", "acme", 100)
    assert found["company", "Bolt"] == ("suggested", "Bolt Limited", 95)
    assert found["company", "Harbor Ltd"] == ("suggested", "Harbor Holdings", 100)
    assert found["product", "Dock"] == ("suggested", "Hardware", 90)
    assert found["service", "Care"] == ("suggested", "Care plan", 49), "once, though two contracts sell it"
    assert found["default", "labour"] == ("missing", None, None)
    assert ("company", "Example MSP") not in found

    done = await ana.billing.link_certain()
    assert [(one.name, one.ledger_name, one.why) for one in done.links] == [
        ("Acme", "acme", Evidence.NAME),
        ("Harbor Ltd", "Harbor Holdings", Evidence.TAX_NUMBER),
        ("Engineer", "Engineer", Evidence.NAME),
    ]
    assert (await ana.billing.link_certain()).links == ()
    [row] = await ana.billing.map(what=Linkable.COMPANY, state=LinkState.SUGGESTED)
    assert row.name == "Bolt"
    [linked] = [one for one in await ana.billing.map(what=Linkable.ROLE) if one.state.value == "linked"]
    assert (linked.author, linked.ledger, linked.ledger_ref, linked.linked_at) == (
        "user:ana via cli",
        "books",
        "I1",
        NOW,
    )


async def test_what_the_bills_of_a_month_name_comes_first_by_its_lines(ana, put):
    for ref, ticket, contract in (("e21", "2", "k2"), ("e22", "1", "k1")):
        given = {"contract_ref": contract, "role_ref": "r2" if contract == "k1" else "r1", "approved_at": NOW}
        await put(entry(ref, ticket, 1, day=date(2026, 10, 20), **given))
    await put(
        ContractRate(external_id="x2", contract_ref="k1", role_ref="r2", hourly_price=Decimal(100), currency="USD")
    )
    found = [(one.name, one.lines) for one in await ana.billing.map(period="2026-10", state=LinkState.MISSING)]
    assert [lines for _, lines in found] == sorted((lines for _, lines in found), reverse=True)
    names = {name for name, _ in found}
    assert {"Remote", "labour"} <= names
    assert not names & {"Nights", "block", "rounding", "Harbor Ltd"}, "no line of the month names these"
    assert {one.lines for one in await ana.billing.map()} == {None}
    with pytest.raises(SettingsError, match="more than a month"):
        await ana.billing.map(period="2026")


async def test_a_client_who_left_and_owes_the_last_bills_is_listed_for_their_month_and_linked(ana, put):
    await put(Company(external_id="c1", name="Harper Mill", is_active=False))
    await put(entry("e31", "1", 1, day=date(2026, 10, 20), role_ref="r2", approved_at=NOW))
    await put(Customer(external_id="C9", name="Harper Mill"), connection="books")
    companies = {"what": Linkable.COMPANY, "state": LinkState.SUGGESTED}
    assert "Harper Mill" not in {one.name for one in await ana.billing.map(**companies)}
    assert "Harper Mill" in {one.name for one in await ana.billing.map(period="2026-10", **companies)}
    assert "Harper Mill" not in {one.name for one in (await ana.billing.link_certain()).links}
    linked = await ana.billing.link_certain(what=Linkable.COMPANY, period="2026-10")
    assert [(one.name, one.ledger_ref) for one in linked.links] == [("Harper Mill", "C9")]


async def test_somebody_says_what_is_what_and_takes_it_back_and_the_audit_trail_keeps_it(ana):
    done = await ana.billing.link(Linkable.COMPANY, "bolt", "C2")
    assert done.shared_with == ()
    assert (await ana.billing.link(Linkable.COMPANY, "acme", "C2")).shared_with == ("Bolt",)
    await ana.billing.unlink(Linkable.COMPANY, "acme")
    assert (done.name, done.ledger_name, done.target.value) == ("Bolt", "Bolt Limited", "customer")
    await ana.billing.link(Linkable.COMPANY, "Bolt", "20 % vat", target=Target.TAX_CODE)
    await ana.billing.link(Linkable.PRODUCT, "d-1", "D-1")
    await ana.billing.link(Linkable.DEFAULT, "rounding", "Hardware")
    await ana.billing.link(Linkable.DEFAULT, "rounding", "Care plan")
    found = {(one.name, one.target.value): one.ledger_name for one in await ana.billing.map(state=LinkState.LINKED)}
    assert found == {
        ("Bolt", "customer"): "Bolt Limited",
        ("Bolt", "tax code"): "20 % VAT",
        ("Dock", "item"): "Hardware",
        ("rounding", "item"): "Care plan",
    }
    await ana.billing.link(Linkable.CONTRACT_SERVICE, "s2", "Care plan")
    assert "contract service" not in {one.what.value for one in await ana.billing.map(state=LinkState.MISSING)}
    assert [one.ref for one in await ana.billing.map(what=Linkable.CONTRACT_SERVICE)] == ["s2"]
    await ana.billing.unlink(Linkable.COMPANY, "c2", target=Target.TAX_CODE)
    acts = [(one.action, one.after["as"]) for one in await ana.audit.list(entity="company:psa/c2")]
    assert sorted(acts) == [
        ("billing.linked", "customer"), ("billing.linked", "tax code"), ("billing.unlinked", "tax code")
    ]  # fmt: skip
    for refused, message in (
        (ana.billing.link(Linkable.COMPANY, "Bol", "C2"), 'There is no company "Bol". Did you mean "Bolt"'),
        (ana.billing.link(Linkable.COMPANY, "Bolt", "Nobody"), 'There is no customer of books "Nobody"'),
        (ana.billing.unlink(Linkable.COMPANY, "Acme"), 'There is no company that is linked "Acme"'),
        (ana.billing.link(Linkable.COMPANY, "Bolt", "C2", connection="other"), 'There is no company "Bolt"'),
    ):
        with pytest.raises(NotFoundLocallyError, match=message):
            await refused


async def test_a_link_outlasts_new_names_and_what_is_merged_or_gone_is_told_and_refused(ana):
    await ana.billing.link_certain()
    await ana.billing.link(Linkable.DEFAULT, "labour", "Engineer")
    await ana.billing.link(Linkable.COMPANY, "c3", "V20", target=Target.TAX_CODE)

    def work(tx):
        stored.put(tx, [Company(external_id="c1", name="Acme Reborn")], now=NOW)
        changed = (
            Customer(external_id="C1", name="Acme of the books"),
            Customer(external_id="C3", name="Harbor Holdings", is_active=False),
        )
        stored.put(tx, changed, now=NOW, connection="books")

    await ana.store.write(work)
    rows = {(one.name, one.target.value): one for one in await ana.billing.map(what=Linkable.COMPANY)}
    renamed, merged = rows["Acme Reborn", "customer"], rows["Harbor Ltd", "customer"]
    assert (renamed.state.value, renamed.ledger_name) == ("linked", "Acme of the books")
    assert renamed.why == 'was called "acme" when it was linked'
    assert (merged.state.value, merged.ledger_name) == ("broken", "Harbor Holdings")
    assert 'billing link company "Harbor Ltd" NAME' in merged.why

    source = Source(connection="psa", stream="time_entries", ref="e1")
    line = DraftLine(
        sells=Sold.LABOUR, description="Work", quantity=Decimal(1), unit_price=Decimal(100), amount=Decimal(100),
        sources=(source,),
    )  # fmt: skip

    def asked(tx):
        requests = Requests(tx, "books", BillingCapability(TaxRounding.DOCUMENT, currency="USD"), at=NOW)
        for ref, name in (("c1", "Acme Reborn"), ("c3", "Harbor Ltd")):
            draft = Draft(
                connection="psa", company_ref=ref, company=name, currency="USD", lines=(line,),
                first=date(2026, 10, 1), last=date(2026, 10, 31),
            )  # fmt: skip
            yield requests.of(draft, number="SD-1", issue_on=date(2026, 11, 1))

    acme, harbor = await ana.store.read(lambda tx: tuple(asked(tx)))
    assert [one.what for one in acme.problems] == ['Nobody said which tax code of books the default "labour" is.']
    assert [one.what for one in harbor.problems] == [
        "Company Harbor Ltd is customer Harbor Holdings of books, which is inactive there, or was merged into another."
    ]


async def test_which_ledger_it_is_somebody_decides_where_there_are_several(ana, desk, tmp_path):
    await desk.store.write(lambda tx: stored.put(tx, LEDGER[:1], now=NOW, connection="other"))
    with pytest.raises(SettingsError, match="Several connections are accounting systems: books, other"):
        await ana.billing.map()
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "billing.toml").write_text(
        '[billing]\nledger = "other"\nterms_days = 10\nclient_terms_days = { Acme = 3 }\n'
    )
    await desk.definitions.apply(folder=folder, reason="said")
    assert {one.ledger for one in await ana.billing.map()} == {"other"}


async def test_without_a_ledger_nothing_can_be_linked(desk):
    assert (await desk.billing.map()).items == ()
    with pytest.raises(NotFoundLocallyError, match="No accounting system was read yet") as caught:
        await desk.billing.link_certain()
    assert "servicedesk sync" in caught.value.hint
