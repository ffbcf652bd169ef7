"""Nested values: which leaves are text, which keys label them, what is binary."""
