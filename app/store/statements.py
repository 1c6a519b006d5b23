"""SQLite's tables, and the statements longer than a line."""

VERSION = 1
TABLES = f"""
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, request BLOB NOT NULL, token BLOB NOT NULL, created REAL NOT NULL, used REAL NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, iteration INTEGER NOT NULL DEFAULT 0, cursor INTEGER NOT NULL DEFAULT 0,
    frontier INTEGER NOT NULL DEFAULT 0, run BLOB,
    lease INTEGER NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT '', until REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS sessions_used ON sessions (used);
CREATE INDEX IF NOT EXISTS sessions_run ON sessions (id) WHERE run IS NOT NULL;
CREATE TABLE IF NOT EXISTS log (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, revision INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (session, revision)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS states (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, version INTEGER NOT NULL,
    iteration INTEGER NOT NULL, digest BLOB NOT NULL, state BLOB NOT NULL, PRIMARY KEY (session, version, iteration)
);
CREATE TABLE IF NOT EXISTS points (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, version INTEGER NOT NULL,
    iteration INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (session, version, iteration)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (scope, key)
);
CREATE TRIGGER IF NOT EXISTS forget_answers AFTER DELETE ON sessions BEGIN
    DELETE FROM answers WHERE scope = old.id;
END;
CREATE TABLE IF NOT EXISTS datasets (id TEXT PRIMARY KEY, body BLOB NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS expired (id TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS alive (at REAL);
INSERT INTO alive SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM alive);
PRAGMA user_version = {VERSION};
"""

CREATE = """
INSERT INTO sessions (id, request, token, created, used, iteration, cursor, frontier) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
READ = """
SELECT request, token, created, revision, iteration, cursor, frontier, run FROM sessions WHERE id = ?
"""
LOG = "SELECT revision, body FROM log WHERE session = ? AND revision > ? ORDER BY revision"
APPEND = "INSERT INTO log (session, revision, body) VALUES (?, ?, ?)"
MOVE = """
UPDATE sessions SET revision = ?, iteration = ifnull(?, iteration), cursor = ifnull(?, cursor),
    frontier = iif(?, ?, max(?, frontier)), run = iif(?, ?, run), used = ?
WHERE id = ? AND revision = ? AND lease = ifnull(?, lease)
"""
KEEP_STATE = "INSERT OR REPLACE INTO states (session, version, iteration, digest, state) VALUES (?, ?, ?, ?, ?)"
FORGET_STATE = "DELETE FROM states WHERE session = ? AND version = ? AND iteration = ?"
KEEP_POINT = "INSERT OR REPLACE INTO points (session, version, iteration, body) VALUES (?, ?, ?, ?)"
FORGET_POINT = "DELETE FROM points WHERE session = ? AND version = ? AND iteration = ?"
POINTS = "SELECT version, iteration, body FROM points WHERE session = ? ORDER BY version, iteration"
SNAPSHOTS = """
SELECT version, iteration, digest, length(state) FROM states WHERE session = ? ORDER BY version, iteration
"""
STATE = "SELECT state FROM states WHERE session = ? AND version = ? AND iteration = ?"
ANSWER = "SELECT fingerprint, status, body FROM answers WHERE scope = ? AND key = ?"
KEEP_ANSWER = "INSERT INTO answers (scope, key, fingerprint, status, body) VALUES (?, ?, ?, ?, ?)"
THIN_ANSWERS = """
DELETE FROM answers WHERE scope = ? AND number <=
    (SELECT number FROM answers WHERE scope = ? ORDER BY number DESC LIMIT 1 OFFSET ?)
"""
LEASE = """
UPDATE sessions SET lease = lease + (owner <> ?), until = ?, owner = ?
WHERE id = ? AND (owner = ? OR until <= ?) RETURNING lease
"""
RELEASE = "UPDATE sessions SET owner = '', until = 0 WHERE id = ? AND lease = ?"
# The newest data set stays in any case; of the others those that fit, by count and by bytes, newest first.
THIN_DATASETS = """
DELETE FROM datasets WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER newest AS place, sum(length(body)) OVER newest AS bytes FROM datasets
        WINDOW newest AS (ORDER BY used DESC, rowid DESC)
    ) WHERE place > ? OR bytes > ?
) AND id <> ?
"""
