"""A definition opened whole: from a folder, or as a store keeps it."""
