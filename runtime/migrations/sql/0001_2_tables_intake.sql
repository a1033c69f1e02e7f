-- Frozen: change tables by a new revision.

CREATE TABLE tenants (
    tenant TEXT NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'active' NOT NULL,
    version BIGINT DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant)
);

CREATE TABLE intents (
    tenant TEXT NOT NULL,
    intent_id TEXT NOT NULL,
    principal TEXT DEFAULT '' NOT NULL,
    operation TEXT DEFAULT '' NOT NULL,
    key TEXT DEFAULT '' NOT NULL,
    body_digest TEXT DEFAULT '' NOT NULL,
    execution_id TEXT DEFAULT '' NOT NULL,
    session_id TEXT,
    type TEXT DEFAULT '' NOT NULL,
    solution TEXT,
    source TEXT DEFAULT '' NOT NULL,
    purpose TEXT DEFAULT '' NOT NULL,
    definition TEXT DEFAULT '' NOT NULL,
    plan_digest TEXT DEFAULT '' NOT NULL,
    start BYTEA,
    state TEXT DEFAULT 'reserved' NOT NULL,
    problem JSONB DEFAULT '{}' NOT NULL,
    attempts BIGINT DEFAULT 0 NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, intent_id)
);

CREATE INDEX intents_execution ON intents (tenant, execution_id);

CREATE UNIQUE INDEX intents_key ON intents (tenant, principal, operation, key) WHERE state <> 'refused';

CREATE INDEX intents_reserved ON intents (received_at) WHERE state = 'reserved';

CREATE TABLE sessions (
    tenant TEXT NOT NULL,
    session_id TEXT NOT NULL,
    principal_id TEXT DEFAULT '' NOT NULL,
    principal JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    idle_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    PRIMARY KEY (tenant, session_id)
);

CREATE INDEX sessions_principal ON sessions (tenant, principal_id, expires_at);

CREATE TABLE uploads (
    tenant TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    principal TEXT DEFAULT '' NOT NULL,
    session_id TEXT,
    name TEXT DEFAULT '' NOT NULL,
    media_type TEXT DEFAULT '' NOT NULL,
    size BIGINT DEFAULT 0 NOT NULL,
    sha256 TEXT DEFAULT '' NOT NULL,
    object_key TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'receiving' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stored_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, upload_id)
);

CREATE TABLE listeners (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    type TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, execution_id, type)
);

CREATE INDEX listeners_type ON listeners (tenant, type);

CREATE TABLE inbox (
    tenant TEXT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT DEFAULT '' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    data BYTEA,
    size BIGINT DEFAULT 0 NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, source, event_id)
);

CREATE INDEX inbox_type ON inbox (tenant, type, received_at);

CREATE TABLE deliveries (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    matched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    woken_at TIMESTAMP WITH TIME ZONE,
    consumed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, execution_id, source, event_id)
);

CREATE INDEX deliveries_unwoken ON deliveries (matched_at) WHERE woken_at IS NULL;

CREATE TABLE human_tasks (
    tenant TEXT NOT NULL,
    task_id TEXT NOT NULL,
    execution_id TEXT DEFAULT '' NOT NULL,
    path TEXT DEFAULT '' NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    requester TEXT DEFAULT '' NOT NULL,
    approvers TEXT[] DEFAULT '{}' NOT NULL,
    quorum BIGINT DEFAULT 1 NOT NULL,
    shown BYTEA,
    shown_digest TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    about JSONB DEFAULT '{}' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, task_id)
);

CREATE INDEX human_tasks_open ON human_tasks (tenant, opened_at) WHERE state = 'open';

CREATE TABLE task_decisions (
    tenant TEXT NOT NULL,
    task_id TEXT NOT NULL,
    principal TEXT NOT NULL,
    choice TEXT DEFAULT '' NOT NULL,
    value BYTEA,
    shown_digest TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, task_id, principal)
);
