"""Data mash: several sources and a declarative mapping to one target data set, with rejects, join diagnostics and lineage."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.insights.models.grid import PARQUET
from symphainy.realms.insights.models.mash import Mashed, ToMash
from symphainy.realms.insights.services.mash.run import made
from symphainy.realms.insights.services.mash.write import MEDIA

MAX_INLINE = 200
"""Lines of reasons and of lineage that travel in the answer itself."""


@capability("data_mash.create", realm="insights", input=ToMash, output=Mashed, title="Mash sources into one data set")
async def mash(step: Step[ToMash]) -> Outcome[Mashed]:
    """Map and join sources onto a target; refused rows are kept with their reasons, every column and row group with its origin.

    Invalid for a mapping that does not fit its sources, and for an expression that is more than a formula.
    """
    asked = step.input
    paths = [str(await step.tools.fetch(source.data)) for source in asked.sources]
    await step.tools.progress(0.2, "mashing")
    found = await step.tools.compute(made, asked, paths)
    data = NewArtifact.of(found.data, media_type=MEDIA[asked.format], name=f"{asked.name}.{asked.format}")
    rejects = (
        NewArtifact.of(found.rejects, media_type=PARQUET, name=f"{asked.name}-rejects.parquet")
        if found.rejected
        else None
    )
    edges = tuple(
        Edge(source=f"artifact:{source.data.sha256}", target=f"artifact:{kept.ref.sha256}", relation=relation)
        for source in asked.sources
        for kept, relation in ((data, "mashed-from"), (rejects, "rejected-from"))
        if kept
    )
    output = Mashed(
        data=data.ref, rejects=rejects.ref if rejects else None, rows=found.rows, rejected=found.rejected, joins=found.joins,
        reasons=found.reasons[:MAX_INLINE], columns=found.columns, groups=found.groups[:MAX_INLINE], sql=found.sql[:8_000],
    )  # fmt: skip
    return Outcome(output, artifacts=(data, rejects) if rejects else (data,), lineage=edges)
