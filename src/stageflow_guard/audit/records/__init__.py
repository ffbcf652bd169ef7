"""What one entry of the log is: its fields, its canonical bytes, its formats."""
