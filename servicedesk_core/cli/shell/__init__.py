"""What all commands share: the context of a run, options, tables, documents and exit codes."""
