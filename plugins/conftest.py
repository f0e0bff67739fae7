"""What the tests of all connectors share."""

from hypothesis import HealthCheck, settings

# How long examples take is the machine's affair, and each run tries the same ones.
settings.register_profile(
    "servicedesk", deadline=None, derandomize=True, max_examples=20, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("servicedesk")
