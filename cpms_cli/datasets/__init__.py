"""A data set: the rows of stores as Parquet, by province and round, with a manifest that says what is in it."""
