"""Projections of the log: each can be rebuilt from it."""
