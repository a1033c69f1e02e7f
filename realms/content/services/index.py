"""Hands a document's entries to the index and says that it is semantic ready.

The step boundary loads them in the transaction of this very step, keyed by the document's hash: running it again gives
the same rows. So there is no undo: nothing was done outside that transaction, and taking a document out again is
erasure, which is governed on its own.
"""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.document import IndexBatch
from symphainy.foundations.language.records import Edge, EventDraft
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import Embedded, Indexed

SEMANTIC_READY = "content.semantic_ready"


@capability("content.index", input=Embedded, output=Indexed, title="Index a document")
def index(step: Step[Embedded]) -> Outcome[Indexed]:
    """The document becomes findable, and ``content.semantic_ready`` goes out with it or not at all."""
    given, about = step.input, step.input.about
    batch = IndexBatch(
        document_sha256=about.sha256,
        document=about.document,
        title=about.title,
        entries_artifact=given.entries.key,
        embedder=given.embedder,
        text_artifact=given.text.key,
    )
    ready = EventDraft(
        type=SEMANTIC_READY,
        subject=about.document,
        data={"document": about.document, "chunks": given.count, "pages": about.pages, "embedder": given.embedder},
    )
    edges = tuple(
        Edge(source=f"artifact:{ref.sha256}", target=f"document:{about.document}", relation=relation)
        for ref, relation in ((given.entries, "indexed-from"), (given.text, "text-of"))
    )
    output = Indexed(
        document=about.document,
        sha256=about.sha256,
        title=about.title,
        media_type=about.media_type,
        pages=about.pages,
        chunks=given.count,
        embedder=given.embedder,
        text=given.text,
    )
    return Outcome(output, events=(ready,), lineage=edges, index=(batch,))
