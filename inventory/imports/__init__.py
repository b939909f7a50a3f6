"""Files from elsewhere, read row by row: good rows go in, bad ones into a report."""
