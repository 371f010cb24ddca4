"""What people read of results: reports, comparisons, histories, and the pages of other commands.

Tables and charts are computed first (``tables``, ``plots``) and put into sections (``sections``), which are then set
for a terminal (``run_text``), as Markdown (``run_markdown``), as a page (``run_page``) and as pictures
(``plots.draw``). A column of a run's report is added in ``tables.overview`` or ``tables.details``, a part of it in
``sections.order``.
"""
