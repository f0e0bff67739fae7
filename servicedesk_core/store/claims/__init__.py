"""Claims in the store: read, changed and followed; with their files, and the rows that people query."""
