"""The message room: what the parent asks of a worker, what the worker answers, and the environment that it gets.

A Request is one errand of the parent's. The harness carries it out as a conversation: commands and answers are lines of
JSON, and between two of them the parent measures the server.
"""
