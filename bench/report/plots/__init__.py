"""The charts of the reports: records first, then pictures."""
