"""Pages of templates: what a record says stays text, and only what is the page's own may run or apply."""

import base64
import hashlib
import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

import servicedesk_core
from servicedesk_core.faces.html import render

CORE = Path(servicedesk_core.__file__).parent
TEMPLATES = sorted(
    path for path in CORE.rglob("*.html") if "scaffold" not in path.parts and "{%" in path.read_text(encoding="utf-8")
)


def claim(symptom):
    class Section:
        title = "Fault"
        rows = (("Symptom", symptom),)

    return render("servicedesk_core.features.claims.drafting/claim.html", claim_id="SD-1", form=[Section])


def test_the_templates_are_found():
    assert {"layout.html", "blocks.html", "desk.html", "warranty.html", "claim.html"} <= {one.name for one in TEMPLATES}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_marks_nothing_as_safe_and_has_neither_style_nor_handlers_in_attributes(template):
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape|Markup", text)
    assert not re.search(r"""\s(style|on[a-z]+)\s*=\s*["']""", text)


def test_what_a_record_says_is_escaped_and_turns_nothing_round():
    page = claim("<b onclick='x'>&\u202e\x9b{{ 7 * 7 }}")
    assert "&lt;b onclick=&#39;x&#39;&gt;&amp;\ufffd {{ 7 * 7 }}" in page


def test_a_page_allows_its_one_style_by_hash_and_no_script_where_it_has_none():
    page = claim("Dead")
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    said = dict(one.strip().split(" ", 1) for one in html.unescape(policy).split(";") if one.strip())
    assert said == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "<script" not in page


def test_what_is_not_told_to_a_template_is_an_error_and_not_a_gap():
    with pytest.raises(Exception, match="claim_id"):
        render("servicedesk_core.features.claims.drafting/claim.html", form=[])


@pytest.mark.slow
def test_the_library_of_templates_is_loaded_with_the_first_page():
    script = (
        "import sys; from servicedesk_core.features.report import pages; "
        "from servicedesk_core.features.warranty import html; "
        "from servicedesk_core.features.claims.drafting import pack; assert 'jinja2' not in sys.modules; "
        "pack.as_html('SD-1', []); assert 'jinja2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
