"""What personal data and secrets look like: tables, checks and small recognizers. Pure."""
