"""Names that look the same are the same, whatever they were typed on."""

import unicodedata

import pytest

from servicedesk_core.domain import Words, plain_name
from servicedesk_core.domain.names import is_same_name

NAME = "Müller & Söhne"


@pytest.mark.parametrize(
    "written",
    [
        unicodedata.normalize("NFD", NAME),
        NAME.replace(" ", "\u00a0"),
        NAME.replace(" ", " \u202f"),
        f"\ufeff{NAME}\u200b",
        f"\t{NAME}\r\n",
        NAME.replace("ö", "o\u034f\u0308"),
        NAME.replace("ll", "l\u00adl"),
        f"\u202a{NAME}\u202c\x00",
    ],
)
def test_a_name_is_compared_as_it_is_seen(written):
    assert plain_name(written) == NAME
    assert is_same_name(written, NAME)


@pytest.mark.parametrize("other", ["müller & söhne", "Muller & Sohne", "Müller  Söhne", "Müller & Söhne 2", None, 1])
def test_what_looks_different_is_different(other):
    assert not is_same_name(NAME, other)


def test_an_id_of_plain_characters_stays_as_it_is():
    for text in ("4711", "T20261128.0002", "a-b_c:d/e", "日本語 テスト"):
        assert plain_name(text) == text
    assert plain_name("\u200b\ufeff") == ""


def test_a_word_is_found_however_its_letters_are_composed():
    words = Words({unicodedata.normalize("NFD", "Zurückgestellt"): 1, "In\u00a0Arbeit": 2})
    assert words["Zurückgestellt"] == words.get("Zur\u00fcckgestellt\u200b") == 1
    assert "In Arbeit" in words
    assert words.get("in arbeit") is None
    assert dict(words) == {"Zurückgestellt": 1, "In Arbeit": 2}
