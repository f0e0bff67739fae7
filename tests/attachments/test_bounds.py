"""What files may cost: a full disk, and one that is too large to be kept."""

import errno
import io
import os

import pytest

from servicedesk_core import files
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks.boundary import Origin, boundary
from servicedesk_core.hooks.content import Content


class FullDisk(io.BytesIO):
    def write(self, piece):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_no_fault_of_the_connector():
    into = Content(FullDisk(), 100)
    with (
        pytest.raises(SettingsError, match="No space left on device"),
        boundary(Origin("psa", "some", "some 1.0"), "fetch_content"),
    ):
        into.write(b"x")


def test_a_file_that_is_too_large_to_be_kept_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_SENT", 4)
    (tmp_path / "a").write_bytes(b"four")
    (tmp_path / "b").write_bytes(b"more than four")
    assert files.content_of(tmp_path / "a") == b"four"
    with pytest.raises(SettingsError, match="larger than 4 bytes"):
        files.content_of(tmp_path / "b")


@pytest.mark.parametrize("links", [True, False])
def test_of_two_that_save_under_one_name_the_second_replaces_nothing(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOTSUP, "no links")))
    path = tmp_path / "image.png"

    def save(content, meanwhile):
        with files.replacing(path, is_new=True) as file:
            file.write(content)
            meanwhile()

    with pytest.raises(SettingsError, match="there already"):
        save(b"second", lambda: save(b"first", lambda: None))
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("image.png", b"first")]


@pytest.mark.parametrize("letter", ["a", "ü", "図", "𠮷"])
def test_a_safe_name_fits_into_a_folder_in_every_script(tmp_path, letter):
    name = files.safe_name(f"{letter * 150}.pdf")
    files.replace_file(tmp_path / name, b"x")
    assert name.endswith(f"{letter}.pdf")
