"""What stands before and behind every command: names of areas read as codes, and what is typed next."""
