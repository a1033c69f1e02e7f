"""The admitted documents: listed, read piece by piece, nobody else's."""

import pytest

from symphainy.foundations.language.errors import NotFound


async def test_documents_are_listed_and_read_by_their_characters(plane, client):
    assert await client.documents() == ()
    plane.parts.documents.put("acme", "doc_a", "A", "The quick brown fox")
    plane.parts.documents.put("umbrella", "doc_b", "B", "secret")
    assert [d.document_id for d in await client.documents()] == ["doc_a"]
    found = await client.document("doc_a", start=4, length=5)
    assert (found.text, found.start, found.characters) == ("quick", 4, 19)
    assert found.pages[0].page == 1 and found.line.title == "A" and found.parsed.key.startswith("artifacts/")
    with pytest.raises(NotFound):
        await client.document("doc_b")


async def test_a_stranger_and_a_nonsense_range_are_refused(plane):
    import httpx2

    async with httpx2.AsyncClient(base_url=plane.url) as http:
        assert (await http.get("/v1/content/documents")).status_code == 401
    client = await plane.client()
    for params in ({"start": -1}, {"length": 200_001}, {"start": "x"}):
        answer = await client._http.pool.get(
            "/v1/content/documents/doc_a", params=params, headers=client._http.headers()
        )
        assert answer.status_code == 422
