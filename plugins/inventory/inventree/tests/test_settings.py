"""Settings, the pages about them, and the sandbox as a command."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from servicedesk_core.testing import documented_settings, make_context, traps_without_test
from servicedesk_inventree import InvenTree, InvenTreeSettings
from servicedesk_inventree.sandbox import Sandbox
from servicedesk_inventree.sandbox.launch import launch

HERE = Path(__file__).parent


def test_the_address_may_be_written_as_people_have_it_and_is_encrypted():
    for url in ("https://stock.example.com", "https://stock.example.com/", "https://stock.example.com/api/"):
        assert InvenTreeSettings(url=url, token="x").url == "https://stock.example.com"
    for wrong in ({"url": "http://stock.example.com"}, {"time_zone": "Mars/Base"}, {"page_size": 1}):
        with pytest.raises(ValidationError):
            InvenTreeSettings(**{"url": "https://stock.example.com", "token": "x"} | wrong)


def test_requirements_are_filled_in_before_there_are_settings():
    described = InvenTree(make_context(InvenTreeSettings.model_construct())).describe_capabilities()
    assert described.access
    assert all(one.right for one in (*described.streams, *described.writes))
    assert described.parts is not None


def test_the_readme_names_every_setting():
    assert documented_settings(HERE.parent / "README.md") == set(InvenTreeSettings.model_fields)


def test_every_trap_is_shown_by_a_test_that_exists():
    traps = HERE.parent / "docs" / "traps.md"
    assert traps_without_test(traps, HERE) == []
    assert traps.read_text(encoding="utf-8").count("::test_") >= 25


def test_what_the_sandbox_tells_is_what_a_connection_needs():
    sandbox = Sandbox()
    settings = InvenTreeSettings(**sandbox.told("http://127.0.0.1:1"))
    assert settings.token.get_secret_value() == sandbox.options.token
    assert sandbox.records.all("company", pk=settings.customer)[0]["is_customer"], "pieces go to it at once"
    assert {"token", "state", "reference", "api_version"} <= {choice.name for choice in launch.choices()}
    sandbox.close()
