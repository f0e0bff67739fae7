import pytest

from servicedesk_core.hooks import SourceRecord
from servicedesk_core.sync.landing.intake import take_in


def test_one_bad_record_does_not_spoil_the_others():
    good = [SourceRecord(str(n), {"n": n}) for n in range(499)]
    intake = take_in([*good[:250], SourceRecord("", {"n": -1}), *good[250:]])
    assert [a.external_id for a in intake.arrived] == [r.external_id for r in good]
    (bad,) = intake.rejected
    assert "id is missing" in bad.reason
    assert bad.raw == {"n": -1}


@pytest.mark.parametrize("external_id", [None, "", 7, "x" * 256, "a\x00b", "\ud800"])
def test_every_kind_of_unusable_id_has_a_stable_place_in_quarantine(external_id):
    record = SourceRecord(external_id, {"a": 1})
    first, again = take_in([record]).rejected[0], take_in([record]).rejected[0]
    assert first.external_id == again.external_id
    assert first.external_id.startswith("?")


def test_same_record_twice_counts_once():
    intake = take_in([SourceRecord("1", {"a": 1}), SourceRecord("1", {"a": 1})])
    assert len(intake.arrived) == 1
    assert not intake.rejected


def test_one_id_with_two_contents_keeps_the_later_and_tells():
    intake = take_in([SourceRecord("1", {"a": 1}), SourceRecord("1", {"a": 2})])
    assert [a.raw for a in intake.arrived] == [{"a": 2}]
    assert [r.external_id for r in intake.rejected] == ["1"]
    assert intake.rejected[0].raw == {"a": 1}


def test_size_counts_the_text_and_not_how_well_it_compresses():
    assert take_in([SourceRecord("1", {"description": "x" * 1_000_000})]).size >= 1_000_000


@pytest.mark.parametrize("deep", [False, True])
def test_records_without_an_id_have_a_place_in_quarantine_each(deep):
    def row(title):
        inner = []
        for _ in range(990 if deep else 0):
            inner = [inner]
        return SourceRecord("", {"title": title, "inner": inner, "number": 10**30})

    def places(*titles):
        return [rejected.external_id for rejected in take_in(map(row, titles)).rejected]

    assert len(set(places("One", "Another", ["One"], {"One": None}))) == 4
    assert places("One") == places("One")
