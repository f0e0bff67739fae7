"""From an occurrence whose time has come to its ticket: decided about, kept, suggested, made."""
