"""How the stand-in is spoken to: answers, lists, limits, JSON and XML."""
