"""The two limits of the vendor, scaled so that nobody waits."""

import time
from concurrent.futures import ThreadPoolExecutor


def test_threads_per_endpoint_and_code(serving):
    options = {"latency_s": 0.3, "more_integration_codes": ("OTHER",)}
    with serving(**options) as api, ThreadPoolExecutor(8) as pool:
        codes = ["SANDBOXCODE"] * 5 + ["OTHER"] * 2
        calls = [pool.submit(api.get, "Companies/0", headers={"ApiIntegrationCode": code}) for code in codes]
        other = pool.submit(api.get, "Tickets/1")
        answers = [call.result() for call in calls]
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 2
        assert other.result().status_code == 200
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert "thread threshold of 3 threads has been exceeded" in refused.json()["errors"][0]
        assert "Itgenatr005" in refused.text
        assert "retry-after" not in refused.headers
        assert api.sandbox.state()["max_concurrency"]["Companies"] == 4


def test_slots_are_given_back_a_little_later(serving):
    with serving(threads_per_endpoint=1, slot_release_s=20) as api:
        assert [api.get("Companies/0").status_code for _ in range(2)] == [200, 429]
        time.sleep(0.3)
        assert api.get("Companies/0").status_code == 200


def test_threshold_slows_and_then_stops_everybody(serving):
    with serving(request_threshold=100, time_scale=0.2) as api:
        took = []
        for added in (0, 55, 25):
            api.faults({"kind": "noisy_client", "requests": added})
            start = time.monotonic()
            assert api.get("Companies/0").status_code == 200
            took.append(time.monotonic() - start)
        assert took[0] < 0.1 <= took[1] < 0.2 <= took[2]
        api.faults({"kind": "noisy_client", "requests": 50})
        stopped = api.get("Companies/0")
        assert stopped.status_code == 429
        assert "threshold of 100 requests" in stopped.json()["errors"][0]


def test_the_window_rolls(serving):
    with serving(request_threshold=5, threshold_window_s=30, time_scale=0.01) as api:
        assert [api.get("Companies/0").status_code for _ in range(6)][-1] == 429
        time.sleep(0.35)
        assert api.get("Companies/0").status_code == 200


def test_other_integrations_use_up_the_hour_with_us(serving):
    with serving(noise_per_hour=500_000, request_threshold=10_000) as api:
        while api.get("ThresholdInformation").json().get("currentTimeframeRequestCount", 10_000) < 100:
            continue
        while (answer := api.get("Companies/0")).status_code == 200:
            continue
        assert answer.status_code == 429
        assert sum(api.sandbox.state()["requests"].values()) < 10_000, "most were not ours"
        assert "request threshold" in api.get("Companies/0").json()["errors"][0]
