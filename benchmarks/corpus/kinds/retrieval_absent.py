"""What a contract does not say, and is not made up: the grounded answer agent on all 41 questions of CUAD.

Right is no answer where the lawyers found no clause. What it answers where there is one is told beside: a sentence of such a clause or not.
"""

from pathlib import Path

from corpus.clauses import Asked, contracts
from corpus.given import Corpus
from corpus.library import TENANT, Shelf, on_a_shelf
from corpus.passages import Letters
from corpus.scored import Facts, Scored, scored, share
from symphainy.foundations.agentic import AgentContext, verify
from symphainy.foundations.language.clock import SystemClock
from symphainy.realms.content.services.embed import embed_texts
from symphainy.realms.insights.agents.answer import Answerer
from symphainy.realms.insights.models import Question

NAME = "retrieval-absent"
TARGET = "CUAD: right to be silent where no clause is labelled, >= 0.85 passes, >= 0.95 is strong; every citation verifies (else 0)."
PASS = 0.85


def measure(corpus: Corpus) -> list[Scored]:
    folder = corpus.folder / "grounded_qa" / "cuad"
    return [
        scored(folder / name, f"grounded_qa/cuad/{name}", lambda path, asked=asked: _judge(path, asked))
        for name, asked in contracts(folder).items()
    ]


def _judge(path: Path, asked: list[Asked]) -> tuple[float, Facts]:
    (silent, answered, verified), _ = on_a_shelf(lambda shelf: _answers(shelf, path, asked))
    facts = {
        "absent": len(silent),
        "absent right": share(silent),
        "present": len(answered),
        "present right": share(answered),
    }
    facts["citations verified"] = share(verified)
    return share(silent) if all(verified) else 0.0, {name: round(value, 4) for name, value in facts.items()}


async def _answers(shelf: Shelf, path: Path, asked: list[Asked]) -> tuple[list[bool], list[bool], list[bool]]:
    name = await shelf.add(path)
    text = shelf.documents[name].text
    letters, agent = Letters(text), Answerer(embed_texts)
    silent, answered, verified = [], [], []

    async def read(document: str, sha256: str) -> str:
        assert sha256 == shelf.documents[document].sha256
        return text

    for one in asked:
        context = AgentContext(
            Question(question=one.question, documents=(name,)), TENANT, "operate", SystemClock().now(), shelf
        )
        artifact = await agent.think(context)
        verified += [claim.grounded for claim in (await verify(artifact, read)).claims]
        if not one.clauses:
            silent.append(artifact.answer is None)
            continue
        spans = [cited.span for claim in artifact.claims for cited in claim.citations]
        places = [place for clause in one.clauses for place in letters.all(clause)]
        answered.append(any(min(span.end, end) > max(span.start, start) for span in spans for start, end in places))
    return silent, answered, verified
