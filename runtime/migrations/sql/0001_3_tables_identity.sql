-- Frozen: change tables by a new revision.

CREATE TABLE users (
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL,
    handle TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    roles TEXT[] DEFAULT '{}' NOT NULL,
    attributes JSONB DEFAULT '{}' NOT NULL,
    version BIGINT DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, user_id)
);

CREATE UNIQUE INDEX users_handle ON users (tenant, handle);

CREATE TABLE credentials (
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    secret TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, user_id, kind)
);

CREATE TABLE api_keys (
    tenant TEXT NOT NULL,
    key_id TEXT NOT NULL,
    principal_id TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    roles TEXT[] DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, key_id)
);

CREATE TABLE directory (
    handle_digest TEXT NOT NULL,
    tenant TEXT DEFAULT '' NOT NULL,
    user_id TEXT,
    PRIMARY KEY (handle_digest)
);

CREATE TABLE refresh_tokens (
    tenant TEXT NOT NULL,
    token_id TEXT NOT NULL,
    family TEXT DEFAULT '' NOT NULL,
    user_id TEXT DEFAULT '' NOT NULL,
    session_id TEXT,
    digest TEXT DEFAULT '' NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, token_id)
);

CREATE INDEX refresh_tokens_family ON refresh_tokens (tenant, family);

CREATE TABLE login_failures (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant TEXT DEFAULT '' NOT NULL,
    scope TEXT DEFAULT '' NOT NULL,
    key TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX login_failures_count ON login_failures (tenant, scope, key, at);

CREATE TABLE keys (
    tenant TEXT NOT NULL,
    key_id TEXT NOT NULL,
    purpose TEXT DEFAULT 'data' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    wrapped BYTEA,
    wrapped_by TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE,
    destroyed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, key_id)
);

CREATE UNIQUE INDEX keys_active ON keys (tenant, purpose, subject) WHERE retired_at IS NULL;
