"""Has the operating system run ``servicedesk serve``: a systemd unit, or a scheduled task of Windows."""
