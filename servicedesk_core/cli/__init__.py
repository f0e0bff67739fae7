"""The command line. Thin: every piece of work is done by :mod:`servicedesk_core.desk`.

A command is the module or package of its name; what all of them share is in :mod:`servicedesk_core.cli.shell`.
"""
