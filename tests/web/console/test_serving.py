"""The commands that show a desk in a browser: processes that answer until they are told to end."""

import os
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from servicedesk_core.cli.main import main

pytestmark = pytest.mark.slow

CONFIG = """
[desk]
name = "Example MSP"
store = "sqlite:///desk.db"

[serve]
listen = "127.0.0.1:0"

[console]
listen = "127.0.0.1:0"

[connections.log]
connector = "tabular"
files = [{ path = "tickets.csv", stream = "tickets", columns = { external_id = "id", title = "title" } }]
"""


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return a function that runs a command, and returns it once it has said where its console is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "servicedesk.toml").write_text(CONFIG)
    (tmp_path / "tickets.csv").write_text("id,title\n1,Printer\n")
    assert main(["sync"]) == 0
    children = []

    def begun(*command):
        words = [sys.executable, "-m", "servicedesk_core.cli", *command]
        unshown = {**os.environ, "BROWSER": "true", "PYTHONUNBUFFERED": "1"}  # the command "true" opens nothing
        child = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=unshown)
        children.append(child)
        said = []
        for line in child.stderr:
            said.append(line.strip())
            if "/first/" in line:
                break
        drains = threading.Thread(target=child.stderr.read, daemon=True)
        drains.start()
        return child, said

    yield begun
    for child in children:
        child.kill()
        child.wait()
        child.stderr.close()


@pytest.mark.parametrize("command", [("console",), ("serve", "--console")])
def test_the_first_link_opens_a_desk_that_nobody_has_signed_in_to(started, command):
    child, said = started(*command)
    link = next(line for line in said if "/first/" in line)
    assert link.startswith(next(line.split()[-1] for line in said if line.startswith("Console: ")))
    with httpx.Client(timeout=60) as client:  # what is behind signing in is imported meanwhile
        assert client.get(link).status_code == 200
        assert client.get(link.partition("/first/")[0] + "/lists/tickets/list").status_code == 303
        if command[0] == "serve":
            monitoring = next(line for line in said if line.startswith("Monitoring: ")).split()[1].rstrip(",")
            assert client.get(f"{monitoring}/live").status_code in {200, 503}
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=60) == 128 + signal.SIGTERM


def test_the_link_of_an_invitation_leads_to_where_the_console_listens(started):
    _, said = started("console")
    link = next(line for line in said if "/first/" in line)
    where = link.partition("/first/")[0]
    own = {"Origin": where, "Sec-Fetch-Site": "same-origin"}
    words = {"name": "ana", "password": "some long words", "again": "some long words"}
    cookie = httpx.post(link, data=words, headers=own, timeout=60).headers["set-cookie"].partition(";")[0]
    with httpx.Client(headers=own | {"Cookie": cookie}, base_url=where, timeout=60) as client:
        form = client.get("/acts/people/invite").headers["location"]
        told = client.post(form, data={"name": "ben", "role": "technician"})
    assert f"{where}/invitations/" in told.text


@pytest.mark.usefixtures("started")
def test_an_address_that_is_taken_ends_the_jobs_too(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = CONFIG.replace(
            '[console]\nlisten = "127.0.0.1:0"', f'[console]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"'
        )
        (tmp_path / "servicedesk.toml").write_text(config)
        assert main(["serve", "--console"]) == 2
    assert "cannot be listened on" in capsys.readouterr().err
