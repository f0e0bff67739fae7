"""What is decided about messages, as definitions, and what is still to be decided."""

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError
from servicedesk_core.testing import FakeClock

TOML = """
[message_templates.done]
triggers = ["resolved", "reopened"]
subject = "{{ ticket.title }}"
text = "Hello {{ contact.first_name }}."

[message_triggers.resolved]

[message_triggers.reopened]
told_by = "psa"

[message_triggers.received]
told_by = "desk"
"""


pytestmark = pytest.mark.slow


@pytest.fixture
async def desk(sqlite_url, tmp_path):
    (tmp_path / "service").mkdir()
    async with ServiceDesk({"desk": {"store": sqlite_url}}, clock=FakeClock()) as desk:
        yield desk


async def test_it_is_shown_who_tells_what_and_what_is_to_be_done(desk, tmp_path):
    (tmp_path / "service" / "messages.toml").write_text(TOML)
    await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
    plan = {one.trigger: one for one in (await desk.messages.plan()).items}
    assert (plan["resolved"].mode, plan["resolved"].both) == ("recommend", True)
    assert plan["resolved"].lacks == ("say who tells it: told_by of [message_triggers.resolved] is desk or psa",)
    assert (plan["reopened"].mode, plan["reopened"].told_by, plan["reopened"].lacks) == ("off", "psa", ())
    assert plan["received"].lacks == ("write a template for it: [message_templates.NAME] with triggers of received",)
    assert plan["delayed"].mode == "off"
    assert [one.trigger for one in (await desk.messages.plan(both=True)).items] == ["resolved"]

    shown = (await desk.messages.preview("done")).items
    assert [(one.trigger, one.text) for one in shown] == [("resolved", "Hello Kim."), ("reopened", "Hello Kim.")]
    with pytest.raises(NotFoundLocallyError, match='Did you mean "done"'):
        await desk.messages.preview("don")
    listed = (await desk.messages.templates(trigger="resolved")).items
    assert [one.name for one in listed] == ["done"]


async def test_a_template_that_cannot_be_shown_is_not_applied(desk, tmp_path):
    (tmp_path / "service" / "messages.toml").write_text(TOML.replace("first_name", "frist_name"))
    with pytest.raises(DefinitionsError) as refused:
        await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
    assert "first_name" in str(refused.value)
    assert (await desk.messages.templates()).items == ()
