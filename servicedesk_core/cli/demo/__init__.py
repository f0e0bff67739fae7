"""``servicedesk demo``: what it sets up, what it claims, and what it says meanwhile."""

from servicedesk_core.cli.demo.command import register as register
