"""How the server is asked."""
