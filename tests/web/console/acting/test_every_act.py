"""Every act is declared once, by one feature, and its form opens for who may do it and for nobody else."""

import re
from collections import Counter

import pytest

from servicedesk_core.capabilities import ROLES, Role
from servicedesk_core.faces import Action
from servicedesk_core.features import with_ours
from servicedesk_core.web.console.acting.fields import kind_of
from servicedesk_core.web.console.acting.routes import routes
from servicedesk_core.web.console.addresses import Addresses
from tests.web.console.acting.conftest import fields_of

EVERYTHING = [role.value for role in Role if role is not Role.CLIENT_CONTACT]
DECLARED = {
    "tickets": "create update close note log-time",
    "report": "resend",
    "sla": "request approve decline evaluate override exempt withdraw reason",
    "kpi": "confirm-repeat reject-repeat close reopen",
    "profit": "close",
    "quality": "sample review concern concern-change concern-close",
    "scorecards": "issue publish agree comment",
    "parts": "order cancel receive reorder charge claim find take return",
    "billing": "lock reopen link link-certain unlink add-customers send transfer credit trust distrust",
    "leakage": "accept withdraw",
    "audit": "checkpoint",
    "definitions": "apply",
    "tokens": "new revoke",
    "warranty": "parts write-dates",
    "claims": "new edit record poll submit resubmit note cancel propose check resolve credits",
    "privacy": "erase",
    "quarantine": "retry drop",
}
"""Which feature declares which act that a browser offers."""


def acts():
    return [one for one in Addresses.of(with_ours(())).offers.values() if isinstance(one, Action)]


def test_each_act_is_declared_by_one_feature_and_has_one_form():
    told = {f"{feature}.{act}" for feature, names in DECLARED.items() for act in names.split()}
    assert {act.name for act in acts()} >= told
    for act in acts():
        feature = act.owner.__module__.removeprefix("servicedesk_core.features.").partition(".")[0]
        assert act.name.partition(".")[0] == feature, "an act stands in the feature that it is called after"
    counted = Counter(act.declared for act in acts())
    assert set(counted.values()) == {1}
    forms = Counter(path for path, _, methods in routes(Addresses.of(with_ours(()))) if methods == ("POST",))
    assert set(forms.values()) == {1}
    assert {path for path in forms if path.startswith("/acts/")} == {
        f"/acts/{act.name.replace('.', '/')}" for act in acts()
    }


def test_no_form_writes_a_file_of_the_machine_or_is_about_connections():
    offered = {act.name for act in acts()}
    assert not offered & {"attachments.save", "claims.pack", "billing.export", "webhooks.address", "analytics.export"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "people",
    [{"all": {"roles": EVERYTHING}, "eve": {"roles": ["client-contact"], "companies": ["c1"], "connection": "psa"}}],
)
async def test_each_form_opens_for_who_may_do_it_and_for_nobody_else(browser):
    everybody, eve = await browser("all"), await browser("eve")
    for act in acts():
        address = f"/acts/{act.name.replace('.', '/')}"
        if act.needs in ROLES[Role.CLIENT_CONTACT]:
            continue
        await eve.get(address, 403)
        await eve.post(f"{address}?_request=1", {}, 403)
        led = await everybody.get(address, 303)
        page = await everybody.get(led.headers["location"])
        names = {one.spelled: kind_of(one) for one in act.parameters if one.name != "request_id"}
        shown = fields_of(page.text).keys() - {"_seen"}
        assert shown <= names.keys()
        for field in shown:
            assert re.search(rf'(id|for)="f-{re.escape(field)}"', page.text) or names[field] == "choices", (act, field)
            assert f'id="h-{field}"' in page.text
        required = {one.spelled for one in act.parameters if one.required}
        if required:
            answer = await everybody.post(led.headers["location"], {"_do": "propose"}, 422)
            assert answer.text.count('aria-invalid="true"') == len(required), act.name
