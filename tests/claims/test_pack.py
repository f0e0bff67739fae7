"""The form of a claim pack as PDF: whatever people write into a claim."""

import pytest

from servicedesk_core.errors import UnsupportedError
from servicedesk_core.features.claims.drafting.pack import Section, as_html, as_pdf

pytestmark = pytest.mark.slow  # the writer of PDF files takes its time to be imported


def form(text):
    return [Section("Fault", (("Symptom", "Dead"), ("Troubleshooting", text)))]


@pytest.mark.parametrize(
    "text", ["word " * 3000, "x" * 9000, "\n".join(f"line {n}" for n in range(300)), "Fünf für 5 €", "<b>&amp;"]
)
def test_texts_of_any_length_are_printed(text):
    assert as_pdf("SD-1", form(text)).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["Zażółć gęślą jaźń", "Привет", "漢字"])
def test_letters_that_would_come_out_black_are_said_and_stand_on_the_page(text):
    with pytest.raises(UnsupportedError, match="letters that the PDF cannot show") as told:
        as_pdf("SD-1", form(text))
    assert "--pdf" in told.value.hint
    assert text in as_html("SD-1", form(text))
