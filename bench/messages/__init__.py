"""The message room: what the parent and a worker send each other, as frozen records that travel as JSON.

The parent writes one Request to the worker's standard input; the worker writes one Answer of that request's own type,
or Failed, to its own pipe. Both sides import this room, and nothing of each other's.
"""
