"""How technicians, their time, and tickets that somebody shall take are read, and choices kept."""
