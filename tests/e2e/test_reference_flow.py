"""The reference flow of document 002: upload → semantic ready → ask → an answer with the exact cited span."""

import asyncio
from pathlib import Path

import pytest
from support.instance import Running

from symphainy.foundations.language.errors import NotFound, Unauthenticated

SOLUTION = Path(__file__).resolve().parents[2] / "solutions" / "first"
pytestmark = pytest.mark.timeout(300)


async def test_upload_ask_answer_with_the_cited_span(running: Running) -> None:
    async with await running.login() as client:
        created = await client.solution.create(SOLUTION)
        await client.solution.deploy(created.name, created.version)
        uploaded = await client.upload(SOLUTION / "knowledge" / "policy.pdf")
        types = [event.type async for event in client.watch(uploaded.execution_id)]
        assert types[0] == "intent.received" and types[1] == "execution.started" and types[-1] == "execution.completed"
        assert types.count("step.completed") == 6 and "content.semantic_ready" in types
        answer = await client.run(
            "first.ask", {"question": "How many days do I have to report a claim?"}, solution="first"
        )
        assert answer.status == "completed", answer
        (citation,) = answer.output["citations"]
        assert "14 days" in citation["quote"] and citation["page"] == 4
        assert citation["end"] - citation["start"] == len(citation["quote"])
        nothing = await client.run("first.ask", {"question": "What is the capital of Mongolia?"}, solution="first")
        assert nothing.output["answer"] is None and not nothing.output["citations"] and nothing.output["reasons"]


async def test_the_same_bytes_again_are_the_same_upload(running: Running) -> None:
    async with await running.login() as client:
        first, second = [await client.upload(SOLUTION / "knowledge" / "claims.csv") for _ in range(2)]
        assert first.execution_id == second.execution_id and second.replayed


async def test_another_tenant_finds_nothing(running: Running) -> None:
    async with await running.login() as mine, await running.login() as other:
        uploaded = await mine.upload(SOLUTION / "knowledge" / "handbook.docx")
        assert (await mine.result(uploaded.execution_id, wait=60)).status == "completed"
        with pytest.raises(NotFound):
            await other.execution(uploaded.execution_id)
        hits = await other.search("report a claim")
        assert hits.output["hits"] == []


async def test_without_a_login_nothing_is_answered(running: Running) -> None:
    async with running.client() as nobody:
        with pytest.raises(Unauthenticated):
            await nobody.submit("content.search", {"query": "x"})


async def test_both_experience_processes_answer(running: Running) -> None:
    async with await running.login() as client:
        await asyncio.gather(*(client.session() for _ in range(40)))
    assert len(running.pids("experience")) == 2
