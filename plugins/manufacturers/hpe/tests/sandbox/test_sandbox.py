"""The stand-in itself: isolation, wire shapes, running as a process."""

import ast
import base64
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import servicedesk_hpe.sandbox

RUN = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", "hpe", "--json"]

ALLOWED = {"orjson", "servicedesk_core.sandboxing"}
ROOT = "/apigwext/support/entitlement/v1/warrantyCheck"
TOKEN = "/apigwext/services/oauth/token"
GRANT = {"grant_type": "client_credentials"}


def imported(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_imports_only_itself_a_library_and_the_kit_for_sandboxes():
    files = list(Path(servicedesk_hpe.sandbox.__file__).parent.rglob("*.py"))
    assert len(files) > 4
    for file in files:
        for name in imported(file.read_text()):
            own = name.startswith("servicedesk_hpe.sandbox")
            assert own or name in ALLOWED or name.split(".")[0] in sys.stdlib_module_names, (file, name)


@pytest.fixture(scope="module")
def web():
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


def signed_in(web, url, client="sandbox-client", secret="sandbox-secret"):
    answer = web.post(f"{url}{TOKEN}", data=GRANT, auth=(client, secret))
    return answer, {"Authorization": f"Bearer {answer.json().get('access_token')}"}


def test_tokens_are_given_for_basic_credentials_only(web, stand):
    answer, _ = signed_in(web, stand.url)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 3600)
    assert signed_in(web, stand.url, secret="wrong")[0].json()["error"] == "invalid_client"
    form = GRANT | {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    assert web.post(stand.url + TOKEN, data=form).status_code == 401
    assert base64.b64decode(answer.request.headers["authorization"][6:]) == b"sandbox-client:sandbox-secret"


@pytest.mark.parametrize(
    "sent",
    [
        {"files": {"grant_type": (None, "client_credentials")}},
        {"files": {"grant_type": (None, '"client_credentials"')}},
        {"params": GRANT},
        {"content": "grant_type=client_credentials"},
        {"content": "grant_type=client_credentials", "headers": {"Content-Type": "text/plain"}},
    ],
)
def test_the_grant_may_travel_in_every_way_of_the_vendors_examples(web, stand, sent):
    right = ("sandbox-client", "sandbox-secret")
    assert web.post(stand.url + TOKEN, auth=right, **sent).status_code == 200
    assert web.post(stand.url + TOKEN, auth=("sandbox-client", "wrong"), **sent).status_code == 401
    assert web.post(stand.url + TOKEN, auth=right, data={"grant_type": "password"}).status_code == 401


def test_flags_of_a_question_are_looked_at(web, stand):
    _, token = signed_in(web, stand.url)

    def ask(**flags):
        answer = web.get(f"{stand.url}{ROOT}/CZJ6LONGAG", headers=token, params=flags)
        return answer.json().get("entitlementBySnPnInstanceHSLList", [])

    assert [row["supportLevels"] for row in ask()] == [[]]
    ((level,),) = [row["supportLevels"] for row in ask(includeExpired="true")]
    assert level["serviceLevel"] == "Warranty"
    assert "currentHighestSupportLevel" not in ask(hsl="false")[0]
    assert (len(ask(cc="US")), ask(cc="DE")) == (1, [])


def test_a_question_needs_a_token_that_lives(web, stand):
    missing = web.get(f"{stand.url}{ROOT}/CZJ635566T")
    assert (missing.status_code, missing.json()["title"]) == (401, "Unauthorized")
    _, headers = signed_in(web, stand.url)
    assert web.get(f"{stand.url}{ROOT}/CZJ635566T", headers=headers).status_code == 200
    web.post(f"{stand.url}/sandbox/advance", json={"hours": 2})
    ended = web.get(f"{stand.url}{ROOT}/CZJ635566T", headers=headers)
    assert (ended.status_code, ended.json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("path", "status"), [("CZJ635566T", 200), ("CZJ635566T/868703-B21", 200), ("CZJ635566T/JE069A", 404), ("ZZ", 404)]
)
def test_devices_are_found_by_serial_and_product(web, stand, path, status):
    _, headers = signed_in(web, stand.url)
    answer = web.get(f"{stand.url}{ROOT}/{path}", headers=headers)
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["idClass"] == "DataNotFound"


def test_covers_that_ended_over_a_year_ago_vanish(web, stand):
    _, headers = signed_in(web, stand.url)
    year_ago = (datetime.now(UTC) - timedelta(days=366)).date().isoformat()
    for serial, shown in (("CZJ6EXPIRD", 1), ("CZJ6LONGAG", 0)):
        (row,) = web.get(f"{stand.url}{ROOT}/{serial}", headers=headers).json()["entitlementBySnPnInstanceHSLList"]
        assert len(row["supportLevels"]) == shown
        assert all(level["endDate"] > year_ago for level in row["supportLevels"])


def test_above_the_limit_it_says_so(web, stand_with):
    with stand_with(requests_allowed=1) as stand:
        _, headers = signed_in(web, stand.url)
        answers = [web.get(f"{stand.url}{ROOT}/CZJ635566T", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["idClass"] == "tooManyRequests"


@pytest.mark.slow
def test_it_runs_as_a_process_and_knows_any_serial_number(web):
    command = [
        *RUN,
        "--client-id",
        "me",
        "--client-secret",
        "made-up",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            facts = json.loads(process.stdout.readline())
            _, headers = signed_in(web, facts["url"], facts["client_id"], facts["client_secret"])
            assert web.get(f"{facts['url']}{ROOT}/SGH123ABCD", headers=headers).status_code == 200
        finally:
            process.terminate()
