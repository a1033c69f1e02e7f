"""The store: every table and every SQL statement of the platform, one file per owner.

A repository holds statements, not rules. It is built once with the ``Store`` and handed to whoever owns the rules; every
method names the tenant first and runs in a transaction of its own, or in the caller's when ``tx=`` is given:

    intents = Intents(store)
    row = await intents.get("acme", intent_id)
    async with store.tenant("acme") as tx:
        await sessions.touch("acme", session_id, now, tx=tx)
        await work.open("acme", item, tx=tx)
"""
