"""Rows of a store as a definition reads them: current ones, those near an area, what their rounds asked."""
