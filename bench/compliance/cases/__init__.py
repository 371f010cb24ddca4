"""Named cases of the task's rules, each a scan and a catalogue with what a run promises on them."""
