"""Does a log hold? Imports no guard: a verifier runs where none is."""
