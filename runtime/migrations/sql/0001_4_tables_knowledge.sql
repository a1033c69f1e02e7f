-- Frozen: change tables by a new revision.

CREATE TABLE documents (
    tenant TEXT NOT NULL,
    document_id TEXT NOT NULL,
    sha256 TEXT DEFAULT '' NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    owner TEXT DEFAULT '' NOT NULL,
    media_type TEXT DEFAULT '' NOT NULL,
    size BIGINT DEFAULT 0 NOT NULL,
    classes TEXT[] DEFAULT '{}' NOT NULL,
    admitted BOOLEAN DEFAULT false NOT NULL,
    admitted_by TEXT,
    admitted_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    execution_id TEXT,
    text_artifact TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, document_id)
);

CREATE INDEX documents_sha256 ON documents (tenant, sha256);

CREATE TABLE chunks (
    tenant TEXT NOT NULL,
    document TEXT NOT NULL,
    embedder TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    document_sha256 TEXT DEFAULT '' NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    span_start BIGINT DEFAULT 0 NOT NULL,
    span_end BIGINT DEFAULT 0 NOT NULL,
    page INTEGER,
    body TEXT DEFAULT '' NOT NULL,
    sha256 TEXT DEFAULT '' NOT NULL,
    vector VECTOR(384) NOT NULL,
    words TSVECTOR GENERATED ALWAYS AS (to_tsvector('english', body)) STORED,
    PRIMARY KEY (tenant, document, embedder, ordinal)
);

CREATE TABLE plans (
    tenant TEXT NOT NULL,
    digest TEXT NOT NULL,
    definition TEXT DEFAULT '' NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, digest)
);

CREATE TABLE definitions (
    tenant TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    plan_digest TEXT DEFAULT '' NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    media_type TEXT DEFAULT 'application/yaml' NOT NULL,
    created_by TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, namespace, name, version)
);

CREATE INDEX definitions_digest ON definitions (tenant, plan_digest);

CREATE TABLE solutions (
    tenant TEXT NOT NULL,
    digest TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    version TEXT DEFAULT '' NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    created_by TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, digest)
);

CREATE UNIQUE INDEX solutions_version ON solutions (tenant, name, version);

CREATE TABLE deployments (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    version TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'active' NOT NULL,
    deployed_by TEXT DEFAULT '' NOT NULL,
    deployed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, name, revision)
);

CREATE UNIQUE INDEX deployments_active ON deployments (tenant, name) WHERE state = 'active';

CREATE TABLE intent_routes (
    tenant TEXT NOT NULL,
    intent TEXT NOT NULL,
    solution TEXT NOT NULL,
    definition TEXT DEFAULT '' NOT NULL,
    plan_digest TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, intent, solution)
);

CREATE TABLE bindings (
    tenant TEXT NOT NULL,
    solution TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    intent TEXT,
    about JSONB DEFAULT '{}' NOT NULL,
    bound_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, solution, kind, name)
);

CREATE TABLE catalogs (
    digest TEXT NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    signature TEXT DEFAULT '' NOT NULL,
    key_id TEXT DEFAULT '' NOT NULL,
    published_by TEXT DEFAULT '' NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (digest)
);

CREATE TABLE roll (
    service TEXT NOT NULL,
    process TEXT NOT NULL,
    version TEXT DEFAULT '' NOT NULL,
    hooks TEXT[] DEFAULT '{}' NOT NULL,
    offers TEXT[] DEFAULT '{}' NOT NULL,
    enrolled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (service, process)
);

CREATE TABLE policy_bundles (
    tenant TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    created_by TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, digest)
);

CREATE TABLE switches (
    tenant TEXT NOT NULL,
    solution TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT DEFAULT 'observe' NOT NULL,
    changed_by TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, solution, name)
);
