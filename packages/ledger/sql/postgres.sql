-- The ledger's tables, and the rights of those who write to it. Run it once, as the owner of the
-- database, who is nobody that deploys:   psql DATABASE -f postgres.sql
-- Then let the deploying user in:         GRANT bulkhead_ledger_writer TO deployer;
-- and the auditors:                       GRANT bulkhead_ledger_reader TO auditor;
BEGIN;

CREATE SCHEMA bulkhead_ledger;

-- One row an environment: the newest append. It decides races.
CREATE TABLE bulkhead_ledger.heads (
  ledger text PRIMARY KEY,
  tip text NOT NULL
);

-- The record. A second attempt at an index takes the place of what was no entry of the log there.
CREATE TABLE bulkhead_ledger.entries (
  ledger text NOT NULL,
  index integer NOT NULL CHECK (index >= 0),
  attempt integer NOT NULL CHECK (attempt >= 0),
  append text NOT NULL,
  bytes bytea NOT NULL CHECK (octet_length(bytes) <= 65535),
  checkpoint bytea,
  PRIMARY KEY (ledger, index, attempt)
);

-- Tiles follow from the entries: they may be written anew.
CREATE TABLE bulkhead_ledger.tiles (
  ledger text NOT NULL,
  path text NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (ledger, path)
);

-- Not even the owner changes an entry by mistake.
CREATE FUNCTION bulkhead_ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON bulkhead_ledger.entries
  FOR EACH ROW EXECUTE FUNCTION bulkhead_ledger.refuse();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON bulkhead_ledger.entries
  FOR EACH STATEMENT EXECUTE FUNCTION bulkhead_ledger.refuse();

DO $$ BEGIN
  CREATE ROLE bulkhead_ledger_writer NOLOGIN;
  CREATE ROLE bulkhead_ledger_reader NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
REVOKE ALL ON SCHEMA bulkhead_ledger FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA bulkhead_ledger FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON bulkhead_ledger.entries FROM bulkhead_ledger_writer;
GRANT USAGE ON SCHEMA bulkhead_ledger TO bulkhead_ledger_writer, bulkhead_ledger_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bulkhead_ledger TO bulkhead_ledger_reader;
GRANT SELECT, INSERT ON bulkhead_ledger.entries TO bulkhead_ledger_writer;
GRANT SELECT, INSERT, UPDATE ON bulkhead_ledger.heads, bulkhead_ledger.tiles TO bulkhead_ledger_writer;

COMMIT;
