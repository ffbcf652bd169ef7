"""Writing policy files: formatting, and tenants as a whole."""
