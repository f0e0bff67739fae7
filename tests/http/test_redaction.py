"""Secrets stay out of texts, mappings and logs."""

import base64
import io
import json
import logging
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from servicedesk_core.redaction import MASK, RedactingFilter, Redactor, is_sensitive

SECRETS = st.text(alphabet="abcXYZ019 /+&=%\"'\\äß€-_.:", min_size=6, max_size=30).filter(lambda s: len(s.strip()) >= 6)
AROUND = st.text(alphabet="mn <>,;0\n", max_size=10)
WAYS = {
    "plain": lambda s: s,
    "quote": quote,
    "quote all": lambda s: quote(s, safe=""),
    "quote lower": lambda s: quote(s, safe="").lower() if s.isascii() and s == s.lower() else quote(s, safe=""),
    "quote_plus": quote_plus,
    "form": lambda s: urlencode({"q": s}),
    "json": json.dumps,
    "json utf-8": lambda s: json.dumps(s, ensure_ascii=False),
    "repr": repr,
}


@pytest.mark.parametrize("way", WAYS)
@given(secret=SECRETS, before=AROUND, after=AROUND)
@example(secret="pass word/+ä", before="", after="")
def test_a_registered_secret_never_survives(way, secret, before, after):
    redactor = Redactor()
    redactor.register(secret)
    shown = redactor.text(before + WAYS[way](secret) + after)
    assert WAYS[way](secret).strip("\"'") not in shown
    assert secret not in shown


@given(secret=SECRETS, before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_a_registered_secret_does_not_survive_inside_base64(secret, before, after):
    redactor = Redactor()
    redactor.register(secret)
    shown = redactor.text(base64.b64encode(before + secret.encode() + after).decode())
    assert MASK in shown
    around = 4 * (-(-len(before) // 3) - (-len(after) // 3)) + 4  # at most the groups that the neighbours share
    assert len(shown.replace(MASK, "")) <= around


def test_ordinary_text_is_left_alone():
    redactor = Redactor()
    redactor.register("tiny"[:3])
    redactor.register("")
    redactor.register("hunter2-hunter2")
    text = "GET /Tickets/5 -> 200, 3 tokens of 1 MB; the author secretly passed the key point (id=7, name: Bo)"
    assert redactor.text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: ***"),
        ('{"client_secret": "a, b", "x": 1}', '{"client_secret": ***, "x": 1}'),
        ("{'ApiIntegrationCode': 'XYZ'}", "{'ApiIntegrationCode': ***}"),
        ("https://api.example.com/x?access_token=abc&y=1", "https://api.example.com/x?access_token=***&y=1"),
        ("postgresql://user:pw@db.example.com/x", "postgresql://***@db.example.com/x"),
        ("x-api-key=abc; password=hunter2", "x-api-key=***; password=***"),
        ("sent Bearer eyJhbGciOi.JIUzI1Ni", "sent Bearer ***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----!", "***!"),
    ],
)
def test_fields_with_telling_names_are_masked_in_text(text, shown):
    assert Redactor().text(text) == shown


@pytest.mark.parametrize(
    ("name", "sensitive"),
    [
        ("Authorization", True),
        ("clientSecret", True),
        ("X-Api-Key", True),
        ("apikey", True),
        ("ApiIntegrationCode", True),
        ("db_password", True),
        ("refresh_token", True),
        ("Secret", True),
        ("Set-Cookie", True),
        ("author", False),
        ("secretary", False),
        ("tokenizer", False),
        ("ticketNumber", False),
        ("passed", False),
    ],
)
def test_telling_names(name, sensitive):
    assert is_sensitive(name) is sensitive


def test_mappings_are_masked_by_name_and_by_value_at_every_depth():
    redactor = Redactor()
    redactor.register(SecretStr("value-123"))
    data = {
        "headers": [{"Authorization": "x"}, {"note": "has value-123"}],
        "password": {"old": "a"},
        "secret": None,
        "count": 3,
        "other": SecretStr("unregistered"),
        "raw": b"value-123",
    }
    assert redactor.mapping(data) == {
        "headers": [{"Authorization": MASK}, {"note": f"has {MASK}"}],
        "password": MASK,
        "secret": None,
        "count": 3,
        "other": MASK,
        "raw": MASK,
    }
    assert "value-123" not in repr(redactor)


def test_the_log_filter_masks_message_arguments_traceback_and_extra_fields():
    redactor, out = Redactor(), io.StringIO()
    redactor.register("value-123")
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(message)s %(where)s"))
    handler.addFilter(RedactingFilter(redactor))
    logger = logging.getLogger("test.redaction")
    logger.addHandler(handler)
    try:
        int("value-123")
    except ValueError:
        logger.exception("failed with %s at 100%%", "value-123", extra={"where": {"url": "x?k=value-123"}})
    finally:
        logger.removeHandler(handler)
    shown = out.getvalue()
    assert "value-123" not in shown
    assert shown.startswith("failed with *** at 100%")
    assert "invalid literal for int() with base 10: '***'" in shown


def test_log_records_hold_nothing_that_steers_a_terminal():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactingFilter(Redactor()))
    logger = logging.getLogger("test.steering")
    logger.addHandler(handler)
    try:
        int("\x1b[2J\u202e\x9b")
    except ValueError:
        logger.exception("failed with %s", "\x1b]0;title\x07\u2066", stack_info=True)
    finally:
        logger.removeHandler(handler)
    assert out.getvalue().startswith("failed with  ]0;title \ufffd\n")
    assert not set(out.getvalue()) & set("\x1b\x07\x9b\u202e\u2066")
