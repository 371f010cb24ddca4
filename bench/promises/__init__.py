"""How promises are tested on a real server.

``trial`` runs every step for one implementation: ``sandbox`` prepares a database whose data have two ``versions``;
``fault_free`` runs the implementation under readers, for data of other owners and twice at once; ``fault_plan``
chooses faults and places, ``fault_point`` injects one into a run, with ``server_faults`` for those inside the server.
``bench.analysis.promises`` derives from the records which promises were kept.
"""
