"""The words and borders by which a header or an answer is known."""
