"""The worker: a fresh process per sample, run by the interpreter of whatever project is measured.

It is one folder with relative imports only, and needs the standard library alone; Django, the database driver and
memray are taken from the project's environment, and only where that has them. The process imports it under the name
``bench_worker``, so that nothing else of this suite gets onto the project's path. The parent may import from it too.
"""
