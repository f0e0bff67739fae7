"""The stand-in itself: isolation, wire shapes, steering, running as a process."""

import ast
import json
import subprocess
import sys
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

import pytest

import servicedesk_lenovo.sandbox
from servicedesk_lenovo.sandbox import Sandbox, SandboxOptions

RUN = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", "lenovo", "--json"]

ALLOWED = {"orjson", "servicedesk_core.sandboxing"}
ID = "sandbox-client-id"


def call(stand, path, body=None, *, form=False, **headers):
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    data = None if body is None else (body if form else json.dumps(body)).encode()
    request = urllib.request.Request(stand.url + path, data=data, headers={"Content-Type": kind, **headers})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            raw = answer.read()
            return answer.status, json.loads(raw) if raw else None
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def imported(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_imports_only_itself_a_library_and_the_kit_for_sandboxes():
    files = list(Path(servicedesk_lenovo.sandbox.__file__).parent.rglob("*.py"))
    assert len(files) > 5
    for file in files:
        for name in imported(file.read_text()):
            own = name.startswith("servicedesk_lenovo.sandbox")
            assert own or name in ALLOWED or name.split(".")[0] in sys.stdlib_module_names, (file, name)


def test_a_call_without_the_header_is_denied(stand):
    denied = (401, {"Message": "Authorization has been denied for this request."})
    assert call(stand, "/v2.5/warranty?Serial=PF000TST") == denied
    assert call(stand, "/v2.5/warranty?Serial=PF000TST", ClientID="wrong") == denied


def test_one_serial_is_an_object_and_several_are_a_shuffled_list(stand):
    status, one = call(stand, "/V2.5/WARRANTY?serial=pf000tst", ClientID=ID)
    assert (status, one["Serial"]) == (200, "PF000TST")
    asked = ",".join(f"PF1{n:05d}" for n in range(20))
    answers = [call(stand, "/v2.5/warranty", f"Serial={asked}", form=True, ClientID=ID)[1] for _ in range(2)]
    assert answers[0] != answers[1]
    assert {row["Serial"] for row in answers[0]} == {row["Serial"] for row in answers[1]} == set(asked.split(","))


def test_parts_of_a_product_are_those_of_its_type_and_model(stand):
    parts = call(stand, "/v2.5/part?Product=12XX000TUS", ClientID=ID)[1]
    assert {part["Level"] for part in parts} == {"MTM", "MT", "FAMILY"}
    assert call(stand, "/v2.5/part?Product=99ZZ", ClientID=ID)[1]["Error"]["Code"] == 100


def test_a_product_is_a_type_a_model_or_a_machine_with_its_cover(stand):
    for name, kind in (("12XX", "MachineType"), ("12XX000TUS", "Model"), ("pf000tst", "Serial")):
        by_path, by_id = (call(stand, f"/v2.5/product{way}{name}", ClientID=ID)[1] for way in ("/", "?ID="))
        assert (by_path, by_path["Type"]) == (by_id, f"Product.{kind}")
        assert call(stand, f"/v2.5/product/{by_path['ID']}", ClientID=ID)[1] == by_path
        assert ("InWarranty" in by_path, "Warranty" in by_path) == ((kind == "Serial"),) * 2
    one = call(stand, "/v2.5/product?Serial=PF000TST", ClientID=ID)[1]
    assert (one["ID"].rpartition("/")[2], one["InWarranty"]) == ("PF000TST", True)
    rows = call(stand, "/v2.5/product", "Serial=PF000TST,PF000EXP", form=True, ClientID=ID)[1]
    assert sorted(row["InWarranty"] for row in rows) == [False, True]
    assert call(stand, "/v2.5/product?Serial=PF000DUP", ClientID=ID)[1]["Error"]["Code"] == 101
    assert call(stand, "/v2.5/product?ID=99ZZ", ClientID=ID)[1]["Error"]["Code"] == 100


def test_without_the_right_to_see_warranties_a_product_shows_none(stand_with):
    with stand_with(roles=frozenset({"content"})) as stand:
        assert "Warranty" not in call(stand, "/v2.5/product?Serial=PF000TST", ClientID=ID)[1]
    with stand_with(roles=frozenset({"warranty"})) as stand:
        assert call(stand, "/v2.5/product?Serial=PF000TST", ClientID=ID)[0] == 403


def test_errors_come_with_200_and_the_dotted_form_resolves_them(stand):
    for serial, code in (("ZZ000NIX", 100), ("PF000DUP", 101)):
        status, body = call(stand, f"/v2.5/warranty?Serial={serial}", ClientID=ID)
        assert (status, body["Error"]["Code"]) == (200, code)
    assert call(stand, "/v2.5/warranty?Serial=PF000DUP.20YG", ClientID=ID)[1]["Product"] == "20YG004JGE"


def test_too_large_a_batch_is_refused(stand):
    asked = ",".join(f"PF1{n:05d}" for n in range(51))
    assert call(stand, "/v2.5/warranty", f"Serial={asked}", form=True, ClientID=ID)[0] == 400


def test_a_new_case_is_answered_by_nothing_and_shows_up_later(stand):
    body = {"Product": {"Serial": "PF000TST"}, "Customer": {"Email": "a@b.example"}, "Problem": "No power"}
    assert call(stand, "/v2.5/case", body, ClientID=ID) == (200, None)
    polls = [call(stand, "/v2.5/case?Serial=PF000TST", ClientID=ID)[1] for _ in range(2)]
    assert (polls[0], len(polls[1])) == ([], 1)
    number = polls[1][0]["ID"]
    assert call(stand, f"/v2.5/case/{number}", ClientID=ID)[1]["Status"] == "Open"
    assert call(stand, "/sandbox/status", {"case": number, "status": "Waiting"}) == (200, {"changed": True})
    assert call(stand, f"/v2.5/case/{number}", ClientID=ID)[1]["Status"] == "Waiting"


@pytest.mark.parametrize("gone", ["Email", "Problem", "Serial"])
def test_an_incomplete_case_is_refused(stand, gone):
    body = {"Product": {"Serial": "PF000TST"}, "Customer": {"Email": "a@b.example"}, "Problem": "No power"}
    for place in (body, body["Product"], body["Customer"]):
        place.pop(gone, None)
    assert call(stand, "/v2.5/case", body, ClientID=ID)[0] == 400


def test_cases_live_on(stand):
    body = {"Product": {"Serial": "PF000TST"}, "Customer": {"Email": "a@b.example"}, "Problem": "No power"}
    call(stand, "/v2.5/case", body, ClientID=ID)
    assert call(stand, "/sandbox/advance", {"hours": 30})[1] == {"orders": 1, "closed": 0}
    assert len(call(stand, "/v2.5/ServiceOrders/PF000TST", ClientID=ID)[1]) == 1
    assert call(stand, "/sandbox/advance", {"hours": 60})[1] == {"orders": 0, "closed": 1}
    assert call(stand, "/v2.5/case?Serial=PF000TST&Status=Closed", ClientID=ID)[1][0]["Status"] == "Closed"


def test_a_state_file_keeps_cases_and_time(tmp_path):
    options = SandboxOptions(now=datetime(2026, 3, 2, tzinfo=UTC), state=tmp_path / "lenovo.db")
    body = {"Product": {"Serial": "PF000TST"}, "Customer": {"Email": "a@b.example"}, "Problem": "No power"}
    with closing(Sandbox(options)) as first:
        first.vendor.cases.open(body, {"Serial": "PF000TST", "Product": "P"}, first.vendor.clock.now(), polls=1)
        first.advance(30)
        kept, now = first.vendor.cases.cases, first.vendor.clock.now()
    with closing(Sandbox(options)) as second:
        assert (second.vendor.cases.cases, second.vendor.clock.now()) == (kept, now)
        assert second.vendor.cases.get(kept[0].record["ID"]).orders != []
        assert second.vendor.cases.set_status(kept[0].record["ID"], "Waiting", now)
        second.vendor.cases.open(body, {"Serial": "PF000TST", "Product": "P"}, now, polls=1)
    with closing(Sandbox(options)) as third:
        assert [one.record["Status"] for one in third.vendor.cases.cases] == ["Waiting", "Open"]
        third.reset()
        assert third.vendor.cases.cases == []


def test_a_misspelt_fault_is_refused(stand):
    status, body = call(stand, "/sandbox/faults", [{"kind": "tyop"}])
    assert (status, "unknown fault kind" in body["error"]) == (400, True)


@pytest.mark.slow
def test_it_runs_as_a_process_and_knows_any_serial_number():
    command = [*RUN, "--client-id", "made-up"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            facts = json.loads(process.stdout.readline())
            headers = {"ClientID": facts["client_id"]}
            request = urllib.request.Request(f"{facts['url']}/v2.5/warranty?Serial=LE0A1B2C3", headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert json.load(answer)["Serial"] == "LE0A1B2C3"
        finally:
            process.terminate()
