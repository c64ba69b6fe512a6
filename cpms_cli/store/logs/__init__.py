"""What is written down beside the rows: responses, and files of rows given away."""
