"""The stand-in by itself, with a bare client: wire format, refusals, life, faults."""

import base64
import json
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_dell.sandbox import Sandbox, SandboxOptions

RUN = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", "dell", "--json"]

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
TOKEN = "/auth/oauth/v2/token"
WARRANTY = "/PROD/sbil/eapi/v5"
SERVICE = "/Sandbox/support/dispatch/v3/service"
PART = "<d:PartInfo><d:PartNumber>{}</d:PartNumber><d:PPID>{}</d:PPID><d:Quanitity>1</d:Quanitity></d:PartInfo>"

KEYBOARD = PART.format("KBD", "")


class Client:
    """A bare client of the vendor's interfaces."""

    def __init__(self, url, sandbox):
        self.sandbox = sandbox
        self.http = httpx.Client(base_url=url, timeout=60, verify=False)

    def token(self, api="dispatch"):
        form = {"grant_type": "client_credentials", "client_id": f"sandbox-{api}-id"}
        answer = self.http.post(TOKEN, data=form | {"client_secret": f"sandbox-{api}-secret"})
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, resource, **params):
        return self.http.get(f"{WARRANTY}/{resource}", params=params, headers=self.token("warranty"))

    def soap(self, operation, inner="", *, action=None, wrapper=None, login="sandbox-password", headers=None):
        wrapper = wrapper or f"{operation}Request"
        who = f"<d:Login>tech@msp.example</d:Login><d:Password>{login}</d:Password>"
        body = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:d="http://api.dell.com"><s:Header/>'
            f"<s:Body><d:{operation}><d:{wrapper}>{who}{inner}</d:{wrapper}></d:{operation}></s:Body></s:Envelope>"
        )
        named = {
            "SOAPAction": f"http://api.dell.com/IDispatchService/{action or operation}",
            "Content-Type": "text/xml",
        }
        return self.http.post(SERVICE, content=body, headers=named | (headers or self.token()))

    def create(self, parts=KEYBOARD, note="Several keys do not answer at all", **changes):
        given = {
            "TechEmail": "tech@msp.example", "Branch": "North", "Customer": "Acme", "Track": "Tier 1",
            "ServiceTag": "AB12CD3", "PrimaryContactName": "A", "PrimaryContactPhone": "1",
            "PrimaryContactEmail": "a@b.example", "RequestCompleteCare": "false", "RequestReturnToDepot": "false",
            "RequestOnSiteTechnician": "true", "TroubleshootingNote": note,
        } | changes  # fmt: skip
        address = (
            "<d:ShipToAddress><d:CountryISOCode>US</d:CountryISOCode><d:City>C</d:City><d:State>TX</d:State>"
            "<d:ZipPostalCode>1</d:ZipPostalCode><d:AddressLine1>L</d:AddressLine1><d:TimeZone>US/Central</d:TimeZone>"
            "</d:ShipToAddress>"
        )
        fields = "".join(f"<d:{name}>{value}</d:{name}>" for name, value in given.items())
        return self.soap("CreateDispatch", f"<d:Dispatch>{fields}{address}<d:Parts>{parts}</d:Parts></d:Dispatch>")


@pytest.fixture(scope="module")
def served():
    sandbox = Sandbox(SandboxOptions(now=NOW))
    with closing(sandbox), serve(sandbox) as url:
        client = Client(url, sandbox)
        yield client
        client.http.close()


@pytest.fixture
def api(served):
    served.sandbox.reset()
    return served


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, {}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, {"Authorization": "Basic eDp5"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, {"Authorization": "Basic ?"}, 401, "invalid_client"),
        ({"client_id": "x"}, {}, 400, "invalid_request"),
    ],
)
def test_bad_credentials_are_refused_in_both_styles(api, form, headers, status, error):
    answer = api.http.post(TOKEN, data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_token_by_basic_and_its_lifetime(api):
    pair = base64.b64encode(b"sandbox-warranty-id:sandbox-warranty-secret").decode()
    form = {"grant_type": "client_credentials"}
    answer = api.http.post(TOKEN, data=form, headers={"Authorization": f"Basic {pair}"}).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


def test_token_of_the_other_interface_is_worth_nothing(api):
    answer = api.http.get(f"{WARRANTY}/assets", params={"servicetags": "AB12CD3"}, headers=api.token("dispatch"))
    assert answer.status_code == 401
    assert answer.json()["Fault"]["faultstring"] == "Invalid Authentication"
    assert api.soap("CheckUser", headers=api.token("warranty")).status_code == 401


def test_assets_of_all_sorts(api):
    rows = {row["serviceTag"]: row for row in api.get("asset-entitlements", servicetags="AB12CD3,ZZ1,NUL1DT5").json()}
    assert rows["ZZ1"]["invalid"] is True
    assert rows["ZZ1"]["entitlements"] == []
    by_code = {cover["serviceLevelCode"]: cover for cover in rows["AB12CD3"]["entitlements"]}
    assert by_code["DL"]["endDate"] > by_code["PY"]["endDate"]
    assert any(cover["serviceLevelDescription"] is None for cover in rows["NUL1DT5"]["entitlements"])
    assert "entitlements" not in api.get("assets", servicetags="AB12CD3").json()[0]
    assert api.get("asset-components", servicetag="AB12CD3").json()["components"]


def test_one_asset_comes_with_covers_and_parts_together(api):
    both = api.get("asset-entitlement-components", servicetag="AB12CD3").json()
    assert both["entitlements"] and both["components"]  # noqa: PT018
    assert api.get("asset-entitlement-components", servicetag="AB12CD3,EXP1RD2").status_code == 400
    assert api.get("asset-components").status_code == 400


def test_a_device_sold_in_europe_has_days_of_utc_and_flags_that_are_null(api):
    (row,) = api.get("asset-entitlements", servicetags="FR4NCE7").json()
    assert (row["countryCode"], row["invalid"], row["duplicated"]) == ("FR", None, None)
    assert {cover["startDate"][10:19] for cover in row["entitlements"]} == {"T00:00:00"}
    assert {cover["endDate"][10:19] for cover in row["entitlements"]} == {"T23:59:59"}
    assert len({cover["serviceLevelCode"] for cover in row["entitlements"]}) == 5


def test_fractions_of_seconds_vary_and_order_is_not_kept(api):
    tags = [f"A{number:05d}B" for number in range(60)]
    rows = api.get("asset-entitlements", servicetags=",".join(tags)).json()
    assert [row["serviceTag"] for row in rows] != tags
    ends = {cover["endDate"][19:] for row in rows for cover in row["entitlements"]}
    assert len(ends) == 6


def test_more_than_a_hundred_tags_are_refused(api):
    assert api.get("asset-entitlements", servicetags=",".join(f"A{n:05d}B" for n in range(101))).status_code == 400
    assert api.get("asset-entitlements").status_code == 400
    assert api.get("nothing").status_code == 404


def test_action_bearer_and_login_are_checked(api):
    assert api.soap("CheckUser").status_code == 200
    assert "cannot be processed" in api.soap("CheckUser", action="CheckLogin").text
    assert api.soap("CheckUser", headers={"Authorization": "Bearer x"}).status_code == 401
    assert "Invalid login" in api.soap("CheckUser", login="wrong").text
    assert "Missing parameters" in api.soap("CheckUser", login="").text
    assert "cannot be processed" in api.soap("GetPartsbyServiceTag").text
    assert (
        api.soap(
            "GetPartsbyServiceTag", "<d:ServiceTag>AB12CD3</d:ServiceTag>", wrapper="GetPartsbyServiceTag"
        ).status_code
        == 200
    )


def test_wrong_passwords_lock_the_login(api):
    for _ in range(3):
        api.soap("CheckUser", login="wrong")
    assert "<Locked>true</Locked>" in api.soap("CheckUser").text
    assert "locked" in api.create().text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"parts": ""}, "1 to 4 parts"),
        ({"parts": PART.format("KBD", "") * 5}, "1 to 4 parts"),
        ({"parts": PART.format("BAT", "")}, "PPID is required"),
        ({"note": "x" * 1001}, "longer than 1000"),
        ({"Track": "Tier 9"}, "relationship"),
        ({"ServiceTag": "ZZ00001"}, "service tag"),
        ({"RequestReturnToDepot": "true"}, "RTD"),
    ],
)
def test_rules_of_business_are_refused_with_200(api, changes, reason):
    answer = api.create(**changes)
    assert answer.status_code == 200
    assert "<Result>ValidationError</Result>" in answer.text
    assert reason in answer.text
    assert "DispatchCode" not in answer.text
    assert api.sandbox.claims.count() == 0


def test_claims_live_and_thin_evidence_is_denied(api):
    assert "<Result>Success</Result>" in api.create().text
    assert "<Result>Success</Result>" in api.create(note="broken").text
    post = api.http.post
    assert post("/sandbox/advance", json={"hours": 5}).json() == {
        "approved": 1,
        "denied": 1,
        "shipped": 0,
        "received": 0,
    }
    assert post("/sandbox/advance", json={"hours": 100}).json()["received"] == 1
    statuses = {claim["status"] for claim in api.http.get("/sandbox/claims").json()}
    assert statuses == {"Defective Part Received", "Dispatch Denied"}


def test_accepted_but_not_heard(api):
    api.http.post("/sandbox/faults", json=[{"kind": "drop_after", "action": "CreateDispatch"}]).raise_for_status()
    with pytest.raises(httpx.RemoteProtocolError):
        api.create()
    assert api.http.get("/sandbox/state").json()["claims"] == 1


def test_client_gives_up_before_the_answer(api):
    api.sandbox.faults([{"kind": "timeout_after_commit", "action": "CreateDispatch", "seconds": 30}])
    api.http.timeout = 0.4
    try:
        with pytest.raises(httpx.ReadTimeout):
            api.create()
    finally:
        api.http.timeout = 10
    assert api.sandbox.claims.count() == 1


def test_limit_of_requests_is_429_with_a_waiting_time():
    sandbox = Sandbox(SandboxOptions(now=NOW, requests_per_minute=1))
    with closing(sandbox), serve(sandbox) as url:
        client = Client(url, sandbox)
        assert client.get("assets", servicetags="AB12CD3").status_code == 200
        refused = client.get("assets", servicetags="AB12CD3")
        client.http.close()
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)


def test_steering_refuses_nonsense(api):
    assert api.http.post("/sandbox/faults", json=[{"kind": "nonsense"}]).status_code == 400
    assert api.http.post("/sandbox/deny", json={"code": "SR1"}).status_code == 400
    assert api.http.get("/sandbox/nothing").status_code == 404


async def test_steering_is_for_loopback_only(api):
    app = httpx.ASGITransport(api.sandbox, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=app, base_url="http://sandbox") as client:
        assert (await client.get("/sandbox/state")).status_code == 403


def test_state_file_keeps_the_claims(tmp_path):
    options = SandboxOptions(now=NOW, state=tmp_path / "dell.db")
    first = Sandbox(options)
    code = first.claims.create(first.now(), {"note": "x" * 30})["code"]
    first.advance(5)
    first.close()
    second = Sandbox(options)
    assert second.claims.get(code)["status"] == "DSP"
    assert second.now() > NOW
    second.close()


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_told_to_stop(stop):
    command = [
        *RUN,
        "--technician-password",
        "other",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        info = json.loads(process.stdout.readline())
        form = {"grant_type": "client_credentials", "client_id": info["warranty_client_id"]}
        answer = httpx.post(
            f"{info['url']}{TOKEN}", data=form | {"client_secret": info["warranty_client_secret"]}, timeout=60
        )
        process.send_signal(stop)
        _, errors = process.communicate(timeout=100)
    assert (info["technician_password"], answer.status_code) == ("other", 200)
    assert (process.returncode, errors) == (0, "")
