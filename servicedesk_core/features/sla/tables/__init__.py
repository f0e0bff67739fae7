"""How tickets are read for their clocks, and how what was judged is kept and shown."""
