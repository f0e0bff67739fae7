"""Where our documents and the ledger's part."""
