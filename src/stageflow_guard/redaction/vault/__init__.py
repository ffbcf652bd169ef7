"""Pseudonyms and the way back: placeholders, scopes, operators, stores."""
