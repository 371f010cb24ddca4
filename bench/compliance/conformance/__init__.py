"""The conformance suite: every case on every implementation, compared with the oracle.

``run`` goes through cases and implementations; ``suite`` loads a case into ``tables``, calls an implementation in a
``serving_worker``, and compares what it left with the oracle by ``difference``. The cases and the oracle are in
``bench.compliance``.
"""
