"""``servicedesk serve``: runs the jobs by schedule, and answers monitoring."""
