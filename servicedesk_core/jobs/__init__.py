"""Jobs: small pieces of work that may be repeated, each under a lease, whoever calls them.

``servicedesk serve`` runs them by schedule, ``servicedesk jobs run NAME`` by hand or from anybody's scheduler.
"""
