"""The stored tables and views, declared: what a row of each is."""
