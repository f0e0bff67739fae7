"""The documents of ``--json`` over HTTP, with the same names, versions and shapes."""
