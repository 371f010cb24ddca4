"""What people read of results: reports, comparisons, histories, and the pages of other commands.

Tables and charts are computed first (``tables``, ``plots``), and then set for a terminal (``terminal``), as Markdown
(``markdown``) or as pictures (``plots.draw``). A column of a run's report is added in ``tables.overview`` or
``tables.details``; the order of sections is in ``run_markdown``.
"""
