"""What others wrote cannot steer the terminal, nor turn round what stands beside it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass

import pytest

from servicedesk_core.cli.shell.output import json_bytes
from servicedesk_core.config.toml_file import Section, render
from servicedesk_core.errors import RejectedError
from servicedesk_core.printing import escaped, one_line, printable

STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
EVERY = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x61C, *range(0x200E, 0x2030), *range(0x2066, 0x2070)]))


@dataclass
class Payload:
    numbers: tuple
    raw: dict


def is_harmless(ran):
    return not STEERING.search(ran.out + ran.err)


def test_control_characters_are_blanks_and_marks_of_direction_are_seen():
    assert printable("red\x1b[31m\r\nnext\x9b.\tok\n") == "red [31m\nnext . ok\n"
    assert printable("pay \u202ecod.exe\u202c \ud83d") == "pay \ufffdcod.exe\ufffd \ufffd"
    assert one_line(" a\r\n\tb\u2028c\n") == "a b c"
    assert not STEERING.search(printable(EVERY) + one_line(EVERY))


@pytest.mark.parametrize("text", ["plain", "Håkan 漢字 שלום", "\U0001f469\u200d\U0001f4bb", "a\nb"])
def test_ordinary_text_stays_as_it_is(text):
    assert printable(text) == text


def test_a_document_means_the_same_when_it_is_escaped():
    document = json_bytes({"said": EVERY}).decode()
    assert json.loads(document)["said"] == EVERY
    assert not STEERING.search(document)
    labels = EVERY.replace("\0", "")
    toml = render((Section(("words",), {labels: labels}, ""),))
    assert tomllib.loads(toml)["words"] == {labels: labels}
    assert not STEERING.search(toml)
    assert json.loads(escaped('"\ud83d \x7f"')) == "\ud83d \x7f"


def test_an_error_holds_nothing_that_steers_wherever_it_is_shown():
    error = RejectedError(EVERY, hint=EVERY, detail=EVERY, field_errors=(EVERY,))
    for text in (str(error), error.message, error.hint, error.detail, *error.field_errors, *map(str, error.args)):
        assert not STEERING.search(text)


@pytest.mark.slow
def test_what_a_vendor_says_in_an_error_is_shown_without_what_steers(run, acme):
    run("sync", "psa")
    acme.configure(behaviour="steers")
    for words in (
        ("sync", "psa"), ("--debug", "sync", "psa"), ("sync", "psa", "--json"), ("connections", "test", "psa"),
        ("--debug", "jobs", "run", "sync:psa"), ("jobs", "list"), ("jobs", "run", "alerts"), ("status",),
    ):  # fmt: skip
        assert is_harmless(ran := run(*words)), words
        assert "well" in ran.out + ran.err or words[0] == "status" or words[-1] == "alerts", words


def test_lists_of_records_are_shown_without_what_steers(run, acme):
    run("sync", "psa")
    for words in (("tickets", "list"), ("tickets", "list", "--json"), ("tickets", "show", "A7"), ("report", "desk")):
        assert is_harmless(run(*words)), words


@pytest.mark.slow
def test_a_file_keeps_every_character_and_a_terminal_is_shown_none_that_steers(run, acme):
    run("sync", "psa")
    rows = list(csv.DictReader(io.StringIO(run("export", "tickets").out)))
    assert rows[3]["title"] == "Secret title 3\x1b[31m\x9b\u202eltit"
    assert "Secret title 3" in (shown := in_a_terminal(acme.folder, "export", "tickets"))
    assert not STEERING.search(shown.replace("\r\n", "\n"))


def in_a_terminal(folder, *words):
    """Return what a command writes to a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "servicedesk_core.cli", *words]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 65_536):
                written += piece
        except OSError:  # how Linux tells the end of a terminal
            pass
        finally:
            os.close(ours)
    assert process.returncode == 0
    return written.decode()


def test_a_number_beyond_64_bits_is_a_text_in_a_document():
    record = Payload((2**64, -(2**63) - 1, 2**64 - 1, True), {"a": [2**70]})
    told = {"numbers": [str(2**64), str(-(2**63) - 1), 2**64 - 1, True], "raw": {"a": [str(2**70)]}}
    assert json.loads(json_bytes({"data": [record]})) == {"data": [told]}
