"""The specs are complete: documented, typed, and each reachable through the façade."""

import inspect

import pytest

from servicedesk_core.hooks.announcing import Announcer
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.table import HOOKS, Form


@pytest.mark.parametrize("hook", HOOKS.values(), ids=list(HOOKS))
def test_every_spec_says_what_it_takes_gives_and_means(hook):
    text = inspect.getdoc(hook.function)
    assert "Added in 1.0" in text
    assert not hook.arguments or all(f"{argument}:" in text for argument in hook.arguments)
    if hook.form is Form.STREAM:
        assert "Yields:" in text
    elif not hook.is_broadcast:
        assert "Returns:" in text
    assert None not in inspect.signature(hook.function).parameters.values()
    assert inspect.signature(hook.function).return_annotation is not inspect.Signature.empty


@pytest.mark.parametrize("hook", HOOKS.values(), ids=list(HOOKS))
def test_every_hook_has_one_caller_with_the_same_arguments(hook):
    if hook.name == "map_record":
        assert hasattr(ConnectorCalls, "mapper")
        return
    method = getattr(Announcer if hook.is_broadcast else ConnectorCalls, hook.name)
    assert tuple(inspect.signature(method).parameters)[1:] == hook.arguments
