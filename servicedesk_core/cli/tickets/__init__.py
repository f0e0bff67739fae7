"""``servicedesk tickets``: what is to be changed about them."""

from servicedesk_core.cli.tickets.acting import register

__all__ = ["register"]
