"""What a run's results look like to a reader: finished tables and charts first, then text, Markdown and pictures."""
