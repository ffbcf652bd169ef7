"""Answers from signed entries: queries, look-ups, proofs, and the log of who read."""
