"""Runs the given corpus against what is known to be true of it, and writes docs/corpus.md and docs/corpus.json.

    make corpus                  # every kind
    make corpus KINDS="csv xml"  # these; what the report says of the others stays

One kind is one file in ``kinds/``: ``NAME``, ``TARGET`` (what passes, in words), ``PASS`` (the mean score that does) and
``measure(corpus)``, which gives a ``Scored`` per file. Each kind runs in a process of its own, so that its peak of memory is
its own. The corpus is found by $CORPUS_DIR, else beside the project in ``shared/corpus``; without it nothing is measured.
"""
