"""Coming and going: signing in and out, choosing a password by a link, one's own account."""
