"""The desk over HTTP: what features declare, for programs. Everything here is derived from their declarations."""
