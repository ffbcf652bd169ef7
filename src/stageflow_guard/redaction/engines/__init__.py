"""What recognizes: presidio, and models behind their extras."""
