"""The one flow: asks the four answers in order, records, and refuses."""
