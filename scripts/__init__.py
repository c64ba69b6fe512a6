"""What keeps the project's pages, catalogue and offline folder in step with the code; `run.py` calls them."""
