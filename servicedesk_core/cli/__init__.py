"""The command line. Thin: every piece of work is done by :mod:`servicedesk_core.runtime`."""
