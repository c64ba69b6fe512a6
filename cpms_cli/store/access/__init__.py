"""A store's file opened, held by one writer, and brought to the format of now."""
