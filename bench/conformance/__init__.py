"""The conformance suite: named cases of the task's rules, an oracle, and a run of implementations against both."""
