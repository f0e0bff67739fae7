"""The stand-in itself: isolation, and running as a process."""

import ast
import json
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

import servicedesk_snipeit.sandbox
from servicedesk_core.sandboxing import serve
from servicedesk_snipeit.sandbox import Sandbox, SandboxOptions
from servicedesk_snipeit.settings import SnipeItSettings

ALLOWED = {"orjson", "servicedesk_core.sandboxing"}


def imported(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_imports_only_itself_a_library_and_the_kit_for_sandboxes():
    files = list(Path(servicedesk_snipeit.sandbox.__file__).parent.rglob("*.py"))
    assert len(files) > 4
    for file in files:
        for name in imported(file.read_text()):
            own = name.startswith("servicedesk_snipeit.sandbox")
            assert own or name in ALLOWED or name.split(".")[0] in sys.stdlib_module_names, (file, name)


def test_a_process_announces_itself_and_serves():
    command = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", "snipeit", "--json", "--token", "of-my-own"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = json.loads(process.stdout.readline())
            headers = {"Authorization": f"Bearer {told['token']}", "Accept": "application/json"}
            with httpx.Client(base_url=told["url"], headers=headers, trust_env=False, timeout=60) as web:
                assert web.get("/api/v1/components").json()["total"] > 0
                assert web.get("/api/v1/components", headers={"Authorization": "Bearer x"}).status_code == 401
                assert web.post("/sandbox/reset").status_code == 200
        finally:
            process.terminate()


def test_what_was_moved_is_kept_between_two_runs(tmp_path):
    checked_out = {"accessories/1/checkout": {"assigned_user": 1, "checkout_qty": 2}}
    checked_out |= {"hardware/1/checkout": {"checkout_to_type": "user", "assigned_user": 2}}
    with again(tmp_path) as web:
        for path, body in checked_out.items():
            assert web.post(path, json=body).json()["status"] == "success"
    with again(tmp_path) as web:
        assert web.get("accessories/1").json()["remaining"] == 10
        assert web.get("hardware/1").json()["assigned_to"]["id"] == 2
        held = web.get("accessories/1/checkedout").json()["rows"]
        assert web.post(f"accessories/{held[0]['id']}/checkin", json={}).json()["status"] == "success"


@contextmanager
def again(folder):
    sandbox = Sandbox(SandboxOptions(state=folder / "kept.db"))
    headers = {"Authorization": f"Bearer {sandbox.options.token}", "Accept": "application/json"}
    with (
        closing(sandbox),
        serve(sandbox) as url,
        httpx.Client(base_url=f"{url}/api/v1/", headers=headers, trust_env=False, timeout=60) as web,
    ):
        yield web


def test_numbers_may_come_as_texts_or_in_a_form_and_what_cannot_be_read_is_nothing(tmp_path):
    with again(tmp_path) as web:
        assert web.post("accessories/1/checkout", json={"assigned_user": "2"}).json()["status"] == "success"
        assert web.post("accessories/1/checkout", data={"assigned_user": "2"}).json()["status"] == "success"
        broken = web.post("accessories/1/checkout", content="{", headers={"Content-Type": "application/json"})
        assert broken.json()["messages"] == {"assigned_user": ["The assigned user field is required."]}
        assert web.get("accessories/1").json()["remaining"] == 10
        none = web.post("accessories/1/checkout", json={"assigned_user": 2, "checkout_qty": "none"})
        assert none.json()["status"] == "error"
        assert web.get("components", params={"offset": "x", "limit": "y"}).json()["total"] == 9


def test_what_it_tells_is_what_a_connection_needs_to_read_costs_and_hand_things_out():
    settings = SnipeItSettings(**Sandbox().told("http://127.0.0.1:1"))
    assert (settings.currency, settings.holder) == ("USD", "location:1")
