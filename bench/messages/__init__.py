"""Messages: what parent and worker say to each other, as plain records."""
