"""Everybody is told, whatever the others do."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.hooks import SyncFinished, hookimpl
from servicedesk_core.hooks.announcing import Announcer
from servicedesk_core.hooks.registration import Registry

RUN = SyncFinished("psa", ("tickets",), (), datetime(2024, 1, 1, tzinfo=UTC))


class Hearer:
    def __init__(self, error=None):
        self.heard = []
        self.error = error

    @hookimpl
    def on_sync_finished(self, run):
        self.heard.append(run)
        if self.error:
            raise self.error

    @hookimpl
    def on_changes(self, changes):
        self.heard.extend(changes)


@pytest.mark.parametrize("error", [ValueError("private words"), SystemExit(1)])
def test_a_hearer_that_fails_is_reported_and_the_others_are_told(error, caplog):
    registry = Registry()
    first, broken, last = Hearer(), Hearer(error), Hearer()
    for name, hearer in (("first", first), ("broken", broken), ("last", last)):
        registry.register(name, hearer)
    Announcer(registry).on_sync_finished(RUN)
    assert first.heard == broken.heard == last.heard == [RUN]
    (failure,) = caplog.messages
    assert failure.startswith(f'"broken" failed in on_sync_finished with {type(error).__name__};')
    assert "private words" not in caplog.text


def test_nobody_has_to_listen():
    Announcer(Registry()).on_changes(())
