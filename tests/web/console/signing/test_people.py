"""People are invited, changed and removed by the forms that every act has; a link is shown once."""

import re

from tests.web.console.acting.conftest import selected
from tests.web.console.signing.conftest import COOKIE, RIGHT, cookie_in


async def test_somebody_is_invited_in_the_browser_and_comes(browser, desk):
    ada, nobody = await browser("ada"), await browser(None)
    form = await ada.get((await ada.get("/acts/people/invite", 303)).headers["location"])
    where = re.search(r'action="(/acts/people/invite\?_request=\w+)"', form.text)[1].replace("&amp;", "&")
    answer = await ada.client.post(
        where,
        data={"name": "tom", "role": "technician", "_do": "look"},
        headers={"Origin": "http://localhost:9189", "Sec-Fetch-Site": "same-origin"},
        follow_redirects=True,
    )
    link = re.search(r"http://127\.0\.0\.1:9189(/invitations/[\w-]+)", answer.text)[1]
    rows = (await ada.get("/lists/people/list")).text
    assert '<a href="/records/people/show?person=tom">tom</a>' in rows
    came = await nobody.post(link, {"password": RIGHT, "again": RIGHT})
    nobody.client.headers["Cookie"] = f"{COOKIE}={cookie_in(came)[0]}"
    assert "<dd>technician</dd>" in (await nobody.get("/account")).text
    await nobody.get("/lists/people/list", 403)
    await nobody.get("/acts/people/invite?_request=" + "0" * 32, 403)
    kept = [await desk.store.read(lambda tx: [*tx.exec_driver_sql("SELECT * FROM form_requests")])]
    assert link.rpartition("/")[2] not in f"{kept}"


async def test_whoever_takes_several_passwords_away_is_shown_each_of_the_links(browser):
    ada = await browser("ada")
    _, where = await selected(ada, "people/reset", "name=ana", "name=ben")
    asked = await ada.post(where, {"_do": "look"}, 200)
    shown = re.search(r'name="_shown" value="(\w+)"', asked.text)[1]
    answer = await ada.post(where, {"_do": "agreed", "_shown": shown}, 200)
    assert len({*re.findall(r"/invitations/[\w-]+", answer.text)}) == 2
