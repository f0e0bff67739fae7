"""What every test of the repository shares, the plugins' too."""

from hypothesis import settings

# A busy machine is no fault: tests never assert how long something takes.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
