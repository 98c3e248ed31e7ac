"""Cards: each one is a function from a view to a dict (Adaptive Cards 1.5)."""
