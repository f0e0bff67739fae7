"""``python -m servicedesk_core.cli`` does what the ``servicedesk`` command does."""

from servicedesk_core.cli.main import run

run()
