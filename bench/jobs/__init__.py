"""Jobs: what is measured, described so that the harness needs to know nothing else about it."""
