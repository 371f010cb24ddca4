"""Named cases of the task's rules, each a scan and a catalogue with the rule that a run must follow on them."""
