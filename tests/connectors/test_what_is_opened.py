"""Only plain files of text are read: a device never ends, a pipe waits, a workbook is no table."""

import os
import socket
import zipfile
from pathlib import Path

import pytest

from servicedesk_core.connectors.tabular import load_mapping
from servicedesk_core.connectors.tabular.inspect import propose_mapping
from servicedesk_core.errors import NotFoundError, SettingsError


def a_pipe(folder):
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def a_link_to_a_device(folder):
    (folder / "link.csv").symlink_to("/dev/zero")
    return folder / "link.csv"


def a_socket(folder):
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))
    return path


STRANGE = [lambda _: "/dev/zero", a_pipe, a_link_to_a_device, a_socket, lambda folder: folder]


@pytest.mark.skipif(os.name == "nt", reason="these are kinds of files of Unix")
@pytest.mark.parametrize("made", STRANGE)
def test_what_is_no_plain_file_is_refused_unread(tmp_path, made, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / made(tmp_path)
    for read in (propose_mapping, load_mapping):
        with pytest.raises(SettingsError, match=r"is a (folder|device, a pipe or a socket)"):
            read(path)


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="needs Linux")
def test_a_file_that_the_system_makes_up_is_empty(tmp_path):
    (tmp_path / "log.csv").symlink_to("/proc/kmsg")
    with pytest.raises(SettingsError, match="no rows"):
        propose_mapping(tmp_path / "log.csv")


@pytest.mark.parametrize("beginning", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7\n", b"\xfd7zXZ\x00\x00"])
def test_a_file_of_another_kind_says_what_it_is(tmp_path, beginning):
    (tmp_path / "a.csv").write_bytes(beginning + b"\x00" * 100)
    with pytest.raises(SettingsError, match="not text"):
        propose_mapping(tmp_path / "a.csv")


def test_a_workbook_is_told_from_a_table(tmp_path):
    with zipfile.ZipFile(tmp_path / "tickets.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(SettingsError, match=r"is a workbook \(\.xlsx\) or a zip archive"):
        propose_mapping(tmp_path / "tickets.xlsx")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NotFoundError, match="There is no file"):
        propose_mapping(tmp_path / "none.csv")
