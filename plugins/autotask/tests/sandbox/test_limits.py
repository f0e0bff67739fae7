"""The two limits of the vendor; the vendor's time is moved by hand, so that nobody waits and no machine is too slow."""

import asyncio
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from types import SimpleNamespace

import pytest

from servicedesk_autotask.sandbox import limits, vendor


class Time:
    """Stands in for the time of the limits and the waits of the vendor's calls.

    Attributes:
        moved_s: How much later it is for the limits than for the machine.
        slept_s: What the vendor's calls had to wait for.
        later: What is to be done when some time has passed: after how many seconds, and what.
        opened: Whether the calls go on that wait.
    """

    def __init__(self):
        self.moved_s, self.slept_s, self.later, self.opened = 0.0, [], [], True

    def monotonic(self):
        return time.monotonic() + self.moved_s

    async def sleep(self, seconds):
        self.slept_s.append(seconds)
        while not self.opened:  # noqa: ASYNC110  # another thread opens
            await asyncio.sleep(0.005)

    def call_later(self, seconds, what, *args):
        self.later.append((seconds, lambda: what(*args)))

    def get_running_loop(self):
        return self


@pytest.fixture
def moments(monkeypatch):
    found = Time()
    monkeypatch.setattr(limits, "time", found)
    monkeypatch.setattr(vendor, "asyncio", SimpleNamespace(sleep=found.sleep, get_running_loop=found.get_running_loop))
    return found


def test_threads_per_endpoint_and_code(serving, moments):
    moments.opened = False
    with serving(more_integration_codes=("OTHER",)) as api, ThreadPoolExecutor(8) as pool:
        codes = ["SANDBOXCODE"] * 5 + ["OTHER"] * 2
        calls = [pool.submit(api.get, "Companies/0", headers={"ApiIntegrationCode": code}) for code in codes]
        other = pool.submit(api.get, "Tickets/1")
        left = set(calls)
        while len(left) > 5:  # the others wait
            left = wait(left, return_when=FIRST_COMPLETED).not_done
        while len(moments.slept_s) < 6:
            time.sleep(0.005)
        moments.opened = True
        answers = [call.result() for call in calls]
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 2
        assert other.result().status_code == 200
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert "thread threshold of 3 threads has been exceeded" in refused.json()["errors"][0]
        assert "Itgenatr005" in refused.text
        assert "retry-after" not in refused.headers
        assert api.sandbox.state()["max_concurrency"]["Companies"] == 4


def test_slots_are_given_back_a_little_later(serving, moments):
    with serving(threads_per_endpoint=1, slot_release_s=20) as api:
        assert [api.get("Companies/0").status_code for _ in range(2)] == [200, 429]
        ((seconds, give_back),) = moments.later
        assert seconds == pytest.approx(20 * 0.01)
        give_back()
        assert api.get("Companies/0").status_code == 200


def test_threshold_slows_and_then_stops_everybody(serving, moments):
    with serving(request_threshold=100, time_scale=0.2) as api:
        for added in (0, 55, 25):
            api.faults({"kind": "noisy_client", "requests": added})
            assert api.get("Companies/0").status_code == 200
        assert moments.slept_s == [0.0, 0.1, 0.2]
        api.faults({"kind": "noisy_client", "requests": 50})
        stopped = api.get("Companies/0")
        assert stopped.status_code == 429
        assert "threshold of 100 requests" in stopped.json()["errors"][0]


def test_the_window_rolls(serving, moments):
    with serving(request_threshold=5, threshold_window_s=30, time_scale=1.0) as api:
        assert [api.get("Companies/0").status_code for _ in range(6)] == [200] * 5 + [429]
        moments.moved_s = 30.0
        assert api.get("Companies/0").status_code == 200


def test_other_integrations_use_up_the_hour_with_us(serving, moments):
    with serving(noise_per_hour=10_000, request_threshold=10_000, time_scale=1.0) as api:
        assert api.get("ThresholdInformation").json()["currentTimeframeRequestCount"] < 1_000
        moments.moved_s = 3_600.0
        refused = api.get("Companies/0")
        assert refused.status_code == 429
        assert "request threshold" in refused.json()["errors"][0]
        assert sum(api.sandbox.state()["requests"].values()) == 2, "most were not ours"
