"""The program itself: help, version, errors, exit codes, nothing that steers the terminal."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servicedesk_core import __version__
from servicedesk_core.cli.app import build
from servicedesk_core.cli.catalog import NAMES, sections
from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import hoist
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain, printable
from servicedesk_core.errors import ServiceDeskError

PROGRAM = "import os, signal, sys; from servicedesk_core.cli.main import run;"


def python(*code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *code], capture_output=True, text=True, check=False, timeout=110)


def test_version_imports_neither_typer_nor_rich_nor_pydantic(run):
    assert run("--version").out == f"servicedesk {__version__}\n"
    assert run("--quiet", "--version").out == f"servicedesk {__version__}\n"
    done = python(
        "-c",
        "import sys; from servicedesk_core.cli.main import main; main(['--version']);"
        "heavy = {'typer', 'rich', 'pydantic', 'httpx', 'sqlalchemy'};"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & heavy))",
    )
    assert done.stdout.splitlines() == [f"servicedesk {__version__}", "[]"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status"], 0),
        (["export", "tickets", "--format", "jsonl"], 0),
        (["tickets", "list", "--status", "nonsense"], 2),
    ],
)
def test_a_command_whose_reader_has_left_ends_as_it_would_have(acme, words, code):
    acme.configure()
    reader, writer = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-m", "servicedesk_core.cli", *words],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=acme.folder,
    )
    os.close(writer)
    os.close(reader)
    told = child.communicate(timeout=110)[1]
    assert child.returncode == code, told
    assert "Traceback" not in told
    assert "BrokenPipe" not in told


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="This system has no device that is always full.")
def test_output_for_which_there_is_no_room_is_told_once():
    words = [sys.executable, "-m", "servicedesk_core.cli", "docs", "errors"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "The output cannot be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such shell.")
@pytest.mark.parametrize("words", ["--help", "--quiet status --json", "--version"])
def test_closed_streams_are_like_nobody_there(acme, words):
    acme.configure()
    line = f'exec "{sys.executable}" -m servicedesk_core.cli {words} <&- >&-'
    done = subprocess.run(["sh", "-c", line], stderr=subprocess.PIPE, text=True, cwd=acme.folder, check=False)
    assert (done.returncode, done.stderr) == (0, "")


INTERRUPTED = """
class AtImport:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have it ignored
sys.meta_path.insert(0, AtImport())
sys.argv[1:] = {words!r}
run()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console.")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("typer", ["--help"]),
        ("servicedesk_core.cli.docs.errors", ["docs", "errors"]),
        ("sqlalchemy", ["status"]),
        ("servicedesk_core.cli.shell.tables", ["jobs", "list"]),
    ],
)
def test_ctrl_c_ends_a_command_with_a_word_wherever_it_is(acme, name, words, monkeypatch):
    acme.configure()
    monkeypatch.chdir(acme.folder)
    done = python("-c", PROGRAM + INTERRUPTED.format(name=name, words=words))
    assert (done.returncode, done.stdout, done.stderr.strip()[:8]) == (130, "", "Stopped.")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals.")
def test_ctrl_c_ends_a_question(acme, run):
    import pty

    acme.configure()
    assert run("sync").code == 0
    terminal, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "servicedesk_core.cli", "quarantine", "drop", "1"],
        stdin=theirs, stderr=subprocess.PIPE, cwd=acme.folder,
    )  # fmt: skip
    assert child.stderr is not None
    told = b""
    while not told.endswith(b"[y/N] ") and (more := os.read(child.stderr.fileno(), 1000)):
        told += more
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=110)[1]
    os.close(terminal)
    os.close(theirs)
    assert child.returncode == 130
    assert b"\nStopped." in said


@pytest.mark.slow
def test_messages_that_nobody_reads_break_nothing_off(acme):
    acme.configure()
    reader, writer = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-m", "servicedesk_core.cli", "sync", "--json"],
        stdout=subprocess.PIPE,
        stderr=writer,
        cwd=acme.folder,
    )
    os.close(writer)
    os.close(reader)
    document = json.loads(child.communicate(timeout=110)[0])
    assert child.returncode == 0
    assert document["schema"].startswith("servicedesk.sync/")


def test_the_programs_own_process_is_set_up_for_many_records():
    done = python(
        "-c",
        "import atexit, sys; from servicedesk_core.cli.main import run; sys.argv[1:] = ['--version'];"
        "atexit.register(lambda: print(sys.getswitchinterval() < 0.005)); run()",
    )
    assert done.stdout.splitlines() == [f"servicedesk {__version__}", "True"]


def test_help_imports_nothing_heavy():
    done = python(
        "-c",
        "import sys; from servicedesk_core.cli.main import main; main(['--help']);"
        "heavy = {'rich', 'pydantic', 'httpx', 'sqlalchemy', 'stevedore', 'pluggy', 'alembic', 'orjson', 'asyncio'};"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & heavy), file=sys.stderr)",
    )
    assert done.stderr.strip() == "[]"


def test_help_lists_every_exit_code_that_an_error_can_have(run):
    text = run("--help").out

    def all_errors(kind):
        return {kind, *(deeper for child in kind.__subclasses__() for deeper in all_errors(child))}

    codes = {error.exit_code for error in all_errors(ServiceDeskError)} | {0, 130, 143}
    assert codes <= set(exit_codes.MEANINGS)
    for code, meaning in exit_codes.MEANINGS.items():
        assert re.search(rf"^\s+{code}\s+{re.escape(meaning)}", text, re.MULTILINE)


def test_the_three_pages_about_health_name_each_other(run):
    names = {"doctor": ("doctor",), "connections test": ("connections", "test"), "status": ("status",)}
    for page, argv in names.items():
        text = " ".join(run(*argv, "--help").out.split())
        for other in names.keys() - {page}:
            assert f"servicedesk {other}" in text


@pytest.mark.slow
def test_every_command_has_a_help_page(run):
    from typer.main import get_command

    def walk(command, path):
        yield path
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, [*path, name])

    for path in walk(get_command(build()), []):
        ran = run(*path, "--help")
        assert ran.code == 0
        assert "Usage: servicedesk" in ran.out


def test_no_list_of_commands_cuts_a_sentence_off(run):
    for name in NAMES:
        assert "..." not in run(name, "--help").out.partition("Commands:")[2]


def test_a_misspelt_command_is_a_usage_error_with_a_proposal(run):
    ran = run("synk")
    assert ran.code == exit_codes.USAGE
    assert "Did you mean 'sync'" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("words", "code", "exit_code", "says"),
    [
        (("status",), "settings", exit_codes.USAGE, "servicedesk.toml"),
        (("tickets", "list", "--no-such-option"), "usage", exit_codes.USAGE, "--no-such-option"),
        (("synk",), "usage", exit_codes.USAGE, "sync"),
        (("tickets", "list", "--limit", "0"), "usage", exit_codes.USAGE, "--limit"),
    ],
)
def test_with_json_an_error_is_a_document_and_told_to_people_as_ever(run, words, code, exit_code, says):
    ran, plain = run(*words, "--json"), run(*words)
    document = json.loads(ran.out)
    assert (ran.code, plain.code) == (exit_code, exit_code)
    assert document["schema"] == "servicedesk.error/1"
    assert document["error"].keys() == {"code", "message", "hint"}
    assert document["error"]["code"] == code
    assert says in document["error"]["message"]
    assert (ran.err, plain.out) == (plain.err, "")


def test_a_missing_configuration_says_how_to_make_one(run):
    ran = run("status")
    assert ran.code == exit_codes.USAGE
    assert "servicedesk init" in ran.err
    assert "servicedesk demo" in ran.err


def test_the_configuration_can_be_named_by_a_variable(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SERVICEDESK_CONFIG", str(tmp_path / "other.toml"))
    assert "other.toml" in run("status").err


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["sync", "--config", "x", "psa"], ["--config", "x", "sync", "psa"]),
        (["status", "--debug", "--json"], ["--debug", "status", "--json"]),
        (["export", "--", "--debug"], ["export", "--", "--debug"]),
        (["sync", "--config"], ["--config", "sync"]),
    ],
)
def test_options_of_the_program_may_stand_anywhere(typed, expected):
    assert hoist(typed) == expected


def test_a_bug_is_told_without_a_traceback_unless_asked_for(run, acme, monkeypatch):
    def broken(_path):
        raise ZeroDivisionError

    monkeypatch.setattr("servicedesk_core.desk.stored.load_settings", broken)
    ran = run("status")
    assert (ran.code, "Traceback" in ran.err) == (exit_codes.ERROR, False)
    assert "--debug" in ran.err
    assert "Traceback" in run("status", "--debug").err


def test_a_traceback_shows_where_and_never_what(run, acme):
    """The text of a foreign exception may hold a ticket's title; the place of the fault is what helps."""
    acme.configure(behaviour="bug")
    ran = run("sync", "psa", "--debug")
    assert ran.code == exit_codes.ERROR
    assert 'acme.py", line' in ran.err or "acme.py:" in ran.err
    assert "KeyError" in ran.err
    assert "surprise'" not in ran.err.replace('raise KeyError("surprise")', "")


def test_values_cannot_steer_the_terminal():
    assert plain("red\x1b[31m\nnext\x9b") == "red [31m next"
    assert printable("one\x07\ntwo") == "one \ntwo"


def test_piped_output_has_no_colour_and_is_not_cut(run, acme):
    run("sync", "psa")
    out = run("tickets", "list", "--limit", "2").out
    assert "\x1b" not in out
    assert "Secret title 29 [31m \ufffdltit" in out


def test_the_help_page_names_every_command_with_its_own_words_and_imports_none(run):
    from typer.main import get_command

    program = get_command(build())
    assert {name: command.get_short_help_str(200) for name, command in program.commands.items()} == {
        name: words for section in sections().values() for name, words in section.items()
    }
    code = (
        "import sys; from servicedesk_core.cli.app import execute; execute(['--help']); "
        "print(*(name for name in sys.modules if name.startswith('servicedesk_core.cli.')), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "  quarantine" in ran.stdout
    assert "servicedesk_core.cli.app" in ran.stderr.split()
    assert not {f"servicedesk_core.cli.{name}" for name in NAMES} & set(ran.stderr.split())


def test_a_command_that_is_asked_for_alone_is_the_one_that_its_group_lists():
    from servicedesk_core.cli import catalog

    for name in NAMES:
        catalog._load.cache_clear()
        if not hasattr(group := catalog._load(name), "feature"):
            continue
        queries = group.feature.offers(acts=False)
        alone = {query: [one.name for one in group.get_command(None, query).params] for query in queries}
        assert alone == {query: [one.name for one in group.commands[query].params] for query in queries}


@pytest.mark.parametrize(
    ("cli", "expected"),
    [
        (Cli(serves=True), r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ told\n\d{4}\S+Z warned\n"),
        (Cli(serves=True, quiet=True), r"\d{4}\S+Z warned\n"),
        (Cli(), r"warned\n"),
        (Cli(debug=True), r"INFO servicedesk\.jobs: told\nWARNING servicedesk\.jobs: warned\n"),
    ],
)
def test_the_log_of_a_server_names_the_time_and_what_jobs_did(cli, expected, capsys):
    with cli.logged():
        logging.getLogger("servicedesk.jobs").info("told")
        logging.getLogger("servicedesk.jobs").warning("warned")
    assert re.fullmatch(expected, capsys.readouterr().err)


def test_messages_as_json_are_one_object_a_line_with_the_facts_of_an_error(run, acme):
    ran = run("sync", "nobody", "--log-format", "json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert ran.code == exit_codes.USAGE
    assert [line["level"] for line in lines] == ["info", "error"]
    assert {"time", "logger", "process", "message"} <= lines[-1].keys()
    assert (lines[-1]["code"], lines[-1]["exit"]) == ("settings", exit_codes.USAGE)
    assert run("sync", "nobody", "--log-format=xml").code == exit_codes.USAGE


def test_log_records_as_json_keep_level_logger_and_a_masked_traceback(capfd):
    cli = Cli(log_format="json", debug=True)
    cli.redactor.register("s3cret-token")
    with cli.logged():
        try:
            int("s3cret-token\x1b[2J")
        except ValueError:
            logging.getLogger("servicedesk.jobs").exception("job %s failed", "sync:psa")
    (line,) = map(json.loads, capfd.readouterr().err.splitlines())
    assert (line["level"], line["logger"], line["message"]) == ("error", "servicedesk.jobs", "job sync:psa failed")
    assert "ValueError" in line["traceback"]
    assert "s3cret" not in line["traceback"] + line["message"]
    assert "\x1b" not in line["traceback"]
