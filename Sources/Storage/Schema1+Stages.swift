/// The SQL of schema 0.1.0: what the stages compute; frozen once released.
enum Schema1Stages {
    static let sql = """
        CREATE TABLE importFailure (
            path TEXT PRIMARY KEY CHECK (length(path) > 0),
            code TEXT NOT NULL CHECK (length(code) > 0),
            message TEXT NOT NULL CHECK (length(message) > 0),
            bytes INTEGER NOT NULL,
            modifiedAt REAL NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE embedder (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            dimension INTEGER NOT NULL CHECK (dimension > 0),
            file TEXT NOT NULL UNIQUE,
            UNIQUE (name, digest)
        ) STRICT;

        CREATE TABLE embeddingBatch (
            embedder INTEGER NOT NULL REFERENCES embedder (id),
            firstRow INTEGER NOT NULL CHECK (firstRow >= 0),
            rows INTEGER NOT NULL CHECK (rows > 0),
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            PRIMARY KEY (embedder, firstRow)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE embedding (
            embedder INTEGER NOT NULL REFERENCES embedder (id),
            sample INTEGER NOT NULL REFERENCES sample (id),
            row INTEGER NOT NULL CHECK (row >= 0),
            PRIMARY KEY (embedder, sample)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE clusterMember (
            sample INTEGER PRIMARY KEY REFERENCES sample (id),
            cluster INTEGER NOT NULL CHECK (cluster >= -1),
            probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1)
        ) STRICT;

        CREATE TABLE neighbor (
            sample INTEGER NOT NULL REFERENCES sample (id),
            rank INTEGER NOT NULL CHECK (rank >= 0),
            neighbor INTEGER NOT NULL REFERENCES sample (id),
            similarity REAL NOT NULL CHECK (similarity BETWEEN -1.001 AND 1.001),
            PRIMARY KEY (sample, rank)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE duplicateGroup (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('exact', 'near')),
            keep INTEGER NOT NULL REFERENCES sample (id),
            reason TEXT NOT NULL
        ) STRICT;
        CREATE TABLE duplicateMember (
            duplicateGroup INTEGER NOT NULL REFERENCES duplicateGroup (id) ON DELETE CASCADE,
            sample INTEGER NOT NULL REFERENCES sample (id),
            similarity REAL NOT NULL CHECK (similarity BETWEEN 0 AND 1),
            transform TEXT NOT NULL,
            PRIMARY KEY (duplicateGroup, sample)
        ) STRICT, WITHOUT ROWID;
        """
}
