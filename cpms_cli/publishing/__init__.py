"""A store's rows on a server of PostgreSQL, without names: tables that others' programs read."""
