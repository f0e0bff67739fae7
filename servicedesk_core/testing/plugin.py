"""Fixtures that every test suite gets once servicedesk-core is installed; loaded by pytest itself."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from servicedesk_core.testing.clock import FakeClock


@pytest.fixture
def fake_clock() -> "FakeClock":
    """Return a clock that only moves when told."""
    from servicedesk_core.testing.clock import FakeClock  # noqa: PLC0415  # keeps other people's test runs quick

    return FakeClock()
