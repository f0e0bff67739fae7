"""Lists, records and dashboards of features, as pages that need no script."""

import csv
import io
import re

import pytest

from servicedesk_core.faces import Query
from servicedesk_core.store import runs, sources
from servicedesk_core.web.console import exporting
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.cache.answers import Answers


async def test_a_list_is_a_page_with_its_filter_in_the_address(browser):
    ana = await browser()
    page = (await ana.get("/lists/tickets/list?company=1")).text
    assert (page.count("<tr data-row>"), page.count("Example Two")) == (3, 0)
    assert "=Printer &lt;b&gt;off&lt;/b&gt;" in page
    assert "<b>off" not in page
    assert '<a href="/lists/tickets/list" title="Remove this filter">Company: <b>1</b>' in page
    assert "<code>servicedesk tickets list --company 1</code>" in page
    assert 'value="any"' not in page


async def test_what_a_form_leaves_empty_is_no_part_of_the_address(browser):
    ana = await browser()
    answer = await ana.get("/lists/tickets/list?queue=&company=1&search=", status=303)
    assert answer.headers["location"] == "/lists/tickets/list?company=1"


async def test_a_list_can_be_taken_away_as_a_whole(browser, monkeypatch):
    monkeypatch.setattr(exporting, "_FIRST", 2)
    monkeypatch.setattr(exporting, "_PIECE", 3)
    ana = await browser()
    answer = await ana.get("/lists/tickets/list?limit=2&as=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (len({row["number"] for row in rows}), rows[0]["title"]) == (7, "'=Printer <b>off</b>")
    assert answer.headers["content-disposition"] == 'attachment; filename="tickets-list.csv"'
    document = (await ana.get("/lists/tickets/list?as=json&company=2")).json()
    assert (document["schema"], len(document["data"]["items"])) == ("servicedesk.tickets.list/2", 4)


async def test_who_took_which_list_is_audited_once_each_without_a_row(browser, desk):
    ana, eve = await browser(), await browser("eve")
    await ana.get("/lists/tickets/list?limit=2&company=2&search=Printer&as=csv")
    await eve.get("/lists/tickets/list?as=json")
    await ana.get("/lists/tickets/list")
    newest, first = [one for one in await desk.audit.list() if one.action == "list.exported"]
    assert (first.entity, first.actor) == ("list:tickets.list", "user:ana via console")
    assert (first.after["as"], first.after["rows"], first.after["filter"]["company"]) == ("csv", 4, ["2"])
    assert (newest.actor, newest.after) == ("user:eve via console", {"as": "json", "rows": 3, "filter": {}})
    assert "Printer" not in str(first.after), "what somebody wrote about people is a digest"
    assert (await ana.get("/lists/audit/list")).text.count("List exported") == 2


async def test_columns_are_chosen_in_the_address(browser):
    ana = await browser()
    page = (await ana.get("/lists/tickets/list?company=1&columns=title&columns=external_id")).text
    head = page[page.index("<thead>") : page.index("</thead>")]
    assert re.findall(r"title=\"[^\"]*\"[^>]*>(?:<a [^>]*>)?([A-Z][a-z ]+)<", head) == ["Title", "External id"]
    assert page.count('name="columns"') > page.count('name="columns" value="title" checked') == 1
    rows = csv.DictReader(io.StringIO((await ana.get("/lists/tickets/list?columns=title,number&as=csv")).text))
    assert rows.fieldnames == ["title", "number"]


async def test_pages_of_a_list_follow_each_other(browser):
    ana, seen, path = await browser(), [], "/lists/tickets/list?limit=3&sort=-number"
    while path:
        page = (await ana.get(path)).text
        seen += re.findall(r"<tr data-row>", page)
        found = re.search(r'<a href="([^"]+)" rel="next">', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 7


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/lists/tickets/list?sort=weight", 400, "is no column to sort by"),
        ("/lists/tickets/list?compny=1", 400, "There is no parameter &#34;compny&#34;"),
        ("/records/audit/verify?checkpoints=/etc/hostname", 400, "There is no parameter"),
        ("/lists/tickets/list?after=x", 400, "Start again at the first page."),
        ("/records/tickets/show?ticket=nope", 404, "nope"),
        ("/nowhere", 404, "Nothing is at /nowhere."),
        ("/lists/people/list", 403, "people.read is missing"),
    ],
)
async def test_what_cannot_be_shown_is_a_page_that_says_what_to_do(browser, path, status, said):
    page = (await (await browser("ana" if "audit" in path else "ben")).get(path, status=status)).text
    assert said in page
    assert "</html>" in page
    assert "Traceback" not in page


@pytest.mark.parametrize(
    ("path", "name"), [("/records/audit/verify", "checkpoints"), ("/lists/definitions/plan", "folder")]
)
async def test_no_page_reads_a_file_of_the_machine(browser, tmp_path, path, name):
    ana = await browser("ana")
    assert "There is no parameter" in (await ana.get(f"{path}?{name}={tmp_path}", 400)).text
    assert f'name="{name}"' not in (await ana.client.get(path)).text


async def test_a_list_that_would_fill_the_memory_is_not_remembered(browser, monkeypatch):
    ana, remembered, call = await browser("ana"), [], Answers.call

    async def noted(answers, desk, asked, *args, **given):
        remembered.append((asked.name, given.get("limit")))
        return await call(answers, desk, asked, *args, **given)

    monkeypatch.setattr(Answers, "call", noted)
    for limit in (500, 501):
        assert "T7" in (await ana.get(f"/lists/tickets/list?limit={limit}")).text
    assert [limit for name, limit in remembered if name == "tickets.list"] == [500]


async def test_nobody_sees_anything_before_they_sign_in(browser, desk):
    nobody = await browser(None)
    answer = await nobody.get("/lists/tickets/list?company=1", status=303)
    assert answer.headers["location"] == "/sign-in?then=%2Flists%2Ftickets%2Flist%3Fcompany%3D1"
    for offer in Addresses.of(desk.features).offers.values():
        if isinstance(offer, Query):
            assert (await nobody.get(address_of(offer), status=303)).headers["location"].startswith("/sign-in")


async def test_every_query_is_a_page_for_who_may_see_it(browser, desk):
    ana = await browser()
    for offer in Addresses.of(desk.features).offers.values():
        if isinstance(offer, Query) and not any(one.required for one in offer.parameters):
            answer = await ana.client.get(address_of(offer))
            told = 'role="alert"' in answer.text  # such as that nothing was closed yet
            may = offer.needs is not None and desk.may(offer.needs)
            nobody = {(404, True)} if offer.name == "next" else set()  # who is no technician takes nothing
            assert (answer.status_code, told) in ({(200, False), (400, True)} | nobody if may else {(403, True)}), (
                offer.name
            )


async def test_everything_that_somebody_may_open_or_begin_is_found_from_each_page(browser):
    for person, seen, unseen in (
        ("ada", "/acts/people/invite", "/acts/tickets/"),
        ("ben", "/acts/tickets/create", "people/"),
    ):
        one = await browser(person)
        told = (await one.get("/everything")).text
        assert f'href="{seen}' in told
        assert unseen not in told
        for href in re.findall(r'<li><a class="target" href="([^"]+)"', told):
            assert (await one.client.get(href)).status_code in {200, 400, 404}, href
    page = (await (await browser("ada")).get("/lists/people/list")).text
    assert 'href="/acts/people/invite">Invite</a>' in page


async def test_who_sees_one_client_sees_no_other_ones_name(browser):
    eve = await browser("eve")
    page = (await eve.get("/lists/tickets/list")).text
    assert (page.count("<tr data-row>"), "Example Two" in page) == (3, False)


async def test_a_view_is_kept_and_found_again(browser):
    ana = await browser()
    page = (await ana.get("/lists/tickets/list?company=1&columns=title")).text
    save = re.search(r'<a href="(/acts/views/save[^"]+)">Keep this view', page)[1].replace("&amp;", "&")
    assert "given=company%3D1&given=columns%3Dtitle" in save
    form = (await ana.get(save, status=303)).headers["location"]
    given = ["company=1", "columns=title"]
    await ana.post(form, {"name": "One", "of": "tickets.list", "given": given})
    page = (await ana.get("/lists/tickets/list")).text
    assert '<a href="/lists/tickets/list?company=1&amp;columns=title">One</a>' in page


async def test_figures_of_old_data_say_how_old_they_are_and_then_have_no_verdict(browser, desk, clock):
    def read(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", clock.now())
        run = runs.start(tx, "run", source.id, "tickets", mode="incremental", now=clock.now())
        runs.finish(tx, run, runs.RunCounts(), outcome="ok", now=clock.now())

    await desk.store.write(read)
    ana, pages = await browser(), {}
    for minutes in (0, 40, 40):
        clock.advance(minutes * 60)
        page = (await ana.get("/desks/service")).text
        pages[len(pages)] = ("These numbers are of" in page, "tile bad" in page, "· unknown" in page)
    assert pages == {0: (False, True, False), 1: (True, True, False), 2: (True, False, True)}


async def test_a_client_who_is_refused_is_not_told_who_works_here(browser):
    told = (await (await browser("eve")).get("/lists/people/list", 403)).text
    assert "Ask whoever runs the desk" in told
    assert not re.search(r"\b(ana|ben|ada)\b", told)
