"""What is different on Windows, simulated here: open files, code pages, signals, file modes."""

import asyncio
import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from servicedesk_core import system
from servicedesk_core.cli import sandbox
from servicedesk_core.cli.shell import running
from servicedesk_core.errors import SettingsError
from servicedesk_core.files import replace_file
from servicedesk_core.machine import doctor, setup
from servicedesk_core.store import Store
from servicedesk_core.store.connecting import parse, prepare_file
from servicedesk_core.testing import FakeClock

CORE = Path(system.__file__).parent


@pytest.fixture
def windows(monkeypatch):
    for module in (system, doctor):
        monkeypatch.setattr(module, "is_windows", lambda: True)


class OpenFile:
    """A target that somebody has open: the first moves over it are refused."""

    def __init__(self, monkeypatch, times):
        self.left, self.real = times, Path.replace
        monkeypatch.setattr(Path, "replace", self.replace_method())

    def replace_method(self):
        def replace(source, target):
            self.left -= 1
            if self.left >= 0:
                raise PermissionError(13, "The process cannot access the file because it is being used", str(target))
            return self.real(source, target)

        return replace


def test_a_file_that_a_scanner_has_open_is_replaced_a_moment_later(windows, monkeypatch, tmp_path):
    OpenFile(monkeypatch, 3)
    (tmp_path / "desk.html").write_text("old")
    replace_file(tmp_path / "desk.html", b"new")
    assert (tmp_path / "desk.html").read_text() == "new"


def test_a_file_that_stays_open_says_who_to_close_and_leaves_the_old_one(windows, monkeypatch, tmp_path):
    monkeypatch.setattr(system, "PATIENCE_S", 0.0)
    OpenFile(monkeypatch, 1_000)
    (tmp_path / "desk.html").write_text("old")
    with pytest.raises(SettingsError) as caught:
        replace_file(tmp_path / "desk.html", b"new")
    assert "Close the program that has it open" in caught.value.hint
    assert [p.name for p in tmp_path.iterdir()] == ["desk.html"]
    assert (tmp_path / "desk.html").read_text() == "old"


def test_what_goes_into_a_pipe_is_utf8_whatever_the_code_page(monkeypatch):
    sink = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(sink, encoding="cp1252"))
    monkeypatch.setattr(sys, "stderr", None)  # a windowed program has none
    system.speak_utf8()
    sys.stdout.write("Zażółć 漢字 →")
    sys.stdout.flush()
    assert sink.getvalue().decode("utf-8") == "Zażółć 漢字 →"


@pytest.mark.slow
def test_the_program_itself_writes_utf8_into_a_pipe(tmp_path):
    code = "from servicedesk_core.cli.main import run; import sys; sys.argv = ['servicedesk', 'status']; run()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONIOENCODING": "cp1252"}, cwd=tmp_path,
        capture_output=True, check=False,
    )  # fmt: skip
    assert "There is no configuration file" in done.stderr.decode("utf-8")
    assert "→" in done.stderr.decode("utf-8"), "a character that the code page lacks"


def test_a_store_is_made_and_opened_without_what_windows_lacks(monkeypatch, tmp_path, empty_store):
    for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "fchmod", "fork", "geteuid", "getuid", "uname", "kill"):
        monkeypatch.delattr(os, name)
    prepare_file(parse(f"sqlite:///{tmp_path / 'a new.db'}"), read_only=False)
    assert (tmp_path / "a new.db").exists()
    shutil.copyfile(empty_store, tmp_path / "a desk.db")
    with Store.open(f"sqlite:///{tmp_path / 'a desk.db'}", clock=FakeClock()) as store:
        assert store.read_blocking(lambda tx: tx.exec_driver_sql("SELECT 1").scalar_one()) == 1


def test_paths_of_windows_with_blanks_are_a_stores_address():
    path = PureWindowsPath(r"C:\Program Files\Desk & Co\servicedesk.db")
    assert parse(f"sqlite:///{path}").database == str(path)


def test_the_program_does_not_lean_on_what_windows_lacks():
    """No module of the core names calls that only POSIX has, or the place of its temporary files."""
    missing = (
        "fcntl", "os.fork", "os.getuid", "signal.SIGKILL", "signal.SIGHUP", "add_signal_handler", "os.symlink",
        "symlink_to", "os.fchmod", "os.uname", "O_NOFOLLOW", "O_DIRECTORY", "register_at_fork", "import resource",
        "import pwd", '"/tmp', "os.O_CLOEXEC", "os.killpg", "os.rename(",
    )  # fmt: skip
    texts = {path.relative_to(CORE): path.read_text(encoding="utf-8") for path in CORE.rglob("*.py")}
    assert [(str(path), word) for path, text in texts.items() for word in missing if word in text] == []


def test_text_files_are_opened_with_their_encoding():
    """Without one, Windows would read and write them in its code page."""
    bare = [
        str(path.relative_to(CORE))
        for path in CORE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if (".read_text()" in line or (".write_text(" in line and "encoding" not in line)) and '"""' not in line
    ]
    assert bare == []


def test_ctrl_break_stops_cleanly_and_returns_what_a_stopped_program_returns(monkeypatch):
    """SIGUSR1 plays the part of SIGBREAK, which does not exist here."""
    monkeypatch.setattr(running, "_BREAK", signal.SIGUSR1)
    monkeypatch.setitem(running._AT_ONCE, signal.SIGUSR1, signal.SIG_DFL)
    cleaned = []

    async def work():
        try:
            os.kill(os.getpid(), signal.SIGUSR1)
            await asyncio.sleep(30)
        finally:
            cleaned.append(True)

    with pytest.raises(running.StoppedBySignal) as caught:
        running.run_async(work)
    assert cleaned == [True]
    assert caught.value.exit_code == 143


def test_a_sandbox_whose_starter_is_gone_stops_cleanly_there_too(monkeypatch):
    """``os.kill`` ends a process of Windows at once: the signal is raised inside instead."""
    reader, writer = os.pipe()
    os.close(writer)
    monkeypatch.setattr(sandbox, "is_windows", lambda: True)
    monkeypatch.setattr(os, "read", lambda _, count, read=os.read: read(reader, count))
    monkeypatch.delattr(os, "kill")
    stopped = []
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    try:
        sandbox._end_with_stdin()
    finally:
        signal.signal(signal.SIGTERM, before)
        os.close(reader)
    assert stopped == [True]


def test_doctor_does_not_judge_modes_that_mean_nothing(windows, tmp_path):
    (tmp_path / "d.db").touch(0o666)
    finding = {f.subject: f for f in doctor._disk(tmp_path / "d.db")}["Permissions"]
    assert finding.level == "ok"
    assert "icacls" in finding.hint
    assert "chmod" not in finding.hint


def test_the_zone_is_found_where_no_link_tells_it(monkeypatch):
    monkeypatch.setattr(Path, "is_symlink", lambda self: False)
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "America/Denver")
    assert setup.local_timezone() == "America/Denver"
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: None)
    assert setup.local_timezone() == "UTC"


def test_time_zones_come_with_the_program():
    code = "import zoneinfo; zoneinfo.reset_tzpath([]); print(zoneinfo.ZoneInfo('Australia/Lord_Howe'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Australia/Lord_Howe"
