"""What became of promises."""
