"""What samples say: summaries, ratios and the verdict, derived from a results file's records."""
