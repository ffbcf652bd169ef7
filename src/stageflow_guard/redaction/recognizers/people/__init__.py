"""Names of people, where a text announces them."""
