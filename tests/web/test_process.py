"""The command: a process that answers real requests, until it is told to end."""

import contextlib
import re
import signal
import socket
import ssl
import subprocess
import sys

import httpx
import pytest

from servicedesk_core.cli.main import main

CONFIG = """
[desk]
name = "Example MSP"
store = "sqlite:///desk.db"

[connections.log]
connector = "tabular"
files = [{ path = "tickets.csv", stream = "tickets", columns = { external_id = "id", title = "title" } }]
"""


@pytest.fixture
def token(tmp_path, monkeypatch, capsys):
    """A token of a desk with two tickets, in the present folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "servicedesk.toml").write_text(CONFIG)
    (tmp_path / "tickets.csv").write_text("id,title\n1,Printer\n2,Mail\n")
    assert main(["sync"]) == main(["tokens", "new", "a program", "--only", "records.read"]) == 0
    found = re.search(r"sdk_\S+", capsys.readouterr().out)
    assert found
    return found[0]


@contextlib.contextmanager
def answering(*arguments):
    """Run ``servicedesk api`` until the block ends; give it and where it listens."""
    command = [sys.executable, "-m", "servicedesk_core.cli", "api", "--listen", "127.0.0.1:0", *arguments]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        where = next(found[1] for line in child.stderr if (found := re.search(r"API: (\S+)", line)))
        yield child, where
    finally:
        child.kill()
        child.communicate()


@pytest.mark.slow
def test_it_answers_until_it_is_told_to_end(token):
    with answering() as (child, where), httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        found = client.get(f"{where}/tickets/list").json()
        assert {one["title"] for one in found["data"]["items"]} == {"Printer", "Mail"}
        assert httpx.get(f"{where}/tickets/list").status_code == 401
        assert client.get(f"{where}/profit/show").status_code == 403
        assert "server" not in client.get(where).headers
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=60)
        assert child.returncode == 128 + signal.SIGTERM
        assert token not in errors
        assert "Traceback" not in errors


@pytest.mark.slow
def test_it_speaks_tls_where_there_is_a_certificate(token, tmp_path, certificate):
    cert, key = certificate
    with (tmp_path / "servicedesk.toml").open("a") as file:
        file.write(f'[api]\ncertificate = "{cert}"\nkey = "{key}"\n')
    with answering() as (_, where):
        assert where.startswith("https://")
        trusted = ssl.create_default_context(cafile=str(cert))
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{where}/tickets/list", headers=headers, verify=trusted).status_code == 200


@pytest.mark.parametrize(
    ("listen", "says"),
    [("0.0.0.0:9188", "nothing says how it is secured"), ("nonsense", "Write an address and a port")],
)
@pytest.mark.usefixtures("token")
def test_an_address_that_is_none_or_is_not_secured_is_refused(listen, says, capsys):
    assert main(["api", "--listen", listen]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("token")
def test_an_address_that_is_taken_is_told(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["api", "--listen", f"127.0.0.1:{taken.getsockname()[1]}"]) == 2
    assert "cannot be listened on" in capsys.readouterr().err
