"""Settings, the pages about them, and the sandbox as a command."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from servicedesk_core.testing import documented_settings, make_context, traps_without_test
from servicedesk_tryton import Tryton, TrytonSettings
from servicedesk_tryton.sandbox import Sandbox
from servicedesk_tryton.sandbox.launch import launch

HERE = Path(__file__).parent
GOOD = {"url": "https://erp.example.com", "database": "erp", "user": "servicedesk", "password": "x"}


def test_the_address_is_encrypted_and_names_are_what_they_can_be():
    assert TrytonSettings(**GOOD | {"url": "https://erp.example.com/"}).url == "https://erp.example.com"
    for wrong in ({"url": "http://erp.example.com"}, {"user": "a:b"}, {"database": "a/b"}, {"page_size": 1}):
        with pytest.raises(ValidationError):
            TrytonSettings(**GOOD | wrong)


def test_requirements_are_filled_in_before_there_are_settings():
    described = Tryton(make_context(TrytonSettings.model_construct())).describe_capabilities()
    assert described.access
    assert all(one.right for one in (*described.streams, *described.writes))
    assert described.parts is not None


def test_the_readme_names_every_setting():
    assert documented_settings(HERE.parent / "README.md") == set(TrytonSettings.model_fields)


def test_every_trap_is_shown_by_a_test_that_exists():
    traps = HERE.parent / "docs" / "traps.md"
    assert traps_without_test(traps, HERE) == []
    assert traps.read_text(encoding="utf-8").count("::test_") >= 20


def test_what_the_sandbox_tells_is_what_a_connection_needs():
    sandbox = Sandbox()
    settings = TrytonSettings(**sandbox.told("http://127.0.0.1:1"))
    assert settings.password.get_secret_value() == sandbox.options.password
    assert {"database", "state", "bare"} <= {choice.name for choice in launch.choices()}
    sandbox.close()
