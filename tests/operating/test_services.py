"""The service as the operating system is given it, and the desk as the service's account sees it."""

import os
import shutil
import socket
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest

from servicedesk_core.errors import ServiceError, SettingsError
from servicedesk_core.jobs import supervisor
from servicedesk_core.machine.service import looking, managing, systemd, task
from servicedesk_core.machine.service.model import Ran, Service

NS = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


@pytest.fixture
def config(tmp_path):
    folder = tmp_path / 'Desk "1" 50% of $x'
    folder.mkdir()
    (folder / "servicedesk.toml").write_text('[desk]\nname = "Example MSP"\n', encoding="utf-8")
    return folder / "servicedesk.toml"


class System:
    """Stands in for systemctl and schtasks: remembers what was asked."""

    def __init__(self, answers=()):
        self.asked, self.answers = [], dict(answers)

    def __call__(self, command):
        self.asked.append(" ".join(command))
        return next((ran for words, ran in self.answers.items() if words in " ".join(command)), Ran(0, "active"))


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config home"))
    return tmp_path / "config home"


@pytest.fixture
def windows(monkeypatch):
    for module in (managing, looking):
        monkeypatch.setattr(module, "is_windows", lambda: True)


@pytest.mark.parametrize("is_system", [True, False])
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(config, tmp_path, is_system):
    unit = tmp_path / "probe.service"
    unit.write_text(managing.render(managing.service_for(config, is_system=is_system, account="root")))
    scope = [] if is_system else ["--user"]
    done = subprocess.run(["systemd-analyze", "verify", *scope, str(unit)], capture_output=True, text=True, check=False)
    mine = [line for line in done.stderr.splitlines() if "probe" in line]
    assert mine == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_what_a_service_of_the_machine_may_do_is_little(config, tmp_path):
    unit = tmp_path / "probe.service"
    unit.write_text(managing.render(managing.service_for(config, is_system=True, account="nobody")))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],  # tenths: exposure up to 2.0
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_service_may_write_where_its_desk_does_and_nowhere_else(config, tmp_path):
    config.write_text(
        '[desk]\nstore = "sqlite:////srv/desk%20data/servicedesk.db"\n'
        '[serve]\nbackups = "/backup/desk"\nreport = "pages/desk.html"\n'
        '[alerts.channels.file]\nkind = "file"\npath = "/var/log/desk/alerts.jsonl"\n'
    )
    service = managing.service_for(config, is_system=True, account="desk")
    assert list(map(str, service.writable)) == [
        str(config.parent), "/backup/desk", "/var/log/desk", "/srv/desk data"
    ]  # fmt: skip
    text = managing.render(service)
    [line] = [line for line in text.splitlines() if line.startswith("ReadWritePaths=")]
    assert line.endswith('"-/backup/desk" "-/var/log/desk" "-/srv/desk data"')
    assert "ReadWritePaths" not in managing.render(managing.service_for(config))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets of this kind here")
def test_the_supervisor_is_told_and_one_that_does_not_listen_is_no_fault(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        supervisor.tell(supervisor.READY)
        assert heard.recv(100) == b"READY=1"
    supervisor.tell(supervisor.ALIVE)
    monkeypatch.delenv("NOTIFY_SOCKET")
    supervisor.tell(supervisor.ALIVE)


def test_the_unit_stops_cleanly_and_names_absolute_paths(config):
    text = managing.render(managing.service_for(config, is_system=True, account="desk"))
    assert "\nUser=desk\n" in text
    assert "KillSignal=SIGTERM" in text
    [line] = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    assert '\\"1\\" 50%% of $$x/servicedesk.toml" "serve"' in line
    assert line.startswith('ExecStart="/')


def test_folders_that_the_service_cannot_make_itself_are_made_with_it(config, home, tmp_path):
    copies = tmp_path / "elsewhere" / "copies"
    config.write_text(f'[desk]\n[serve]\nbackups = "{copies}"\n')
    managing.install(managing.service_for(config), System())
    assert copies.is_dir()
    assert copies.stat().st_mode & 0o777 == 0o700


def test_a_store_named_by_a_reference_is_writable_where_it_is_known(config, monkeypatch):
    config.write_text('[desk]\nstore = "env:DESK_STORE"\n')
    assert managing.service_for(config).writable == (config.parent,)
    monkeypatch.setenv("DESK_STORE", "sqlite:////srv/desk/servicedesk.db")
    assert managing.service_for(config).writable == (config.parent, Path("/srv/desk"))


def test_it_is_installed_shown_and_removed(config, home):
    system = System()
    service = managing.service_for(config)
    found = managing.install(service, system)
    assert (found.installed, found.running) == (True, True)
    unit = home / "systemd" / "user" / f"{service.name}.service"
    assert unit.exists()
    assert managing.installed(config, system).file == str(unit)
    assert managing.remove(service, system)
    assert not unit.exists()
    assert not managing.remove(service, system)
    assert system.asked[:2] == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {service.name}.service",
    ]
    assert managing.status(service, system).installed is False


def test_what_systemd_refuses_is_told_with_where_to_look(config, home):
    with pytest.raises(ServiceError, match="Failed to connect to bus") as caught:
        managing.install(managing.service_for(config), System({"daemon-reload": Ran(1, "Failed to connect to bus")}))
    assert "journalctl --user" in caught.value.hint


def test_two_desks_have_two_services(tmp_path):
    names = set()
    for folder in ("a/desk", "b/desk"):
        (tmp_path / folder).mkdir(parents=True)
        file = tmp_path / folder / "servicedesk.toml"
        file.write_text("[desk]\n", encoding="utf-8")
        names.add(managing.service_for(file).name)
    assert len(names) == 2


def test_a_wrong_configuration_is_not_installed(tmp_path):
    with pytest.raises(SettingsError):
        managing.service_for(tmp_path / "missing.toml")


def test_windows_gets_a_task_that_begins_with_the_machine(config, windows):
    system = System()
    service = managing.service_for(config, account="CORP\\desk & co")
    assert (service.kind, service.scope) == ("task", "system")
    root = ET.fromstring(task.render(service).split("\n", 1)[1])
    tags = ("UserId", "LogonType", "Arguments", "WorkingDirectory", "ExecutionTimeLimit", "MultipleInstancesPolicy")
    values = {tag: root.findtext(f".//t:{tag}", namespaces=NS) for tag in tags}
    assert root.find(".//t:BootTrigger", NS) is not None
    assert (values["UserId"], values["LogonType"]) == ("CORP\\desk & co", "S4U")
    assert values["ExecutionTimeLimit"] == "PT0S"
    assert values["MultipleInstancesPolicy"] == "IgnoreNew"
    assert values["WorkingDirectory"] == str(config.parent)
    assert values["Arguments"].endswith(" serve")
    managing.install(service, system)
    assert system.asked[0].startswith(f"schtasks /Create /TN {service.name} /XML ")
    assert system.asked[1] == f"schtasks /Run /TN {service.name}"


def test_windows_quotes_paths_with_blanks(tmp_path):
    service = Service(
        "n", "task", "system", "LOCAL SERVICE", Path("C:/Program Files/desk/servicedesk.toml"), Path("C:/py/python.exe")
    )
    text = task.render(service)
    assert "<UserId>S-1-5-19</UserId>" in text
    assert "<LogonType>ServiceAccount</LogonType>" in text
    assert '--config "C:/Program Files/desk/servicedesk.toml" serve' in text


def test_the_xml_is_utf16_as_windows_wants_it(config, windows):
    seen = {}

    def system(command):
        if "/XML" in command:
            seen["bytes"] = Path(command[command.index("/XML") + 1]).read_bytes()
        return Ran(0, "")

    managing.install(managing.service_for(config), system)
    assert seen["bytes"].startswith((b"\xff\xfe", b"\xfe\xff"))
    assert ET.fromstring(seen["bytes"]).tag.endswith("Task")


def test_what_windows_refuses_names_the_administrator(config, windows):
    with pytest.raises(ServiceError, match="Access is denied") as caught:
        managing.install(managing.service_for(config), System({"/Create": Ran(1, "ERROR: Access is denied.")}))
    assert "administrator" in caught.value.hint


SECRETS = """
[connections.log]
connector = "tabular"
[[connections.log.files]]
path = "tickets.csv"
stream = "tickets"
columns = { external_id = "id" }
[alerts.channels.hook]
kind = "apprise"
url = "%s"
"""


def found_by(config):
    return {f.subject: f for f in looking.diagnose_as_service(config, run=System({"is-active": Ran(0, "active")}))}


def test_the_service_gets_its_own_file_of_variables_and_nothing_of_the_shell(config, monkeypatch):
    monkeypatch.setenv("AT_SECRET", "of the shell")
    file = config.parent / "servicedesk.env"
    file.write_text("# ours\nA=1\nB='two words'\nC=x=y\n;D=1\nrubbish\n", encoding="utf-8")
    found = looking.environment_of(managing.service_for(config, is_system=True), "root")
    assert {name: found[name] for name in "ABC"} == {"A": "1", "B": "two words", "C": "x=y"}
    assert {"AT_SECRET", "D", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"} & set(found) == set()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_variables_that_an_editor_marked_is_told(config, home, encoding):
    (config.parent / "servicedesk.env").write_text("AT_SECRET=x\n", encoding=encoding)
    [problem] = looking._marked(managing.service_for(config, is_system=True).environment_file)
    assert (problem.level, "byte order mark" in problem.text) == ("problem", True)


def test_what_is_well_here_and_not_there_says_why():
    there = looking.Finding(
        "Connection psa", "problem", "psa.secret has no value. Tried: the system's keyring (…).", "x"
    )
    told = looking._told(there, {"Connection psa": looking.Finding("Connection psa", "ok", "found")})
    assert "You can see it, the service cannot." in told.hint
    assert "unlocked by a log-on" in told.hint
    assert looking._told(there, {}).hint == "x"


@pytest.mark.slow
def test_a_variable_of_the_shell_is_not_the_services(config, home, monkeypatch):
    config.write_text(SECRETS % "env:ALERTS_URL", encoding="utf-8")
    monkeypatch.setenv("ALERTS_URL", "json://localhost/never-shown-4711")
    finding = found_by(config)["As service: Alerts to hook"]
    assert finding.level == "problem"
    assert "You can see it, the service cannot." in finding.hint
    assert "servicedesk.env" in finding.hint
    (config.parent / "servicedesk.env").write_text("# ours\nALERTS_URL='json://localhost/x'\n", encoding="utf-8")
    assert found_by(config)["As service: Alerts to hook"].level == "ok"


@pytest.mark.slow
def test_a_keyring_that_only_a_desktop_unlocks_is_told(config, home, tmp_path, monkeypatch):
    config.write_text(SECRETS % "keyring:servicedesk/hook", encoding="utf-8")
    (tmp_path / "keyring.py").write_text(
        "import os\n\ndef get_password(service, name):\n"
        "    return 'json://localhost/never-shown' if 'DISPLAY' in os.environ else None\n"
    )
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.syspath_prepend(str(tmp_path))
    real = looking.environment_of
    monkeypatch.setattr(looking, "environment_of", lambda *a: real(*a) | {"PYTHONPATH": str(tmp_path)})
    found = found_by(config)
    finding = found["As service: Alerts to hook"]
    assert finding.level == "problem"
    assert "nothing there" in finding.text
    assert "unlocked by a log-on" in finding.hint
    assert "never-shown" not in str(found)


def test_another_account_is_looked_at_by_itself(config, home, monkeypatch):
    managing.install(managing.service_for(config), System())
    unit = systemd.unit_path(managing.service_for(config))
    unit.write_text(unit.read_text().replace("# Runs as the account that it belongs to.", "User=desk"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    finding = found_by(config)["As service: Account"]
    assert finding.level == "problem"
    assert "sudo -u desk servicedesk doctor --as-service" in finding.hint


def test_windows_variables_are_the_persistent_ones(monkeypatch):
    machine = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
    values = {machine: [("PATH", "C:\\Windows", 1)], "Environment": [("AT_SECRET", "x", 1)]}

    class Key(list):
        def __enter__(self):
            return self

        def __exit__(self, *exc):
            pass

    registry = SimpleNamespace(
        HKEY_LOCAL_MACHINE=1,
        HKEY_CURRENT_USER=2,
        OpenKey=lambda hive, place: Key(values[place]),
        QueryInfoKey=lambda key: (0, len(key), 0),
        EnumValue=lambda key, number: key[number],
    )
    monkeypatch.setitem(__import__("sys").modules, "winreg", registry)
    assert looking.persistent_variables() == {"PATH": "C:\\Windows", "AT_SECRET": "x"}
