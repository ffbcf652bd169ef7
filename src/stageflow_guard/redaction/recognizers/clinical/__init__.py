"""Notes of a clinic and the words of medicine. Pure."""
