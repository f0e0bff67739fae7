"""The stand-in itself: isolation, and running as a process."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import httpx

import servicedesk_snipeit.sandbox

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
