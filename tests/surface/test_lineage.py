"""From any value back to what made it, and forward to what it made, by one recursive statement."""

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.records import Edge, Record
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.lineage import Lineage
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from .making import PAY, call, entry, new, opening, passport


def edges(found: list[Edge]) -> set[tuple[str, str, str]]:
    return {(e.source, e.relation, e.target) for e in found}


async def test_a_value_leads_back_to_file_run_definition_capability_and_policy_and_the_file_forward_to_the_value(
    surface: StateSurface, store: Store, tenant: str
) -> None:
    run, lineage = new(), Lineage(store)
    await surface.open(opening(tenant, run), passport(tenant, run))
    file, text = ArtifactRef.of(b"file"), ArtifactRef.of(b"text")
    parse, answer = (call(tenant, run, path, contract=PAY) for path in ("/do/0/parse", "/do/1/answer"))
    parsed = Record(
        lineage=[Edge(source=f"artifact:{file.sha256}", target=f"artifact:{text.sha256}")], bundle="sha256:b"
    )
    step = f"step:{answer.effect_key}"
    cited = Record(
        lineage=[
            Edge(source=f"artifact:{text.sha256}", target="document:d1", relation="indexed-from"),
            Edge(source="document:d1", target="span:d1#3-9", relation="part-of"),
            Edge(source="span:d1#3-9", target=step, relation="cited-by"),
            Edge(source="model:minilm-l6-v2", target=step, relation="reasoned-with"),
        ]
    )
    await surface.commit([entry(parse, 1, contract=PAY, record=parsed, artifacts=(text,))])
    await surface.commit([entry(answer, "because", contract=PAY, record=cited)])
    (row,) = [r for r in await Journal(store).after(tenant) if r.effect_key == answer.effect_key]
    back = await lineage.walk(tenant, f"value:{row.output_digest}", implied=True)
    assert edges(back) >= {
        (step, "returned", f"value:{row.output_digest}"), (f"run:{run}", "ran", step), ("capability:bank.pay@1", "performed", step),
        ("definition:acme/upload:1", "defined", f"run:{run}"), ("span:d1#3-9", "cited-by", step),
        ("model:minilm-l6-v2", "reasoned-with", step), ("document:d1", "part-of", "span:d1#3-9"),
        (f"artifact:{file.sha256}", "derived-from", f"artifact:{text.sha256}"),
        (f"step:{parse.effect_key}", "produced-by", f"artifact:{text.sha256}"), ("bundle:sha256:b", "governed", f"step:{parse.effect_key}"),
    }  # fmt: skip
    assert back[0].target == f"value:{row.output_digest}"
    forward = edges(await lineage.walk(tenant, f"artifact:{file.sha256}", up=False, implied=True))
    assert (step, "returned", f"value:{row.output_digest}") in forward
    assert not any(source.startswith("run:") for source, _, _ in forward)
    for node in ("model:minilm-l6-v2", "definition:acme/upload:1", "bundle:sha256:b", "capability:bank.pay@1"):
        assert (step if node != "bundle:sha256:b" else f"step:{parse.effect_key}") in {
            target for _, _, target in edges(await lineage.walk(tenant, node, up=False, implied=True))
        }
    assert await lineage.walk("another", f"artifact:{file.sha256}", up=False, implied=True) == []
