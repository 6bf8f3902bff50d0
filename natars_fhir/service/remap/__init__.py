"""Remap: what was not understood, what is mapped at the desk, and another mapping over all that is known."""
