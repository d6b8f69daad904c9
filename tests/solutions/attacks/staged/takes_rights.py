"""Tries by SQL whatever would make it more than a role that reads and writes rows; its error says what it got."""

import json
import os

import psycopg

TRIES = """
ALTER ROLE student SUPERUSER
ALTER ROLE student CREATEROLE
ALTER ROLE student CONNECTION LIMIT 90
ALTER ROLE minigram PASSWORD 'x'
ALTER ROLE postgres PASSWORD 'x'
SET ROLE postgres
SET ROLE minigram
SET SESSION AUTHORIZATION postgres
SET SESSION AUTHORIZATION minigram
GRANT pg_read_all_data TO student
GRANT pg_execute_server_program TO student
CREATE ROLE another LOGIN
DROP ROLE minigram
DROP TABLE likes
DROP TABLE heard
TRUNCATE likes
ALTER TABLE likes OWNER TO student
ALTER TABLE likes DISABLE TRIGGER ALL
ALTER TABLE like_counts ADD COLUMN more integer
CREATE TABLE mine (x integer)
CREATE TEMPORARY TABLE mine (x integer)
CREATE TABLE pg_temp.mine AS SELECT 1 AS x
CREATE SCHEMA mine
CREATE DATABASE mine
CREATE VIEW mine AS SELECT 1
CREATE SEQUENCE mine
CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE RULE mine AS ON INSERT TO likes DO INSTEAD NOTHING
CREATE TRIGGER mine BEFORE INSERT ON likes FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE INDEX mine ON likes (person_id)
CREATE EXTENSION dblink
CREATE PUBLICATION mine FOR ALL TABLES
CREATE TABLESPACE mine LOCATION '/tmp'
COPY likes TO PROGRAM 'true'
COPY likes TO '/tmp/attacked'
COPY likes FROM '/etc/passwd'
LOAD 'auto_explain'
SELECT pg_read_file('/etc/passwd')
SELECT pg_ls_dir('/')
SELECT pg_stat_file('/etc/passwd')
SELECT lo_import('/etc/passwd')
SELECT lo_create(0)
SELECT lo_from_bytea(0, 'x')
SELECT pg_stat_reset()
SELECT pg_stat_statements_reset()
SET pg_stat_statements.track = none
SET pg_stat_statements.track_utility = off
SET session_replication_role = replica
SET log_statement = 'none'
SET session_preload_libraries = 'auto_explain'
ALTER SYSTEM SET max_connections = 5
ALTER ROLE student SET pg_stat_statements.track = none
ALTER DATABASE minigram SET statement_timeout = 1
DELETE FROM pg_stat_statements
DELETE FROM pg_authid
UPDATE pg_class SET relowner = 0
SELECT * FROM pg_authid
SELECT * FROM pg_shadow
SELECT pg_reload_conf()
SELECT pg_switch_wal()
SELECT pg_rotate_logfile()
SELECT pg_create_restore_point('x')
SELECT 1 FROM pg_stat_activity WHERE usename <> current_user AND pg_terminate_backend(pid)
SELECT 1 FROM pg_stat_activity WHERE usename <> current_user AND pg_cancel_backend(pid)
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'checkpointer'
SELECT 1 FROM pg_stat_activity WHERE usename <> current_user AND query NOT IN ('', '<insufficient privilege>')
SELECT 1 FROM pg_stat_statements s, pg_roles WHERE oid = userid AND rolname <> current_user AND query NOT LIKE '<%'
SELECT 1 FROM pg_settings WHERE name IN ('data_directory', 'hba_file') AND setting <> ''
SELECT 1 FROM pg_hba_file_rules
DO $$ BEGIN EXECUTE 'DROP TABLE likes'; END $$
DO LANGUAGE plpython3u 'import os'
""".strip().splitlines()


def got() -> list[str]:
    with open(os.environ["MINIGRAM_ADDRESSES"]) as file:
        url = json.load(file)["servers"]["main"]
    found = []
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in TRIES:
            try:
                cursor = connection.execute(statement)
                if cursor.description is None or cursor.fetchall():
                    found.append(statement)
            except psycopg.Error:
                pass
    return found


class CountedLikes:
    def __init__(self, databases, people, events):
        pass

    def like(self, photo, person):
        pass

    def unlike(self, photo, person):
        pass

    def counts(self, photos):
        self._got = getattr(self, "_got", None) or "; ".join(got())[:150] or "nothing"
        raise RuntimeError(f"got {self._got}")

    def person_deleted(self, tx, event):
        pass
