"""Talking with the guide: routed, grounded, remembered; and a conversation that outlives workers, sockets and front ends."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from support.instance import Running, until

from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import Invalid

KNOWLEDGE = Path(__file__).resolve().parents[2] / "solutions" / "first" / "knowledge"
pytestmark = pytest.mark.timeout(180)


async def told(chat: Any, text: str) -> tuple[dict[str, Any], list[Any]]:
    """The turn's output, and everything that was heard."""
    heard = [each async for each in chat.say(text)]
    assert heard[0].type == "accepted" and heard[-1].type == "result"
    assert heard[-1].result.status == "completed", heard[-1].result
    seqs = [each.event.seq for each in heard if each.type == "event"]
    assert seqs == list(range(1, len(seqs) + 1)), "no event is missed, none comes twice"
    return heard[-1].result.output, heard


async def read(client: SymphainyClient, name: str) -> None:
    uploaded = await client.upload(KNOWLEDGE / name)
    assert (await client.result(uploaded.execution_id, wait=60)).status == "completed"


async def test_a_conversation_is_routed_grounded_and_remembered(running: Running) -> None:
    async with await running.login() as client, client.chat() as chat:
        first, _ = await told(chat, "Hello! What can you do?")
        assert (first["agent"], first["rule"], first["to"]) == ("solution.guide", "help", None)
        roll = {each["name"]: (each["kind"], each["realm"]) for each in running.status()["agents"]["roll"]}
        assert roll[first["agent"]] == ("deterministic", "solution") and roll["insights.liaison"] == (
            "grounded",
            "insights",
        )
        nothing, _ = await told(chat, "How many days do I have to report a claim?")
        assert nothing["agent"] == "insights.liaison" and nothing["answer"] is None and nothing["reasons"]
        await read(client, "policy.pdf")
        await read(client, "claims.csv")
        ready, _ = await told(chat, "Which documents are ready?")
        assert ready["agent"] == "content.liaison" and "2 documents" in ready["answer"]
        answer, heard = await told(chat, "How many days do I have to report a claim?")
        (citation,) = answer["citations"]
        assert "14 days" in citation["quote"] == answer["answer"] and citation["page"] == 4
        steps = [each.event.subject for each in heard if each.event and each.event.type == "step.completed"]
        assert steps == ["/do/0/recall", "/do/1/guide", "/do/4/insights"]
        status, _ = await told(chat, "status of my last run")
        assert "content.upload" in status["answer"] and "completed" in status["answer"]


async def test_what_is_proposed_runs_only_after_a_yes_and_once(running: Running) -> None:
    async with await running.login() as client, client.chat() as chat:
        await read(client, "claims.csv")
        proposed, heard = await told(chat, "profile the claims")
        assert proposed["proposal"]["intent"] == "insights.profile" and proposed["confirmed"] is None
        with pytest.raises(Invalid):
            await chat.submit(heard[-1].result)
        runs = (await client.executions()).items
        assert {each.intent for each in runs} == {"content.upload", "agent.message"}
        agreed, heard = await told(chat, "yes")
        assert agreed["confirmed"]["proposed_by"] == next(r.execution_id for r in runs if r.intent == "agent.message")
        one, two = await chat.submit(heard[-1].result), await chat.submit(heard[-1].result)
        assert one.execution_id == two.execution_id and two.replayed
        done = await client.result(one.execution_id, wait=60)
        assert done.status == "completed" and done.output["rows"] > 0
        again, _ = await told(chat, "yes")
        assert again["confirmed"] is None and again["answer"] is None
        said = await client.solution.decisions(heard[-1].execution_id)
        assert any(each["resource"].startswith("solution.guide") for each in said), "routing is governed and recorded"


async def test_a_conversation_survives_a_worker_a_front_end_and_its_own_socket(running: Running) -> None:
    async with await running.login() as client:
        await read(client, "policy.pdf")
        async with client.chat() as chat:
            await told(chat, "What is the standard deductible?")
            until(lambda: len(running.pids("worker")) == 2, what="two workers")
            front_ends = running.pids("experience")  # asked before: the answer must not come while one asks
            running.arm("before")
            line = chat._line
            turn = asyncio.create_task(told(chat, "And how many days do I have to report a claim?"))
            await gone(running, "before")
            for pid in front_ends:
                os.kill(pid, signal.SIGKILL)
            answer, _ = await asyncio.wait_for(turn, 90)
            assert chat._line is not line, "the socket did not fall"
            assert answer["agent"] == "insights.liaison"
            name = chat.conversation
        until(lambda: len(running.pids("experience")) == 2, what="two front ends")
        async with client.chat(name) as later:
            yes, _ = await told(later, "search for theft")
            assert yes["proposal"]["intent"] == "content.search"
        async with client.chat(name) as later:
            yes, _ = await told(later, "yes")
            assert yes["confirmed"]["intent"] == "content.search", (
                "what was proposed on one socket is confirmed on another"
            )
        async with client.chat() as other:
            no, _ = await told(other, "yes")
            assert no["confirmed"] is None, "another conversation knows nothing of it"


async def gone(running: Running, moment: str) -> None:
    for _ in range(3_000):
        if not running.armed(moment):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no worker came to that moment")
