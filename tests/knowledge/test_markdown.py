"""The knowledge base that is a folder of Markdown."""

import os
from pathlib import Path

import pytest

from servicedesk_core.connectors.markdown_folder import LONGEST, MarkdownFolder, MarkdownSettings
from servicedesk_core.domain.knowledge import Article, fit, words_of
from servicedesk_core.errors import NotFoundError, SettingsError
from servicedesk_core.testing import KnowledgeSuite, make_context


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "articles"
    (made / "network").mkdir(parents=True)
    (made / "network" / "vpn.md").write_text("# VPN does not connect\nTags: vpn, network\n\nRestart the tunnel.\n")
    (made / "printer.md").write_text("\ufeff# Printer is offline\n\nPower it off and on.\n", encoding="utf-8")
    (made / "untitled.md").write_bytes(b"\xff\xfe only bytes")
    (made / "notes.txt").write_text("# no article")
    (tmp_path / "secret.md").write_text("# Secret")
    (made / "leads-out.md").symlink_to(tmp_path / "secret.md")
    return made


def opened(folder, **more):
    return MarkdownFolder(make_context(MarkdownSettings(folder=folder, **more), connection="kb"))


class TestMarkdownFolder(KnowledgeSuite):
    words = ("vpn",)

    @pytest.fixture
    async def connector(self, folder):
        return opened(folder)


async def test_heading_and_tags_are_read_and_nothing_outside_of_the_folder(folder):
    found = {one.ref: one for one in await opened(folder).find_articles(())}
    assert set(found) == {"network/vpn", "printer", "untitled"}
    assert (found["network/vpn"].title, found["network/vpn"].tags) == ("VPN does not connect", ("vpn", "network"))
    assert (found["printer"].title, found["untitled"].title) == ("Printer is offline", "untitled")
    with pytest.raises(NotFoundError):
        await opened(folder).get_article("leads-out")


async def test_people_read_it_where_the_settings_say(folder):
    wiki = opened(folder, url="https://wiki.example.com/kb/")
    assert await wiki.link_article("network/vpn") == "https://wiki.example.com/kb/network/vpn"


async def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="is not there"):
        await opened(tmp_path / "gone").find_articles(())


async def test_of_a_huge_file_the_beginning_is_read(folder):
    (folder / "huge.md").write_text("# Huge\n" + "x " * LONGEST)
    assert len((await opened(folder).get_article("huge")).text) == LONGEST


def test_title_and_tags_count_three_times_and_common_words_nothing():
    one = Article("1", "VPN and mail", ("network",), frozenset({"tunnel"}))
    assert fit(one, words_of("The VPN and the network have no tunnel")) == 7
    assert fit(one, words_of("what and how")) == 0


async def test_what_people_left_in_a_folder_stops_nothing(folder):
    (folder / "utf16.md").write_text("# Überspannung\nTags: strom\n", encoding="utf-16")
    (folder / "nul.md").write_bytes(b"# Nul\x00l\nTags: a\x00b\n")
    (folder / "code.md").write_text("#!/bin/sh\n```sh\n# a comment\n```\n#hashtag\n## Reset it ##\n")
    (folder / "long.md").write_text("# " + "x" * 5_000)
    (folder / ".trash").mkdir()
    (folder / ".trash" / "thrown-away.md").write_text("# Thrown away")
    (folder / os.fsdecode(b"latin-\xe9.md")).write_text("# No text of any store")
    os.mkfifo(folder / "waits.md")
    found = {one.ref: one for one in await opened(folder).find_articles(())}
    assert found.keys() == {"network/vpn", "printer", "untitled", "utf16", "nul", "code", "long"}
    assert [(found[ref].title, found[ref].tags) for ref in ("utf16", "nul", "code")] == [
        ("Überspannung", ("strom",)),
        ("Null", ("ab",)),
        ("Reset it", ()),
    ]
    assert found["long"].title == "x" * 200
    refs = ("../secret", str(folder.parent / "secret"), "network/../../secret", "x" * 5_000, "nul\x00")
    for ref in (*refs, ".trash/thrown-away"):
        with pytest.raises(NotFoundError):
            await opened(folder).get_article(ref)


async def test_a_file_that_cannot_be_read_is_named(folder, monkeypatch):
    def refused(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)  # root reads whatever modes say
    with pytest.raises(SettingsError, match=r"vpn\.md could not be read: Permission denied"):
        await opened(folder).find_articles(())
