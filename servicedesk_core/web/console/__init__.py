"""The desk in a browser, made of what features declare: it can be read, filtered and acted on without script."""
