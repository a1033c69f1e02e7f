-- Frozen: change tables by a new revision.

CREATE TABLE executions (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    root TEXT DEFAULT '' NOT NULL,
    intent TEXT DEFAULT '' NOT NULL,
    intent_id TEXT DEFAULT '' NOT NULL,
    session_id TEXT,
    solution TEXT,
    principal TEXT DEFAULT '' NOT NULL,
    purpose TEXT DEFAULT '' NOT NULL,
    definition TEXT DEFAULT '' NOT NULL,
    plan_digest TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT 'pending' NOT NULL,
    compensation TEXT DEFAULT 'none' NOT NULL,
    run_id TEXT DEFAULT '' NOT NULL,
    epoch BIGINT DEFAULT 1 NOT NULL,
    journal_length BIGINT DEFAULT 0 NOT NULL,
    journal_head TEXT DEFAULT '' NOT NULL,
    event_length BIGINT DEFAULT 0 NOT NULL,
    steps BIGINT DEFAULT 0 NOT NULL,
    listens TEXT[] DEFAULT '{}' NOT NULL,
    recovered BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    checked_at TIMESTAMP WITH TIME ZONE,
    exported_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, execution_id)
);

CREATE INDEX executions_open ON executions (created_at) WHERE closed_at IS NULL;

CREATE INDEX executions_root ON executions (tenant, root);

CREATE INDEX executions_unexported ON executions (closed_at) WHERE closed_at IS NOT NULL AND exported_at IS NULL;

CREATE TABLE journal (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    effect_key TEXT DEFAULT '' NOT NULL,
    generation BIGINT DEFAULT 1 NOT NULL,
    capability TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    task TEXT DEFAULT '' NOT NULL,
    input_digest TEXT DEFAULT '' NOT NULL,
    output_digest TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT '' NOT NULL,
    output BYTEA,
    arguments BYTEA,
    meta TEXT DEFAULT '{}' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recovered BOOLEAN DEFAULT false NOT NULL,
    hash TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, execution_id, seq)
);

CREATE UNIQUE INDEX journal_claim ON journal (tenant, effect_key, generation) WHERE kind = 'claimed';

CREATE UNIQUE INDEX journal_closed ON journal (tenant, execution_id) WHERE kind = 'closed';

CREATE UNIQUE INDEX journal_end ON journal (tenant, effect_key, generation) WHERE kind IN ('superseded', 'void');

CREATE UNIQUE INDEX journal_opened ON journal (tenant, effect_key) WHERE kind IN ('opened', 'control');

CREATE UNIQUE INDEX journal_outcome ON journal (tenant, effect_key, generation) WHERE kind IN ('step', 'undo');

CREATE UNIQUE INDEX journal_release ON journal (tenant, effect_key, generation) WHERE kind = 'released';

CREATE TABLE provisional (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    task TEXT DEFAULT '' NOT NULL,
    effect_key TEXT DEFAULT '' NOT NULL,
    generation BIGINT DEFAULT 1 NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    event_ids TEXT[] DEFAULT '{}' NOT NULL,
    event_types TEXT[] DEFAULT '{}' NOT NULL,
    event_subjects TEXT[] DEFAULT '{}' NOT NULL,
    event_data BYTEA[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (tenant, execution_id, seq)
);

CREATE TABLE decisions (
    tenant TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    decision_id TEXT DEFAULT '' NOT NULL,
    effect_key TEXT DEFAULT '' NOT NULL,
    verdict TEXT DEFAULT '' NOT NULL,
    action TEXT DEFAULT '' NOT NULL,
    resource TEXT DEFAULT '' NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    evidence TEXT DEFAULT '' NOT NULL,
    hash TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, stream, seq)
);

CREATE INDEX decisions_at ON decisions (tenant, at);

CREATE INDEX decisions_effect ON decisions (tenant, effect_key);

CREATE UNIQUE INDEX decisions_id ON decisions (tenant, decision_id);

CREATE TABLE chain_heads (
    tenant TEXT NOT NULL,
    stream TEXT NOT NULL,
    length BIGINT DEFAULT 0 NOT NULL,
    head TEXT DEFAULT '' NOT NULL,
    closed BOOLEAN DEFAULT false NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    anchored BIGINT DEFAULT 0 NOT NULL,
    counted BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (tenant, stream)
);

CREATE INDEX chain_heads_unsealed ON chain_heads (tenant) WHERE length > anchored;

CREATE TABLE anchors (
    tenant TEXT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    hash TEXT DEFAULT '' NOT NULL,
    signature TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    stored_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, seq)
);

CREATE INDEX anchors_unstored ON anchors (at) WHERE stored_at IS NULL;

CREATE TABLE lineage (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    target TEXT DEFAULT '' NOT NULL,
    relation TEXT DEFAULT 'derived-from' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, execution_id, seq, ordinal)
);

CREATE INDEX lineage_source ON lineage (tenant, source);

CREATE INDEX lineage_target ON lineage (tenant, target);

CREATE TABLE events (
    tenant TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT DEFAULT '' NOT NULL,
    type TEXT DEFAULT '' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    data BYTEA,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    journal_seq BIGINT DEFAULT 0 NOT NULL,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    published_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, execution_id, epoch, seq)
);

CREATE UNIQUE INDEX events_id ON events (tenant, id);

CREATE INDEX events_unpublished ON events (position) WHERE published_at IS NULL;

CREATE TABLE grants (
    tenant TEXT NOT NULL,
    effect_key TEXT NOT NULL,
    generation BIGINT NOT NULL,
    execution_id TEXT DEFAULT '' NOT NULL,
    seq BIGINT DEFAULT 0 NOT NULL,
    capability TEXT DEFAULT '' NOT NULL,
    arguments_digest TEXT DEFAULT '' NOT NULL,
    policies TEXT[] DEFAULT '{}' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, effect_key, generation)
);

CREATE TABLE work_items (
    tenant TEXT NOT NULL,
    item_id TEXT NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    execution_id TEXT DEFAULT '' NOT NULL,
    effect_key TEXT DEFAULT '' NOT NULL,
    capability TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    detail JSONB DEFAULT '{}' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by TEXT,
    resolution TEXT,
    PRIMARY KEY (tenant, item_id)
);

CREATE INDEX work_items_open ON work_items (tenant, opened_at) WHERE state = 'open';
