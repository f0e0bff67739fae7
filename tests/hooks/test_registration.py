"""Registration refuses whatever would silently not work, and says what to write instead."""

import pytest

from servicedesk_core.errors import PluginLoadError
from servicedesk_core.hooks import Capabilities, Connector, hookimpl
from servicedesk_core.hooks.registration import Registry, capabilities_of, check_hooks


class Healthy(Connector):
    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Acme")

    @hookimpl
    async def count(self, request):
        return 1

    @hookimpl
    async def pull(self, request):
        yield request

    @hookimpl
    def on_changes(self, changes):
        pass


def test_capabilities_are_the_hooks_that_are_implemented():
    assert capabilities_of(Healthy) == {"describe_capabilities", "count", "pull", "on_changes"}
    assert capabilities_of(Healthy(None)) == capabilities_of(Healthy)
    assert capabilities_of(Connector) == frozenset()
    assert set(Registry().register("psa", Healthy(None)).hooks) == capabilities_of(Healthy)


def test_a_generator_may_be_handed_on_when_its_type_says_so():
    class Delegating(Healthy):
        @hookimpl
        def pull(self, request) -> "AsyncIterator[Page]":  # noqa: F821
            return super().pull(request)

    check_hooks(Delegating)


def refused(methods):
    connector = type("Broken", (Connector,), methods)
    with pytest.raises(PluginLoadError) as caught:
        Registry().register("psa", connector(None), connection="psa")
    assert caught.value.connection == "psa"
    assert "Broken" in caught.value.message
    return caught.value.message


def test_a_misspelt_hook_is_refused_with_the_right_name():
    @hookimpl
    async def fetch_record(self, stream, refs):
        yield None

    assert 'Did you mean "fetch_records"?' in refused({"fetch_record": fetch_record})


def test_a_wrong_argument_is_refused_with_the_right_signature():
    @hookimpl
    async def count(self, req):
        return 1

    message = refused({"count": count})
    assert 'no argument "req"' in message
    assert "Write: async def count(self, request)." in message


def test_an_argument_that_would_never_be_filled_is_refused():
    @hookimpl
    async def count(self, request=None):
        return 1

    @hookimpl
    async def usage(self, **more):
        return None

    message = refused({"count": count, "usage": usage})
    assert 'gives "request" a default' in message
    assert "takes **more" in message


def test_an_override_without_the_mark_is_refused():
    async def count(self, request):
        return 1

    assert "has the name of a hook but no @hookimpl" in refused({"count": count})


def test_an_override_of_an_implemented_hook_without_the_mark_is_refused():
    class Sub(Healthy):
        async def count(self, request):
            return 2

    with pytest.raises(PluginLoadError, match="no @hookimpl"):
        check_hooks(Sub)


@pytest.mark.parametrize("option", ["tryfirst", "trylast", "wrapper", "hookwrapper"])
def test_marks_that_would_be_ignored_on_work_hooks_are_refused(option):
    @hookimpl(**{option: True})
    async def count(self, request):
        return 1

    assert f"@hookimpl({option}=True), which would be ignored" in refused({"count": count})


def test_order_may_be_asked_for_on_announcements():
    class Early(Healthy):
        @hookimpl(tryfirst=True)
        def on_changes(self, changes):
            pass

    check_hooks(Early)


def test_each_form_of_hook_must_be_written_in_its_own_form():
    @hookimpl
    def count(self, request):
        return 1

    @hookimpl
    async def pull(self, request):
        return []

    @hookimpl
    def fetch_records(self, stream, refs):
        return []

    @hookimpl
    async def map_record(self, stream, raw):
        return None

    @hookimpl
    async def on_changes(self, changes):
        return None

    message = refused(
        {
            "count": count,
            "pull": pull,
            "fetch_records": fetch_records,
            "map_record": map_record,
            "on_changes": on_changes,
        }
    )
    assert message.count("\n") == 4  # all of them at once
    assert '"count" must be "async def". Write: async def count(self, request).' in message
    assert '"pull" must be an async generator' in message
    assert '"fetch_records" must be an async generator' in message
    assert '"map_record" must be a plain "def"' in message
    assert '"on_changes" must be a plain "def"' in message


def test_a_hook_set_on_the_instance_is_refused():
    class Sneaky(Healthy):
        def __init__(self, ctx):
            super().__init__(ctx)
            self.count = lambda request: 1

    with pytest.raises(PluginLoadError, match="set on the instance"):
        Registry().register("psa", Sneaky(None))


def test_a_property_is_not_run_by_the_check():
    class Touchy(Healthy):
        @property
        def boom(self):
            raise AssertionError

    check_hooks(Touchy)
    Registry().register("psa", Touchy(None))


def test_two_desks_share_nothing_and_a_refused_plugin_leaves_nothing_behind():
    first, second = Registry(), Registry()
    first.register("psa", Healthy(None))
    assert second.hearers("on_changes") == []
    with pytest.raises(PluginLoadError, match="already registered"):
        first.register("psa", Healthy(None))
    assert len(first.hearers("on_changes")) == 1
    first.unregister("psa")
    assert first.hearers("on_changes") == []
