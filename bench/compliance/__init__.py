"""The task under measurement: its contract, tables, rules, cases, reads and published figures."""
