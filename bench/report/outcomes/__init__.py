"""What ``--json`` prints: for each command one record, with the integer ``schema`` of its form.

A record holds no figure that a page of the same command computes in another way. docs/json holds the JSON schemas,
which ``make schema`` writes; ``schemas`` lists the records. A change that could break a reader raises ``schema``.
"""
